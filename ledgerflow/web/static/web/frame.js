// Messages: they leave after a while (errors stay), and a page can ask for one: an htmx response with the header
// HX-Trigger: {"lf:message": {"text": "…", "level": "success"}}. A script may add a name, so that a message replaces the one
// before it, and actions: [{label, run}].
const STAY = 10000; // milliseconds
const AMOUNT = /(?<![\w.])(-?\d[\d,]*\.\d{2,4})(?![\d%]|\.\d)/; // as the filter `discreet` finds it

// A sentence whose amounts can be hidden.
function sentence(text) {
  const words = document.createElement("span");
  text.split(AMOUNT).forEach((piece, number) => {
    const amount = document.createElement("span");
    amount.className = "discreet";
    amount.textContent = piece;
    words.append(number % 2 ? amount : piece);
  });
  return words;
}

function leaveLater(message) {
  if (message.classList.contains("message-error")) return;
  let timer = window.setTimeout(() => message.remove(), STAY);
  message.addEventListener("mouseenter", () => window.clearTimeout(timer));
  message.addEventListener("focusin", () => window.clearTimeout(timer));
  message.addEventListener("mouseleave", () => { timer = window.setTimeout(() => message.remove(), STAY); });
}

function show({ text, level = "info", name = "", actions = [] }) {
  if (name) document.querySelector(`[data-message="${CSS.escape(name)}"]`)?.remove();
  const message = document.createElement("div");
  message.className = `toast show message-${level}`;
  message.dataset.message = name;
  const body = document.createElement("div");
  body.className = "toast-body";
  const words = sentence(text);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.dataset.messageClose = "";
  close.setAttribute("aria-label", "Dismiss");
  body.append(words);
  actions.forEach(({ label, run }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = label;
    button.dataset.messageAction = label;
    button.addEventListener("click", run);
    body.append(button);
  });
  body.append(close);
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
document.body.addEventListener("lf:message", (event) => show(event.detail));
document.body.addEventListener("htmx:responseError", (event) => show({
  text: event.detail.xhr.status === 503
    ? "The database does not answer just now. This was done whole or not at all: reload the page in a moment, and look."
    : "That did not work. Reload the page and try again.",
  level: "error",
}));
document.body.addEventListener("htmx:sendError", () => show({ text: "No answer came. Reload the page to see whether this was done.", level: "error" }));

// A browser lends the clipboard to pages over https and on the machine itself; elsewhere what is selected can still be copied.
async function copy(secret) {
  window.getSelection().selectAllChildren(secret);
  try {
    await navigator.clipboard.writeText(secret.textContent);
  } catch {
    if (!document.execCommand("copy")) {
      show({ text: "It could not be copied. It is selected: press Ctrl-C.", name: "copy" });
      return;
    }
  }
  show({ text: "Copied.", level: "success", name: "copy" });
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const button = event.target.closest("[data-copy]");
  if (button) copy(button.closest("[data-secret]").querySelector(".secret"));
  event.target.closest("[data-message-close]")?.closest("[data-message]").remove();
});
