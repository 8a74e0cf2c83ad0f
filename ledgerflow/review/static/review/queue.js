// The review queue by keyboard. Every action is a form of the page; this file chooses the row, sends the form without leaving
// the page, moves on before the answer arrives, and brings a row back with the reason when the answer is a refusal.
const queue = document.querySelector("[data-queue]");

if (queue) {
  const pane = document.querySelector("[data-evidence]");
  const status = document.querySelector("[data-queue-status]");
  const token = queue.querySelector("input[name=csrfmiddlewaretoken]").value;
  let evidenceTimer = 0;
  let evidenceOf = "";

  const rows = () => [...queue.querySelectorAll("[data-line]")];
  const focused = () => queue.querySelector("[data-line].is-focused");
  const chosen = () => {
    const ticked = rows().filter((row) => row.querySelector("input[type=checkbox]").checked);
    return ticked.length ? ticked : [focused()].filter(Boolean);
  };
  const say = (text) => {
    status.textContent = text;
  };

  function focus(row, { scroll = true } = {}) {
    if (!row) return;
    focused()?.classList.remove("is-focused");
    focused()?.removeAttribute("aria-current");
    row.classList.add("is-focused");
    row.setAttribute("aria-current", "true");
    if (scroll) row.scrollIntoView({ block: "nearest" });
    clearTimeout(evidenceTimer);
    evidenceTimer = setTimeout(() => showEvidence(row), 60);
  }

  async function showEvidence(row, { force = false } = {}) {
    if (!force && evidenceOf === row.dataset.line) return;
    evidenceOf = row.dataset.line;
    const answer = await fetch(row.dataset.evidenceUrl, { headers: { Accept: "text/html" } });
    if (answer.ok && evidenceOf === row.dataset.line) pane.innerHTML = await answer.text();
  }

  function step(by) {
    const all = rows();
    const at = all.indexOf(focused());
    focus(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  }

  // Rows leave the list at once; what the server refuses comes back with its reason.
  async function send(url, lines, fields = {}) {
    const leaving = lines.map((row) => ({ row, parent: row.parentNode, next: row.nextSibling }));
    const after = rows();
    const last = after.indexOf(lines.at(-1));
    const following = after.slice(last + 1).find((row) => !lines.includes(row)) || after.slice(0, last).reverse().find((row) => !lines.includes(row));
    lines.forEach((row) => row.remove());
    focus(following);

    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    lines.forEach((row) => body.append("lines", row.dataset.line));
    Object.entries(fields).forEach(([name, value]) => body.append(name, value));
    let answer;
    try {
      const response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
      answer = await response.json();
    } catch {
      answer = { refused: Object.fromEntries(lines.map((row) => [row.dataset.line, "The server did not answer; nothing was changed."])) };
    }
    leaving.reverse().forEach(({ row, parent, next }) => {
      const reason = answer.refused?.[row.dataset.line];
      if (!reason) return;
      parent.insertBefore(row, next && next.parentNode === parent ? next : null);
      row.querySelector("[data-refusal]").textContent = reason;
      focus(row);
    });
    if (answer.message) say(answer.message);
    if (answer.counts) {
      Object.entries(answer.counts).forEach(([tab, count]) => {
        const badge = document.querySelector(`[data-count="${tab}"]`);
        if (badge) badge.textContent = count;
      });
    }
    if (!rows().length) location.reload();
    return answer;
  }

  async function sendForm(form) {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    const answer = await response.json();
    const problem = form.querySelector("[data-form-error]");
    if (answer.error) {
      if (problem) problem.textContent = answer.error;
      say(answer.error);
      return;
    }
    if (answer.offer) {
      pane.innerHTML = answer.offer;
      evidenceOf = "";
    }
    if (answer.row) {
      const row = queue.querySelector(`[data-line="${answer.line}"]`);
      if (row) row.outerHTML = answer.row;
    }
    if (answer.gone) {
      const row = queue.querySelector(`[data-line="${answer.line}"]`);
      if (row) {
        const all = rows();
        const next = all[all.indexOf(row) + 1] || all[all.indexOf(row) - 1];
        row.remove();
        if (next && !answer.offer) focus(next);
        else if (next) {
          next.classList.add("is-focused");
          next.scrollIntoView({ block: "nearest" });
        }
      }
    }
    if (answer.message) say(answer.message);
    if (answer.reload) location.reload();
    if (!rows().length && !answer.offer) location.reload();
  }

  const into = (selector) => {
    const field = pane.querySelector(selector);
    if (field) {
      field.closest("details")?.setAttribute("open", "");
      field.focus();
      field.select?.();
    }
  };

  const actions = {
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    Enter: () => send(queue.dataset.acceptUrl, chosen()),
    e: () => send(queue.dataset.excludeUrl, chosen()),
    u: () => pressUndo(),
    c: () => into("[name=account]"),
    p: () => into("[name=payee]"),
    n: () => into("[name=note]"),
    s: () => into("[name=split-0-amount]"),
    r: () => pane.querySelector("[data-rule-offer] button")?.focus(),
    " ": () => {
      const box = focused()?.querySelector("input[type=checkbox]");
      if (box) box.checked = !box.checked;
      step(1);
    },
  };
  ["1", "2", "3"].forEach((digit) => {
    actions[digit] = () => pane.querySelector(`[data-alternative="${digit}"]`)?.requestSubmit();
  });

  function pressUndo() {
    const form = document.querySelector("[data-undo]");
    if (form) form.requestSubmit();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = event.target.closest("input:not([type=checkbox]), select, textarea, button, a, [contenteditable]");
    if (event.key === "Escape" && inField && pane.contains(event.target)) {
      event.target.blur();
      return;
    }
    if (inField || document.querySelector("dialog[open], .modal.show")) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  queue.addEventListener("click", (event) => {
    const row = event.target.closest("[data-line]");
    if (row) focus(row, { scroll: false });
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-in-place]");
    if (!form) return;
    event.preventDefault();
    sendForm(form);
  });
  document.querySelectorAll("[data-bulk]").forEach((button) =>
    button.addEventListener("click", () => send(queue.dataset[button.dataset.bulk], chosen())),
  );

  focus(rows()[0], { scroll: false });
}
