// What happens within the evidence pane: the parts of a split, the place of the line in its file, and folding it on a phone.
import { addPart, showLeft } from "./split.js";

const pane = document.querySelector("[data-queue]") && document.querySelector("[data-evidence]");

pane?.addEventListener("click", (event) => {
  if (event.target.closest("[data-split-more]")) addPart(event.target.form);
});
pane?.addEventListener("input", (event) => {
  const form = event.target.closest("[data-split-total]");
  if (form) showLeft(form);
});
pane?.addEventListener("htmx:load", () => {
  const box = pane.querySelector("[data-box]");
  const frame = box?.closest(".source-frame");
  if (frame) frame.scrollTop += box.getBoundingClientRect().top - frame.getBoundingClientRect().top - frame.clientHeight / 3;
});
document.querySelector("[data-fold]")?.addEventListener("click", (event) => {
  const isFolded = document.querySelector("[data-sheet]").classList.toggle("is-folded");
  event.currentTarget.setAttribute("aria-expanded", String(!isFolded));
});
