// Initials of the others in the rows that they look at, as often as the pane asks who does.
document.addEventListener("lf:looking", (event) => {
  const { lines } = event.detail;
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
});
