// Parts of a page that come anew once something was saved: the place on the page, the focus, and what is half typed stay.
const FIELDS = "input:not([type=hidden]), select, textarea";

const isChanged = (field) => {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((option) => option.selected !== option.defaultSelected && option.value);
  return field.value !== field.defaultValue;
};
export const hasChanges = (form) => [...form.elements].some((field) => field.matches(FIELDS) && isChanged(field));
// What is typed into another form than the one that was saved.
const isHalfTyped = (part, saved) => [...part.querySelectorAll(FIELDS)].some((field) => field.form && field.form !== saved && isChanged(field));

function replace(part, fresh) {
  const focused = part.contains(document.activeElement) ? document.activeElement.name : "";
  const open = [...part.querySelectorAll("details")].map((each) => each.open);
  part.replaceWith(fresh);
  fresh.querySelectorAll("details").forEach((each, number) => {
    each.open = open[number] ?? each.open;
  });
  window.htmx?.process(fresh);
  if (focused) fresh.querySelector(`[name="${CSS.escape(focused)}"]:not([type=hidden])`)?.focus({ preventScroll: true });
}

// Ask for the page again and put its parts in the place of those shown; ``saved`` is the form whose fields are kept by now.
export async function refresh(saved = null) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    location.reload();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const fresh = page.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
    if (!fresh) part.remove();
    else if (!isHalfTyped(part, saved)) replace(part, document.adoptNode(fresh));
  }
  page.querySelectorAll("#messages [data-message] .toast-body").forEach((each) => {
    const level = [...each.closest(".toast").classList].find((name) => name.startsWith("message-"))?.slice(8);
    document.body.dispatchEvent(new CustomEvent("lf:message", { detail: { text: each.textContent.trim(), level, name: "saved" } }));
  });
}
