// A line beside its file: the divider between both, where each fact of the bank was read, and words of the file that a click puts
// into the field that was last in focus. Without this file both stand side by side.
import { refresh } from "../web/fresh.js";
import { keep } from "../web/trail.js";
import { plainDate, plainNumber, saying, wordsOf } from "./read.js";

const WIDTH = "ledgerflow-line-width"; // of the booking, in percent
const [LEAST, MOST, STEP] = [25, 75, 5];
const WORDS = "input:not([type]), input[type=text], input[type=search], input[type=date], textarea";

const panes = document.querySelector("[data-panes]");
const booking = panes.querySelector("[data-booking]");
const source = panes.querySelector("[data-source]");
const divider = panes.querySelector("[data-divider]");

// --- the divider ---

function divide(percent, { keeps = true } = {}) {
  const width = Math.round(Math.min(Math.max(percent, LEAST), MOST));
  panes.style.setProperty("--booking", `${width}%`);
  divider.setAttribute("aria-valuenow", String(width));
  try {
    if (keeps) window.localStorage.setItem(WIDTH, String(width));
  } catch {
    // the next page begins with halves
  }
}

function keptWidth() {
  try {
    return Number(window.localStorage.getItem(WIDTH)) || 50;
  } catch {
    return 50;
  }
}

divider.hidden = false;
divide(keptWidth(), { keeps: false });
divider.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const now = Number(divider.getAttribute("aria-valuenow"));
  const to = { ArrowLeft: now - STEP, ArrowRight: now + STEP, Home: LEAST, End: MOST }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  divide(to);
});
divider.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  divider.setPointerCapture(event.pointerId);
  divider.classList.add("is-held");
});
divider.addEventListener("pointermove", (event) => {
  if (!divider.hasPointerCapture(event.pointerId)) return;
  const { left, width } = panes.getBoundingClientRect();
  divide(((event.clientX - left) / width) * 100);
});
divider.addEventListener("lostpointercapture", () => divider.classList.remove("is-held"));
divider.addEventListener("dblclick", () => divide(50));

// On a phone the file is a sheet that opens when it is asked for.
const isNarrow = window.matchMedia("(max-width: 991px)");
const fold = () => {
  source.open = !isNarrow.matches;
};
isNarrow.addEventListener("change", fold);
fold();

// --- words of the file ---

function split(mark) {
  if (mark.querySelector("[data-word]")) return;
  const pieces = document.createDocumentFragment();
  let at = 0;
  const text = mark.textContent;
  for (const { word, start } of wordsOf(text)) {
    const piece = document.createElement("span");
    piece.dataset.word = word;
    piece.textContent = word;
    pieces.append(text.slice(at, start), piece);
    at = start + word.length;
  }
  pieces.append(text.slice(at));
  mark.replaceChildren(pieces);
}

function arrived() {
  source.querySelectorAll(".source mark").forEach(split);
  const box = source.querySelector("[data-box]");
  if (box) source.scrollTop += box.getBoundingClientRect().top - source.getBoundingClientRect().top - source.clientHeight / 3;
}
arrived();
source.addEventListener("htmx:load", arrived); // the page of a PDF comes by itself

// What the bank said that a field is about: the facts themselves, the payee by its names, the amounts of parts by the amount.
function saidFor(element) {
  const own = element.closest("[data-said]");
  if (own) return [own];
  const field = element.closest("input, textarea");
  if (!field) return [];
  const names = field.name === "payee" ? ["counterparty", "text"] : /amount$/.test(field.name) ? ["amount"] : [];
  return names.map((name) => booking.querySelector(`[data-said="${name}"]`)).filter(Boolean);
}

function show(element) {
  const pieces = [...source.querySelectorAll("[data-word]")];
  const words = pieces.map((piece) => piece.dataset.word);
  const read = new Set(saidFor(element).flatMap(({ dataset }) => saying(words, dataset.said, dataset.value)));
  pieces.forEach((piece) => piece.classList.toggle("is-read", read.has(piece.dataset.word)));
}
const inFocus = () => (booking.contains(document.activeElement) ? document.activeElement : booking);
booking.addEventListener("pointerover", (event) => show(saidFor(event.target).length ? event.target : inFocus()));
booking.addEventListener("pointerleave", () => show(inFocus()));

let field = null; // that was last in focus
booking.addEventListener("focusin", (event) => {
  if (event.target.matches(WORDS)) field = event.target;
  show(event.target);
});

function fill(word) {
  if (!field?.isConnected) {
    document.body.dispatchEvent(new CustomEvent("lf:message", { detail: { text: "Go to the field first that the word is for.", name: "word" } }));
    return;
  }
  if (field.type === "date" || /amount$/.test(field.name)) {
    const plain = field.type === "date" ? plainDate(word, booking.querySelector("[data-said=date]").dataset.value) : plainNumber(word);
    if (!plain) return;
    field.value = plain;
  } else {
    const { selectionStart: start, selectionEnd: end, value } = field;
    const [before, after] = [value.slice(0, start), value.slice(end)];
    const spaced = `${before && !/\s$/.test(before) ? " " : ""}${word}${after && !/^\s/.test(after) ? " " : ""}`;
    field.setRangeText(spaced, start, end, "end");
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus({ preventScroll: true });
}
source.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-word]") && field) event.preventDefault(); // the field stays in focus
});
source.addEventListener("click", (event) => {
  const word = event.target.closest("[data-word]");
  if (word) fill(word.dataset.word);
});

// --- forms that would load the page again: what they keep comes anew in its place ---

booking.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("form[data-saves]:not([data-in-place])")) return;
  event.preventDefault();
  if (await keep(form)) {
    form.querySelectorAll("input, textarea").forEach((each) => {
      if (each.type !== "hidden") each.defaultValue = each.value;
    });
    await refresh(form);
  }
});
