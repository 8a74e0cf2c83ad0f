// A list by keyboard: j and k choose a row and focus its first link, so that Enter opens it; keys.js lets the keys of the chosen
// row's buttons act, and those of no other. htmx may bring the rows anew, every moment and without being asked: the choice stays,
// and nothing is focused or scrolled to but the link or button that went away with the focus on it.
import { areOn } from "./keys.js";

const FIELDS = "input:not([type=checkbox]), select, textarea, [contenteditable], [data-list-choice][open]";
let at = null; // the name of the chosen row
let focused = -1; // which link or button of the chosen row has the focus, before the rows are brought anew

const rows = () => [...document.querySelectorAll("[data-choice]")];

function choose(row, { focus = true } = {}) {
  rows().forEach((each) => each.classList.toggle("is-chosen", each === row));
  at = row?.dataset.choice ?? null;
  if (row && focus) {
    row.querySelector("a, button")?.focus();
    row.scrollIntoView({ block: "nearest" });
  }
}

const links = (row) => [...(row?.querySelectorAll("a, button") ?? [])];
const chosen = () => rows().find((row) => row.dataset.choice === at);
const chooseAgain = () => choose(chosen() || rows()[0], { focus: false });

chooseAgain();

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-choice]");
  if (row) choose(row, { focus: false });
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !areOn()) return;
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  const all = rows();
  if (!by || !all.length) return;
  event.preventDefault();
  const now = all.findIndex((each) => each.dataset.choice === at);
  const isFirst = !all.some((each) => each.contains(document.activeElement)); // the first key only shows where one is
  choose(all[Math.min(Math.max(isFirst ? now : now + by, 0), all.length - 1)]);
});

document.body.addEventListener("htmx:beforeSwap", () => {
  focused = links(chosen()).indexOf(document.activeElement);
});
document.body.addEventListener("htmx:afterSettle", () => {
  const row = chosen();
  chooseAgain();
  if (focused >= 0 && row && document.activeElement === document.body) (links(row)[focused] ?? links(row)[0])?.focus({ preventScroll: true });
  focused = -1;
});
