// The keyboard map, read from the page: an element with data-key="g h" is clicked (or, if it is a field, focused) by those
// keys in turn. data-key-help says what for in the dialog that `?` opens. Keys never act inside fields, and can be switched off.
const SWITCH = "ledgerflow-keys";
const PATIENCE = 1200; // milliseconds between the keys of a sequence
const FIELDS = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable], [data-list-choice][open]";

let typed = [];
let waiting = 0;

export function areOn() {
  try {
    return window.localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

function isVisible(element) {
  return element.closest("[hidden], dialog:not([open])") === null && !element.disabled;
}

// Of a list, the chosen row alone; see rows.js.
function isOfOtherRow(element) {
  return element.closest("[data-choice]:not(.is-chosen)") !== null;
}

function elementFor(keys) {
  return [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key === keys && isVisible(element) && !isOfOtherRow(element),
  );
}

function beginsSequence(keys) {
  return document.querySelector(`[data-key^="${CSS.escape(keys)} "]`) !== null;
}

function nameOf(event) {
  const name = event.key === " " ? "Space" : event.key;
  const shift = event.shiftKey && (name.length > 1 || event.ctrlKey) ? "Shift-" : "";
  return (event.ctrlKey ? "Ctrl-" : "") + (event.altKey ? "Alt-" : "") + shift + name;
}

function act(element) {
  if (element.matches(FIELDS)) {
    element.focus();
    if (typeof element.select === "function") element.select();
  } else {
    if (element.matches("summary")) element.focus(); // what it opens follows it
    element.click();
  }
}

function row(keys, help) {
  const line = document.createElement("div");
  const term = document.createElement("dt");
  const definition = document.createElement("dd");
  term.textContent = help;
  for (const key of keys.split(" ")) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    definition.append(cap, " ");
  }
  line.append(term, definition);
  line.dataset.keyRow = "";
  return line;
}

export function openDialog() {
  const dialog = document.getElementById("keys");
  const list = dialog.querySelector("[data-keys-list]");
  list.querySelectorAll("[data-key-row]").forEach((old) => old.remove());
  const seen = new Set();
  const rows = [];
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen.has(element.dataset.key)) continue;
    seen.add(element.dataset.key);
    const help = element.dataset.keyHelp || element.getAttribute("aria-label") || element.textContent.trim();
    rows.push(row(element.dataset.key, help));
  }
  list.append(...rows);
  dialog.querySelector("[data-keys-switch]").checked = areOn();
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.defaultPrevented || event.metaKey || !(target instanceof Element)) return;
  if (event.key === "Escape" && target.closest("[data-list-choice][open]")) {
    event.preventDefault(); // and it is for nothing else
    target.closest("[data-list-choice]").removeAttribute("open");
    target.blur(); // the next key is for the page
    return;
  }
  if (document.querySelector("dialog[open]") || !areOn()) return;
  if (["Shift", "Control", "Alt"].includes(event.key)) return;
  if (target.closest(FIELDS)) {
    // Such as saving, which nobody leaves the field for; never a key that writes.
    const anywhere = event.ctrlKey ? elementFor(nameOf(event)) : null;
    if (anywhere?.matches("[data-key-anywhere]")) {
      event.preventDefault();
      act(anywhere);
    }
    return;
  }
  if (event.key === "?" && !event.ctrlKey && !event.altKey) {
    event.preventDefault();
    openDialog();
    return;
  }
  window.clearTimeout(waiting);
  typed.push(nameOf(event));
  const keys = typed.join(" ");
  const element = elementFor(keys);
  if (element) {
    event.preventDefault();
    typed = [];
    act(element);
  } else if (beginsSequence(keys)) {
    waiting = window.setTimeout(() => { typed = []; }, PATIENCE);
  } else {
    typed = [];
  }
});

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-keys-open]")) openDialog();
});

document.addEventListener("change", (event) => {
  if (!(event.target instanceof Element) || !event.target.matches("[data-keys-switch]")) return;
  try {
    window.localStorage.setItem(SWITCH, event.target.checked ? "on" : "off");
  } catch {
    event.target.checked = true; // storage is switched off in this browser, so the keys stay on
  }
});
