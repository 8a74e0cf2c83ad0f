// What happens within the evidence pane: the parts of a split, the place of the line in its file, and folding it on a phone.
import { handleSplits } from "./split.js";

const pane = document.querySelector("[data-queue]") && document.querySelector("[data-evidence]");

if (pane) handleSplits(pane);
pane?.addEventListener("htmx:load", () => {
  const box = pane.querySelector("[data-box]");
  const frame = box?.closest(".source-frame");
  if (frame) frame.scrollTop += box.getBoundingClientRect().top - frame.getBoundingClientRect().top - frame.clientHeight / 3;
});
document.querySelector("[data-fold]")?.addEventListener("click", (event) => {
  const isFolded = document.querySelector("[data-sheet]").classList.toggle("is-folded");
  event.currentTarget.setAttribute("aria-expanded", String(!isFolded));
});
