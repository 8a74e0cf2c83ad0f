// Light, dark or as the system, remembered in this browser. Loaded in the head without `defer`, so that no page flashes.
(function () {
  "use strict";
  const KEY = "ledgerflow-theme";
  const CHOICES = ["auto", "light", "dark"];
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      const kept = window.localStorage.getItem(KEY);
      return CHOICES.includes(kept) ? kept : "auto";
    } catch {
      return "auto"; // storage is switched off in this browser
    }
  }

  function apply() {
    const choice = chosen();
    const theme = choice === "auto" ? (system.matches ? "dark" : "light") : choice;
    document.documentElement.setAttribute("data-bs-theme", theme);
    document.documentElement.setAttribute("data-theme-choice", choice);
  }

  function next() {
    const choice = CHOICES[(CHOICES.indexOf(chosen()) + 1) % CHOICES.length];
    try {
      window.localStorage.setItem(KEY, choice);
    } catch {
      return; // nothing can be remembered, so nothing changes
    }
    apply();
  }

  apply();
  system.addEventListener("change", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("click", function (event) {
    if (event.target instanceof Element && event.target.closest("[data-theme-switch]")) {
      next();
    }
  });
})();
