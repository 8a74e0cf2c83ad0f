// Amounts hidden from people who look over a shoulder, remembered in this browser. Loaded in the head without `defer`, so that
// no page shows them for a moment.
(function () {
  "use strict";
  const KEY = "ledgerflow-amounts";

  function areHidden() {
    try {
      return window.localStorage.getItem(KEY) === "hidden";
    } catch {
      return false; // storage is switched off in this browser
    }
  }

  function apply() {
    const hidden = areHidden();
    document.documentElement.classList.toggle("hides-amounts", hidden);
    document.querySelectorAll("[data-privacy-switch]").forEach((button) => button.setAttribute("aria-pressed", String(hidden)));
  }

  apply();
  document.addEventListener("DOMContentLoaded", apply);
  window.addEventListener("storage", apply);
  document.addEventListener("click", function (event) {
    if (!(event.target instanceof Element) || !event.target.closest("[data-privacy-switch]")) return;
    try {
      window.localStorage.setItem(KEY, areHidden() ? "shown" : "hidden");
    } catch {
      return; // nothing can be remembered, so nothing changes
    }
    apply();
  });
})();
