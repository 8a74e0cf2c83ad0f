// Messages: they leave after a while (errors stay), and a page can ask for one: an htmx response with the header
// HX-Trigger: {"lf:message": {"text": "…", "level": "success"}}.
const STAY = 8000; // milliseconds

function leaveLater(message) {
  if (message.classList.contains("message-error")) return;
  let timer = window.setTimeout(() => message.remove(), STAY);
  message.addEventListener("mouseenter", () => window.clearTimeout(timer));
  message.addEventListener("focusin", () => window.clearTimeout(timer));
  message.addEventListener("mouseleave", () => { timer = window.setTimeout(() => message.remove(), STAY); });
}

function show(text, level) {
  const message = document.createElement("div");
  message.className = `toast show message-${level}`;
  message.dataset.message = "";
  const body = document.createElement("div");
  body.className = "toast-body";
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.dataset.messageClose = "";
  close.setAttribute("aria-label", "Dismiss");
  body.append(words, close);
  message.append(body);
  document.getElementById("messages").append(message);
  leaveLater(message);
}

function greetMessages() {
  document.querySelectorAll("[data-message]:not([data-message-seen])").forEach((message) => {
    message.dataset.messageSeen = "";
    leaveLater(message);
  });
}

greetMessages();
document.body.addEventListener("htmx:afterSettle", greetMessages);
document.body.addEventListener("lf:message", (event) => show(event.detail.text, event.detail.level || "info"));
document.body.addEventListener("htmx:responseError", () => show("That did not work. Reload the page and try again.", "error"));
document.body.addEventListener("htmx:sendError", () => show("LedgerFlow does not answer. Nothing was changed.", "error"));

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  event.target.closest("[data-message-close]")?.closest("[data-message]").remove();
});
