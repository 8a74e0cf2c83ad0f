// The proposals of a receipt by keyboard: j and k choose one, and the keys of its buttons move to it, so that keys.js presses
// the right ones. Without this file the keys act on the best proposal.
const FIELDS = "input, select, textarea, [contenteditable]";
const proposals = [...document.querySelectorAll("[data-proposal]")];
let at = 0;

function keysAct() {
  try {
    return window.localStorage.getItem("ledgerflow-keys") !== "off";
  } catch {
    return true;
  }
}

function hand(kind, to) {
  const from = document.querySelector(`[data-${kind}][data-key]`);
  const button = to.querySelector(`[data-${kind}]`);
  if (!from || !button || from === button) return;
  for (const name of ["key", "keyHelp"]) {
    button.dataset[name] = from.dataset[name];
    delete from.dataset[name];
  }
}

function choose(index, { focus = true } = {}) {
  at = Math.min(Math.max(index, 0), proposals.length - 1);
  proposals.forEach((each, number) => each.classList.toggle("is-chosen", number === at));
  hand("accept", proposals[at]);
  hand("decline", proposals[at]);
  if (focus) (proposals[at].querySelector("[data-accept]") || proposals[at].querySelector("a")).focus();
}

if (proposals.length) {
  choose(0, { focus: false });
  document.addEventListener("focusin", (event) => {
    const index = proposals.indexOf(event.target.closest("[data-proposal]"));
    if (index >= 0) choose(index, { focus: false });
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !keysAct()) return;
    if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
    const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    choose(at + by);
  });
}
