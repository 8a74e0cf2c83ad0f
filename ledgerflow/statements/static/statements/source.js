// The lines of a statement beside the file: the line in focus is shown where it stands, and the box moves with the focus.
// Without this file each line's place is a link to the file.
const FIELDS = "input, select, textarea, button, a, summary, [contenteditable]";
const PATIENCE = 60; // milliseconds: a key that is held down asks for the last line only

const pane = document.querySelector("[data-source]");
const rows = [...document.querySelectorAll("[data-place]")];
let at = -1;
let timer = 0;

function keysAct() {
  try {
    return window.localStorage.getItem("ledgerflow-keys") !== "off";
  } catch {
    return true;
  }
}

function put(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body;
  const [before, after] = [pane.querySelector("img"), fresh.querySelector("img")];
  // On the same page only the box moves, so that the picture stands still.
  if (before && after && before.getAttribute("src") === after.getAttribute("src")) after.replaceWith(before);
  pane.replaceChildren(...fresh.childNodes);
  const mark = pane.querySelector("[data-box], mark");
  if (!mark) return;
  const scrolled = mark.closest(".source") || pane.closest(".source-pane");
  const [box, frame] = [mark.getBoundingClientRect(), scrolled.getBoundingClientRect()];
  scrolled.scrollTop += box.top - frame.top - scrolled.clientHeight / 3;
}

async function show(row) {
  let html;
  try {
    const answer = await fetch(row.dataset.place, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    html = await answer.text();
  } catch {
    html = '<div class="card-body">The server did not answer; choose the line again.</div>';
  }
  if (rows[at] === row) put(html);
}

function focus(index, { scroll = true } = {}) {
  const next = Math.min(Math.max(index, 0), rows.length - 1);
  if (next === at) return;
  rows[at]?.classList.remove("is-focused");
  rows[at]?.removeAttribute("aria-current");
  at = next;
  rows[at].classList.add("is-focused");
  rows[at].setAttribute("aria-current", "true");
  if (scroll) rows[at].scrollIntoView({ block: "nearest" });
  clearTimeout(timer);
  timer = setTimeout(show, PATIENCE, rows[at]);
}

if (pane && rows.length) {
  const body = rows[0].parentElement;
  body.addEventListener("click", (event) => focus(rows.indexOf(event.target.closest("[data-place]")), { scroll: false }));
  body.addEventListener("focusin", (event) => focus(rows.indexOf(event.target.closest("[data-place]")), { scroll: false }));
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !keysAct()) return;
    const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (document.querySelector("dialog[open]") || event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (by) {
      event.preventDefault();
      focus(at + by);
    } else if (event.key === "Enter" && !event.target.closest(FIELDS)) {
      rows[at]?.querySelector("a")?.click();
    }
  });
  focus(0, { scroll: false });
}
