// Initials of the others in the rows that they look at, as often as the pane asks who does. They go by themselves where
// it hears no more, because it was closed or the server is away: a look counts for 40 seconds.
const COUNTS_FOR = 40_000;
let forgetting;

function show(lines) {
  document.querySelectorAll("[data-line] [data-lookers]").forEach((place) => {
    const here = lines[place.closest("[data-line]").dataset.line] || [];
    place.replaceChildren(...here.map(([letters, name]) => {
      const shown = document.createElement("abbr");
      shown.className = "badge";
      shown.textContent = letters;
      shown.title = `${name} looks at this line`;
      return shown;
    }));
  });
}

document.addEventListener("lf:looking", (event) => {
  clearTimeout(forgetting);
  show(event.detail.lines);
  forgetting = setTimeout(show, COUNTS_FOR, {});
});
