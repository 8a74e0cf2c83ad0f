// Reconciling by keyboard: j and k move the focus from row to row, so that Enter presses the button of a suggestion and Space
// ticks a line. htmx brings the workspace anew after every action; the focus stays where it was.
const FIELDS = "input:not([type=checkbox]), select, textarea, [contenteditable]";

let at = -1;

const steps = () => [...document.querySelectorAll("[data-workspace] [data-step]")];

// The switch in the list of keys.
function keysAct() {
  try {
    return window.localStorage.getItem("ledgerflow-keys") !== "off";
  } catch {
    return true;
  }
}

function go(to) {
  const all = steps();
  at = Math.min(Math.max(to, 0), all.length - 1);
  all[at]?.focus();
  all[at]?.closest("[data-row]")?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("focusin", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) at = steps().indexOf(step);
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !keysAct()) return;
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  go(at + by);
});

document.body.addEventListener("htmx:afterSettle", () => {
  if (at >= 0) go(at);
});
