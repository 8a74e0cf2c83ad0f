// Files dropped anywhere on a page of a book go into the frame's hidden form, and the form is sent as if by hand. A page
// that has a form of its own for dropped files says so, and what becomes of them.
const overlay = document.querySelector("[data-drop-anywhere]");
const here = document.querySelector("[data-drop-here]");
const target = here ?? overlay;
const input = target.querySelector("input[type=file]");
if (here) overlay.querySelector("[data-drop-words]").textContent = here.dataset.dropWords;
const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  overlay.hidden = false;
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) overlay.hidden = true;
});
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  input.files = event.dataTransfer.files;
  if (input.files.length) target.requestSubmit();
  else overlay.hidden = true;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") overlay.hidden = true;
});

// The inbox has the same form to be seen; choosing files there sends them.
const visible = document.querySelector("[data-send-on-choice]");
visible?.addEventListener("change", () => {
  if (visible.querySelector("input[type=file]").files.length) visible.requestSubmit();
});
