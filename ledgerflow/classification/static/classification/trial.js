// The lines that a rule would change: those that are ticked are booked so at once, and the rule goes on being written.
import { say } from "../web/undo.js";

const UNKNOWN = "It is not known whether this was done. Load the page again before you do it once more.";

const boxes = () => [...document.querySelectorAll("[form=ticked][name=lines]")];

async function apply(form) {
  let answer;
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    answer = await response.json();
  } catch {
    answer = { error: UNKNOWN };
  }
  if (answer.error) {
    say(answer.error, { level: "error" });
    return;
  }
  say(answer.message, { undo: true });
  window.htmx.trigger("#rule", "change"); // the list as it is now
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-ticked]") || !document.querySelector("#rule")) return;
  event.preventDefault();
  apply(event.target);
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-tick-all]")) return;
  boxes().forEach((box) => {
    box.checked = event.target.checked;
  });
});

// The list comes anew whenever the rule changes, also by leaving a field of it for a tick; what is ticked stays so.
let ticked = [];
document.body.addEventListener("htmx:beforeSwap", () => {
  ticked = boxes().filter((box) => box.checked).map((box) => box.value);
});
document.body.addEventListener("htmx:afterSwap", () => boxes().forEach((box) => {
  box.checked = ticked.includes(box.value);
}));
