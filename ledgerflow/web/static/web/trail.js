// The list that somebody came from: a click on a bank line keeps the lines of the page in their order, and the page of a line
// leads to those before and after it. In this tab alone; nothing is sent anywhere.
const KEY = "ledgerflow-trail";
const LINE = /\/journal\/line\/\d+\/$/;

const pathOf = (link) => new URL(link.href, location.href).pathname;
const isLine = (link) => LINE.test(pathOf(link));

function kept() {
  try {
    return JSON.parse(window.sessionStorage.getItem(KEY)) || { lines: [] };
  } catch {
    return { lines: [] }; // storage is switched off in this browser
  }
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("main a[href]") : null;
  if (!link || !isLine(link) || link.closest("[data-trail]")) return;
  const lines = [...new Set([...document.querySelectorAll("main a[href]")].filter(isLine).map(pathOf))];
  try {
    window.sessionStorage.setItem(KEY, JSON.stringify({ from: location.pathname + location.search, lines }));
  } catch {
    // the page of the line shows no neighbours then
  }
});

const bar = document.querySelector("[data-trail]");
const { from, lines } = kept();
const at = lines.indexOf(location.pathname);

if (bar && at >= 0) {
  const [back, previous, next] = ["back", "previous", "next"].map((name) => bar.querySelector(`[data-trail-${name}]`));
  const lead = (link, address) => {
    if (address) link.href = address;
    link.hidden = !address;
  };
  lead(back, from && `${from.split("#")[0]}#line-${location.pathname.split("/").at(-2)}`);
  lead(previous, lines[at - 1]);
  lead(next, lines[at + 1]);
  bar.hidden = false;
}

// Save and next: the form that was changed last is sent, and the next line follows once it is kept.
let changed = null;
document.addEventListener("input", (event) => {
  changed = event.target.closest?.("form[data-saves]") || changed;
});
bar?.querySelector("[data-trail-save]")?.addEventListener("click", async () => {
  const next = bar.querySelector("[data-trail-next]");
  const follow = () => (next.hidden ? location.reload() : next.click());
  if (!changed) follow();
  else if (changed.reportValidity()) {
    const answer = await fetch(changed.action, { method: "POST", body: new FormData(changed), redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect") follow(); // kept; the next page says so
    else changed.requestSubmit(); // refused: the page comes back with the reason
  }
});
