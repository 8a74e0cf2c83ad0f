// The list that somebody came from: a click on a bank line keeps the lines of the page in their order, and the page of a line
// leads to those before and after it. In this tab alone; nothing is sent anywhere.
import { hasChanges } from "./fresh.js";

const KEY = "ledgerflow-trail";
const LINE = /\/journal\/line\/\d+\/$/;

const pathOf = (link) => new URL(link.href, location.href).pathname;
const isLine = (link) => LINE.test(pathOf(link));

function kept() {
  try {
    return JSON.parse(window.sessionStorage.getItem(KEY)) || { lines: [] };
  } catch {
    return { lines: [] }; // storage is switched off in this browser
  }
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("main a[href]") : null;
  if (!link || !isLine(link) || link.closest("[data-trail]")) return;
  const lines = [...new Set([...document.querySelectorAll("main a[href]")].filter(isLine).map(pathOf))];
  try {
    window.sessionStorage.setItem(KEY, JSON.stringify({ from: location.pathname + location.search, lines }));
  } catch {
    // the page of the line shows no neighbours then
  }
});

const bar = document.querySelector("[data-trail]");
const { from, lines } = kept();
const at = lines.indexOf(location.pathname);

if (bar && at >= 0) {
  const [back, previous, next] = ["back", "previous", "next"].map((name) => bar.querySelector(`[data-trail-${name}]`));
  const lead = (link, address) => {
    if (address) link.href = address;
    link.hidden = !address;
  };
  lead(back, from && `${from.split("#")[0]}#line-${location.pathname.split("/").at(-2)}`);
  lead(previous, lines[at - 1]);
  lead(next, lines[at + 1]);
  bar.hidden = false;
}

// Save and next: the forms that were changed are sent in turn, and the next line follows once all are kept. What is refused stays
// here with the reason, and so does what was not sent because of it.
const SIGNED_OUT = "You are not signed in any more: this was not kept. Copy what you changed, then load the page again.";
const UNKNOWN = "It is not known whether this was kept. Copy what you changed, then load the page again, and look.";
const changed = new Set();

// The form was sent and kept by itself.
export const forget = (form) => changed.delete(form);

let isSaving = false;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-saves]");
  if (form) changed.add(form);
});

function refuse(text) {
  document.body.dispatchEvent(new CustomEvent("lf:message", { detail: { text, level: "error", name: "trail" } }));
  return false;
}

// The form of the answer says why, and has what was typed; the other forms stay as they are.
function showReason(form, page) {
  const path = pathOf({ href: form.action });
  const told = [...page.querySelectorAll("form[data-saves]")].find((each) => each.getAttribute("action") === path);
  if (!told) return refuse(UNKNOWN);
  form.replaceWith(told);
  changed.delete(form);
  changed.add(told);
  told.querySelector("[aria-invalid=true], input:not([type=hidden])")?.focus();
  return false;
}

// A form that answers with JSON is sent as Enter in one of its fields sends it.
async function keepInPlace(form) {
  const body = new FormData(form, form.querySelector("button:not([type=button])"));
  const headers = { Accept: "application/json" };
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", headers }).catch(() => null);
  if (answer?.type === "opaqueredirect") return refuse(SIGNED_OUT);
  const said = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!said) return refuse(UNKNOWN);
  if (!said.error) return true;
  form.querySelector("[data-form-error]").textContent = said.error;
  form.closest("details")?.setAttribute("open", "");
  form.querySelector("input:not([type=hidden]), select")?.focus();
  return false;
}

// Send a form, and return whether it was kept; where it was not, the page says why.
export async function keep(form) {
  changed.delete(form); // what is typed from now on is a change again
  if (form.matches("[data-in-place]")) {
    const isKept = await keepInPlace(form);
    if (!isKept) changed.add(form);
    return isKept;
  }
  // Asked so, the server says in a header that somebody has to sign in; then a redirect is the answer to what was kept.
  const headers = { "HX-Request": "true" };
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual", headers }).catch(() => null);
  if (answer?.type === "opaqueredirect") return true; // the next page says what was kept
  changed.add(form);
  if (answer?.headers.get("HX-Redirect")) return refuse(SIGNED_OUT);
  if (!answer?.ok) return refuse(UNKNOWN);
  return showReason(form, new DOMParser().parseFromString(await answer.text(), "text/html"));
}

async function keepAll() {
  // A form that answers with JSON stays as it was loaded: what is typed and taken back there is no change.
  const forms = [...changed].filter((form) => form.isConnected && (!form.matches("[data-in-place]") || hasChanges(form)));
  if (!forms.every((form) => form.reportValidity())) return false;
  for (const form of forms) {
    if (!(await keep(form))) return false; // in turn: each is a change of its own, and the first refusal ends it
  }
  return true;
}

bar?.querySelector("[data-trail-save]")?.addEventListener("click", async () => {
  if (isSaving) return;
  isSaving = true;
  const next = bar.querySelector("[data-trail-next]");
  if (!(await keepAll())) isSaving = false;
  else if (next.hidden) location.reload();
  else next.click();
});
window.addEventListener("pageshow", () => {
  isSaving = false; // somebody came back to a page that was kept whole
});
