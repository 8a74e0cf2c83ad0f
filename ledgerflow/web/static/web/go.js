// Go to a page, book, account or payee by its name: the server looks, arrows choose, Enter follows.
const PAUSE = 120; // milliseconds without a key before the server is asked
const dialog = document.getElementById("go");

if (dialog) {
  const field = dialog.querySelector("input");
  const found = document.getElementById("go-found");
  let shown = null; // the words that the list is for
  let isWanted = false; // Enter was pressed before the answer came
  let waiting = 0;

  const words = () => field.value.trim();
  const links = () => [...found.querySelectorAll("[role=option]")];
  const chosen = () => found.querySelector("[aria-selected=true]");

  function choose(link) {
    links().forEach((each) => each.setAttribute("aria-selected", String(each === link)));
    if (link) field.setAttribute("aria-activedescendant", link.id);
    else field.removeAttribute("aria-activedescendant");
    link?.scrollIntoView({ block: "nearest" });
  }

  async function look() {
    const asked = words();
    const address = new URL(dialog.dataset.goUrl, location.href);
    address.searchParams.set("q", asked);
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      const signIn = answer.headers.get("HX-Redirect");
      if (signIn) location.assign(signIn);
      if (signIn || !answer.ok) throw new Error(answer.statusText);
      const text = await answer.text();
      if (asked !== words()) return; // another answer is on its way
      found.innerHTML = text;
    } catch {
      if (asked === words()) found.textContent = "No answer came. Type again in a moment.";
      return;
    }
    shown = asked;
    choose(links()[0]);
    if (isWanted) chosen()?.click();
  }

  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-go-open]")) return;
    dialog.showModal();
    field.select();
    isWanted = false;
    look();
  });
  dialog.addEventListener("close", () => {
    isWanted = false; // an answer that comes later leads nowhere
    clearTimeout(waiting);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });
  field.addEventListener("input", () => {
    isWanted = false;
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      const all = links();
      choose(all[Math.min(Math.max(all.indexOf(chosen()) + by, 0), all.length - 1)]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (shown === words()) chosen()?.click();
      else isWanted = true;
    }
  });
}
