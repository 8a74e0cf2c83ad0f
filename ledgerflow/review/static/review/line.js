// Deciding about a line on its own page: the forms of the queue, sent without leaving the page. What changed by it comes anew,
// and a rule that is offered stands above. Without this file each form leads back to the page.
import { refresh } from "../web/fresh.js";
import { areOn } from "../web/keys.js";
import { forget } from "../web/trail.js";
import { ask } from "./answers.js";
import { isTypingInto, typeInto } from "./chooser.js";
import { submitFrom } from "./fields.js";
import { handleSplits } from "./split.js";

const DECIDE = "[data-decide]";
// The keys of the queue, by what they focus or press here.
const KEYS = [
  ["c", `${DECIDE} select[name=account]`, "Choose the account"],
  ["x", `${DECIDE} select[name=tax_line]`, "Choose the tax line"],
  ["p", `${DECIDE} input[name=payee]:not([type=hidden])`, "Name the payee"],
  ["n", `${DECIDE} [name=note]:not([type=hidden])`, "Write a note"],
  ["s", `${DECIDE} details > summary`, "Split"],
  ["#", "input[name=tags]", "Tag the line"],
  ["q", "[name=question]", "Ask a colleague or the client about the line"],
  ["u", "[data-undo-here]", "Undo the last change"],
  ["r", "[data-offer] [data-rule-offer] button", "Always book this payee so"],
];

const offer = document.querySelector("[data-offer]");
const sending = new Set();

function giveKeys() {
  const name = (element, key, help) => element && Object.assign(element.dataset, { key, keyHelp: help });
  KEYS.forEach(([key, selector, help]) => name(document.querySelector(selector), key, help));
  document.querySelectorAll(`${DECIDE} [data-alternative]`).forEach((form) => {
    name(form.querySelector("button"), form.dataset.alternative, "Take this alternative");
  });
}

const say = (text, level = "success") => document.body.dispatchEvent(new CustomEvent("lf:message", { detail: { text, level, name: "saved" } }));

function showOffer(html) {
  offer.innerHTML = html || "";
  offer.hidden = !html;
}

async function send(form, body) {
  if (sending.has(form)) return; // pressed twice
  sending.add(form);
  const answer = await ask(form.action, body);
  sending.delete(form);
  const problem = form.querySelector("[data-form-error]");
  if (answer.error) {
    if (problem) problem.textContent = answer.error;
    else say(answer.error, "error");
    return;
  }
  forget(form);
  showOffer(answer.offer);
  say(answer.message);
  await refresh(form);
  giveKeys();
}

handleSplits(document);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches(`${DECIDE} form[data-in-place], [data-offer] form`)) return;
  event.preventDefault();
  send(form, new FormData(form, event.submitter));
});
document.addEventListener("click", (event) => {
  const summary = event.target.closest(`${DECIDE} details > summary`);
  if (!summary) return;
  // An opened split is for typing into, at once: the browser would open it a moment later.
  event.preventDefault();
  summary.parentElement.open = !summary.parentElement.open;
  if (summary.parentElement.open) summary.parentElement.querySelector("input:not([type=hidden])")?.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !areOn()) return;
  if (!event.target.matches(`${DECIDE} select`)) return;
  // A space opens the list, unless it is typed within a name.
  const isTyped = event.key.length === 1 && (event.key !== " " || isTypingInto(event.target));
  if (isTyped) typeInto(event.target, event.key);
  else if (event.key === "Enter") submitFrom(event.target);
  if (isTyped || event.key === "Enter") event.preventDefault();
});

giveKeys();
