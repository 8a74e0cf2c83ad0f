// Ctrl-Z on every page of a book, and what is said once a page was loaded again, with Undo beside it.
import { areOn } from "./keys.js";

const SAID = "ledgerflow-said";
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

const form = () => document.querySelector("form[data-undo]");

export function say(text, { level = "success", undo = false } = {}) {
  const actions = undo && form() ? [{ label: "Undo", run: () => form().requestSubmit() }] : [];
  document.body.dispatchEvent(new CustomEvent("lf:message", { detail: { text, level, actions, name: "queue" } }));
}

// For the page that is loaded next.
export function sayNext(text, { undo = false } = {}) {
  window.sessionStorage.setItem(SAID, JSON.stringify({ text, undo }));
}

const said = window.sessionStorage.getItem(SAID);
if (said) {
  window.sessionStorage.removeItem(SAID);
  const { text, undo } = JSON.parse(said);
  say(text, { undo });
}

const isWritten = () => [...document.querySelectorAll("main :is(input:not([type=hidden]), textarea)")].some((field) => field.value !== field.defaultValue);

// The queue has an undo of its own, which waits for what is under way there.
document.addEventListener("submit", async (event) => {
  if (event.defaultPrevented || !event.target.matches("form[data-undo]:not([data-in-place])")) return;
  event.preventDefault();
  let answer;
  try {
    const response = await fetch(event.target.action, { method: "POST", body: new FormData(event.target), headers: { Accept: "application/json" } });
    answer = await response.json();
  } catch {
    answer = { error: "It is not known whether this was undone. Load the page again before you do it once more." };
  }
  if (answer.error) {
    say(answer.error, { level: "error" });
    return;
  }
  if (isWritten()) {
    say(`${answer.message} Load the page again to see it; what you wrote here is not sent yet.`);
    return;
  }
  sayNext(answer.message);
  location.reload();
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open]") || !areOn() || !form()) return;
  event.preventDefault();
  form().requestSubmit();
});
