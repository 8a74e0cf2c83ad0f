// The review queue by keyboard. Every action is a form of the page; this file chooses the row, sends the form without leaving
// the page, moves on before the answer arrives, and brings a row back with the reason when the answer is a refusal.
import { areOn } from "../web/keys.js";
import { showCounts } from "./answers.js";
import { isTypingInto, typeInto } from "./chooser.js";
import { replay, submitFrom } from "./fields.js";
import { hasLeft, isUnderWay, leave, leaveBy, loadAgain, post, willLoadAgain } from "./leaving.js";
import { takeOut, unmark } from "./rows.js";
import { isEven } from "./split.js";
import "./pane.js";

const OFFER = "offer"; // stands in the evidence pane instead of a line's evidence
const NO_EVIDENCE = "The evidence could not be loaded. Choose the line again.";
const TYPING = "input:not([type=checkbox]), select, textarea, [contenteditable], [data-list-choice][open]";

const queue = document.querySelector("[data-queue]");

if (queue) {
  const pane = document.querySelector("[data-evidence]");
  const token = queue.querySelector("input[name=csrfmiddlewaretoken]").value;
  let evidenceTimer = 0;
  let wanted = ""; // the line whose evidence was asked for last
  let asked = 0; // how often; only the last answer is shown
  let shown = ""; // what stands in the pane: a line, or the offer
  let held = null; // a key for the pane, and those after it, until the pane shows the line in focus
  const sending = new Set(); // forms whose answer has not come
  const refusedPanes = new Map(); // by line, what stood in its pane when it was sent in vain
  let offer = null; // what came with the last answers: the rule that is offered, or the link to give to a client

  const order = [...queue.querySelectorAll("[data-line]")].map((row) => row.dataset.line); // as it was shown, gone ones too

  const rows = () => [...queue.querySelectorAll("tbody:not([hidden]) [data-line]")];
  const focused = () => queue.querySelector("[data-line].is-focused");
  const isShown = () => shown !== "" && shown === focused()?.dataset.line;
  const boxOf = (row) => row?.querySelector("input[type=checkbox]");
  const ticked = () => rows().filter((row) => boxOf(row).checked);
  const chosen = () => {
    const found = ticked();
    return found.length ? found : [focused()].filter(Boolean);
  };
  const everything = document.querySelector("[data-everything]"); // says what all lines that match have in common
  const selectEverything = document.querySelector("[data-select-everything]");
  const isEverything = () => selectEverything?.getAttribute("aria-pressed") === "true";
  const showChosen = () => {
    const count = isEverything() ? `All ${everything.elements.count.value} matching` : ticked().length;
    document.querySelectorAll("[data-selected]").forEach((selected) => {
      selected.textContent = count ? `${count} selected` : "";
    });
  };
  const chooseEverything = (is) => {
    selectEverything?.setAttribute("aria-pressed", String(is));
    showChosen();
  };
  // One message at a time, with Undo beside it where there is something to undo, and what was offered with the answer.
  const say = (text, { undo = false, withOffer = false, level = "success" } = {}) => {
    const actions = [];
    if (withOffer) actions.push({ label: offer.name, run: showOffer });
    if (undo && document.querySelector("[data-undo]")) actions.push({ label: "Undo", run: pressUndo });
    document.body.dispatchEvent(new CustomEvent("lf:message", { detail: { text, level, actions, name: "queue" } }));
  };

  function focus(row, { scroll = true } = {}) {
    if (!row) return;
    unmark(focused());
    row.classList.add("is-focused");
    row.setAttribute("aria-current", "true");
    held = null;
    if (scroll) row.scrollIntoView({ block: "nearest" });
    history.replaceState(history.state, "", `#line-${row.dataset.line}`);
    clearTimeout(evidenceTimer);
    evidenceTimer = setTimeout(() => showEvidence(row), 60);
  }

  // Shown anew, it takes nothing away that somebody writes in it meanwhile.
  async function showEvidence(row, { force = false, isGentle = false } = {}) {
    const { line, evidenceUrl } = row.dataset;
    if (!force && wanted === line) return;
    wanted = line;
    const mine = (asked += 1);
    if (refusedPanes.has(line)) {
      pane.replaceChildren(...refusedPanes.get(line));
      refusedPanes.delete(line);
      shown = line;
      return;
    }
    let text;
    try {
      const answer = await fetch(evidenceUrl, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(answer.statusText);
      text = await answer.text();
    } catch {
      if (wanted === line && mine === asked) {
        [wanted, shown, held] = ["", "", null];
        pane.textContent = NO_EVIDENCE;
      }
      return;
    }
    if (wanted !== line || mine !== asked || (isGentle && pane.contains(document.activeElement))) return;
    pane.innerHTML = text;
    pane.scrollTop = 0;
    shown = line;
    window.htmx?.process(pane); // the page of a PDF comes by itself
    if (held && isShown()) {
      const { name, keys } = held;
      held = null;
      into(name);
      replay(keys, pane);
    }
  }

  function showFocused() {
    [wanted, shown] = ["", ""];
    focus(focused());
  }

  function step(by) {
    const all = rows();
    const at = all.indexOf(focused());
    if (shown === OFFER) {
      showFocused(); // the offer gives way to the line in focus
      return;
    }
    focus(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
  }

  // Rows leave the list at once, and the line that follows is in focus. What the server refuses comes back with its reason,
  // and takes the focus from no other line: the next key is meant for what stands in focus.
  function takeOff(lines) {
    const after = rows();
    const last = after.indexOf(lines.at(-1));
    const following = after.slice(last + 1).find((row) => !lines.includes(row)) || after.slice(0, last).reverse().find((row) => !lines.includes(row));
    const putBack = takeOut(lines);
    showChosen();
    focus(following);
    return (reasons) => {
      const back = putBack(reasons);
      if (!focused()) focus(back[0]);
      showChosen();
    };
  }

  async function send(url, lines, fields = {}, when = {}) {
    const bringBack = takeOff(lines);
    const body = new FormData();
    body.set("csrfmiddlewaretoken", token);
    lines.forEach((row) => body.append("lines", row.dataset.line));
    Object.entries(fields).forEach(([name, value]) => body.append(name, value));
    const answer = await post(url, body, when);
    if (answer.error) answer.refused = Object.fromEntries(lines.map((row) => [row.dataset.line, answer.error]));
    bringBack(answer.refused || {});
    const refused = Object.values(answer.refused || {});
    const isUndoable = refused.length < lines.length;
    const reasons = new Set(refused);
    const said = [answer.message, ...(reasons.size === 1 ? reasons : [])].filter(Boolean).join(" ");
    say(said, { undo: isUndoable, level: refused.length ? "warning" : "success" });
    showCounts(answer.counts);
    if (!rows().length) loadAgain(isUndoable, answer.message);
    else if (willLoadAgain()) loadAgain(isUndoable, answer.message, ...reasons);
  }

  // What was done to all that match is shown by loading the page again, with other lines in it.
  async function sendEverything(url, fields) {
    const body = new FormData(everything);
    body.set("csrfmiddlewaretoken", token);
    Object.entries(fields).forEach(([name, value]) => body.set(name, value));
    const answer = await post(url, body);
    if (answer.error) say(answer.error, { level: "error" });
    else loadAgain(true, answer.message);
  }

  const bulk = (url, fields = {}) => (isEverything() ? sendEverything(url, fields) : send(url, chosen(), fields));

  // As rows do, a group leaves before the answer.
  function leaveGroup(group) {
    const all = rows();
    const last = all.findLastIndex((row) => group.contains(row));
    group.hidden = true;
    focus(all[last + 1] || rows().at(-1));
  }

  // Whether the line that a form of its pane is about is done where the server does not refuse.
  function isLast(form, body) {
    if (!pane.contains(form) || !isShown()) return false;
    if (form.matches("[data-alternative], [data-transfer]")) return true;
    if (form.matches("[data-split-total]")) return isEven(form);
    return form.querySelector("select[name=account]") !== null && body.get("account") !== "" && body.get("act") !== "note";
  }

  // As `send` does; what was typed stays for whoever comes back to a line that was refused.
  async function sendLast(form, body) {
    const row = focused();
    const stood = [...pane.childNodes];
    pane.replaceChildren();
    [wanted, shown] = ["", ""];
    const bringBack = takeOff([row]);
    const answer = await post(form.action, body);
    if (answer.error) {
      const problem = form.querySelector("[data-form-error]");
      if (problem) problem.textContent = answer.error;
      refusedPanes.set(row.dataset.line, stood);
      bringBack({ [row.dataset.line]: answer.error });
      say(answer.error, { level: "warning" });
      showCounts(answer.counts);
      return;
    }
    takeWith(answer);
    keepOffer(answer);
    showCounts(answer.counts);
    // What was decided may change what is proposed, also in a pane that is still on its way.
    if (focused() && shown !== OFFER) showEvidence(focused(), { force: true, isGentle: true });
    if (rows().length) say([answer.message, answer.offered].filter(Boolean).join(" "), { undo: true, withOffer: Boolean(answer.offer) });
    else if (answer.offer) showOffer();
    else loadAgain(true, answer.message);
  }

  // The other side of a transfer.
  function takeWith(answer) {
    const at = rows().indexOf(focused());
    takeOut((answer.with || []).map((line) => queue.querySelector(`[data-line="${line}"]`)).filter(Boolean));
    if (!focused()) focus(rows()[Math.min(at, rows().length - 1)]);
  }

  // The rule that is offered waits in the message, and after it beside the list.
  const RULE = "Rule…";
  const offerButton = document.querySelector("[data-last-offer]");
  function keepOffer(answer) {
    if (!answer.offer) return;
    offer = { html: answer.offer, name: answer.offer_name || (answer.offered ? RULE : "Link…") };
    offerButton.hidden = false;
    offerButton.textContent = offer.name;
    offerButton.title = answer.offered || answer.message;
  }

  function forgetOffer() {
    offer = null;
    offerButton.hidden = true;
    showFocused();
  }

  function showOffer() {
    pane.innerHTML = offer.html;
    [wanted, shown, held] = ["", OFFER, null];
    clearTimeout(evidenceTimer);
    pane.querySelector("[data-rule-offer] button")?.focus();
  }

  async function sendForm(form, body = new FormData(form)) {
    if (sending.has(form) && !form.matches("[data-undo]")) return; // pressed twice
    if (isLast(form, body)) {
      await sendLast(form, body);
      return;
    }
    sending.add(form);
    const about = shown;
    const group = form.matches("[data-accept-group]") ? form.closest("[data-group]") : null;
    if (group) leaveGroup(group);
    const answer = await post(form.action, body);
    sending.delete(form);
    const problem = form.querySelector("[data-form-error]");
    if (answer.error) {
      if (group) group.hidden = false;
      if (problem?.isConnected) problem.textContent = answer.error;
      else say(answer.error, { level: "error" });
      return;
    }
    const row = answer.line ? queue.querySelector(`[data-line="${answer.line}"]`) : null;
    // Whoever went on before the answer came stays there, and keeps what stands in the pane.
    const isElsewhere = row !== null && focused() !== row;
    keepOffer(answer);
    if (answer.gone && !isElsewhere && pane.contains(document.activeElement)) document.activeElement.blur(); // the next key is for the list
    if (answer.gone && row) (isElsewhere ? takeOut : takeOff)([row]);
    const isUndoable = !answer.is_final && !form.matches("[data-undo]");
    const isShownAtOnce = answer.offer && !answer.offered && !isElsewhere; // a link is given now, and never shown again
    if (isShownAtOnce) showOffer();
    showCounts(answer.counts);
    if (answer.reload || (!rows().length && !answer.offer)) loadAgain(isUndoable, answer.message);
    else if (answer.message) say([answer.message, answer.offered].filter(Boolean).join(" "), { undo: isUndoable, withOffer: Boolean(answer.offer) && !isShownAtOnce });
    if (about === OFFER && shown === OFFER) forgetOffer();
    if (answer.again && isShown() && shown === about) showEvidence(focused(), { force: true });
  }

  // An alternative's form holds its account and note as hidden fields; nobody types there.
  const into = (name) => {
    const field = pane.querySelector(`[name=${name}]:not([type=hidden])`);
    if (field) {
      field.closest("details")?.setAttribute("open", "");
      field.focus();
      field.select?.();
    }
  };

  // A key for a field of the pane waits for the pane of the line in focus, and so does what is typed after it.
  function inPane(name) {
    if (isShown()) into(name);
    else if (focused()) {
      held = { name, keys: [] };
      clearTimeout(evidenceTimer);
      showEvidence(focused());
    }
  }

  // With lines selected, for all of them in the form below the list; else for the line in focus.
  const setForm = document.querySelector("[data-set-form]");
  function choose(name) {
    const field = setForm?.querySelector(`[name="set-${name}"]`);
    if (!field || !(isEverything() || ticked().length)) inPane(name);
    else {
      setForm.closest("details").open = true;
      field.focus();
    }
  }

  // The reason that is typed goes with one exclusion.
  function exclude() {
    const reason = document.querySelector("[data-exclude-reason]");
    bulk(queue.dataset.excludeUrl, { reason: reason?.value || "" });
    if (reason) reason.value = "";
  }

  // One candidate is taken at once; of several the first is proposed, and Tab goes to the others.
  function take(selector) {
    if (!isShown()) return;
    const forms = pane.querySelectorAll(selector);
    if (forms.length === 1) forms[0].requestSubmit();
    else forms[0]?.querySelector("button").focus();
  }

  // The line above may be gone since; it is copied as it stands once what was done to it is answered.
  function copyAbove() {
    const row = focused();
    const above = row && order[order.indexOf(row.dataset.line) - 1];
    if (above) send(row.dataset.alikeUrl, [row], { like: above }, { isAfterAll: true });
    else say("There is no line above this one on the page.", { level: "warning" });
  }

  // What may be a transfer is accepted as something else by a second Enter alone.
  function asksFirst() {
    const row = focused();
    const question = row?.dataset.asks;
    if (!question || isEverything() || ticked().length || (isShown() && !pane.querySelector("[data-transfer]"))) return false;
    delete row.dataset.asks;
    say(question, { level: "warning" });
    return true;
  }

  function acceptGroup(form) {
    if (form?.querySelector("button").disabled) say("No line of this group is sure; look at each, and accept it by itself.", { level: "warning" });
    else form?.requestSubmit();
  }

  // The rule that is offered, as long as the message says so; else one for the line in focus.
  function makeRule() {
    const url = focused()?.dataset.ruleUrl;
    if (shown === OFFER) pane.querySelector("[data-rule-offer] button")?.focus();
    else if (document.querySelector(`[data-message=queue] [data-message-action="${RULE}"]`)) showOffer();
    else if (url) leaveBy(() => location.assign(url));
  }

  const backToReview = document.querySelector('[data-bulk="reopenUrl"]');
  const actions = {
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    Enter: () => asksFirst() || bulk(queue.dataset.acceptUrl),
    e: () => exclude(),
    u: () => (backToReview ? backToReview.click() : pressUndo()),
    x: () => choose("tax_line"),
    m: () => take("[data-match]"),
    "+": () => copyAbove(),
    c: () => choose("account"),
    p: () => choose("payee"),
    n: () => inPane("note"),
    q: () => inPane("question"),
    s: () => inPane("split-0-amount"),
    t: () => take("[data-transfer]"),
    T: () => take("[data-no-transfer]"),
    r: () => makeRule(),
    a: () => isShown() && pane.querySelector("[data-attach]")?.click(),
    "Shift+Enter": () => acceptGroup(focused()?.closest("[data-group]")?.querySelector("[data-accept-group]")),
    "#": () => document.querySelector("[data-tag-form] [name=tags]")?.focus(),
    " ": () => {
      const box = boxOf(focused());
      if (box) box.checked = !box.checked;
      chooseEverything(false);
      step(1);
    },
    "Shift+ ": () => {
      const all = rows();
      const at = all.indexOf(focused());
      const from = all.slice(0, at).findLastIndex((row) => boxOf(row).checked);
      all.slice(from < 0 ? at : from, at + 1).forEach((row) => {
        boxOf(row).checked = true;
      });
      chooseEverything(false);
      step(1);
    },
  };
  ["1", "2", "3", "4"].forEach((digit) => {
    actions[digit] = () => isShown() && pane.querySelector(`[data-alternative="${digit}"]`)?.requestSubmit();
  });

  function pressUndo() {
    const form = document.querySelector("[data-undo]");
    if (form) form.requestSubmit();
  }

  offerButton?.addEventListener("click", showOffer);
  // Before the keys of every page: `P` and `/` that are typed ahead are letters, too.
  document.addEventListener("keydown", (event) => {
    if (!held || event.ctrlKey || event.metaKey || event.altKey || hasLeft() || !areOn()) return;
    if (event.target.closest(TYPING)) {
      held = null; // somebody went on to another field
      return;
    }
    event.preventDefault();
    if (event.key === "Escape") held = null;
    else if (event.key.length === 1 || ["Enter", "Tab", "Backspace"].includes(event.key)) held.keys.push(event.key);
  }, { capture: true });

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || hasLeft() || !areOn()) return;
    if (event.target.matches("[data-evidence] select, [data-set-form] select")) {
      // A space opens the list, unless it is typed within a name.
      const isTyped = event.key.length === 1 && (event.key !== " " || isTypingInto(event.target));
      if (isTyped) typeInto(event.target, event.key);
      else if (event.key === "Enter") submitFrom(event.target);
      if (isTyped || event.key === "Enter") {
        event.preventDefault();
        return;
      }
    }
    if (event.key === "Escape" && shown === OFFER && focused()) {
      showFocused();
      return;
    }
    const inField = event.target.closest(`${TYPING}, button, a, summary`);
    if (event.key === "Escape" && inField && (pane.contains(event.target) || event.target.closest("[data-set], [role=search]"))) {
      event.target.closest("[data-set]")?.removeAttribute("open");
      event.target.blur();
      return;
    }
    if (inField || document.querySelector("dialog[open], .modal.show")) return;
    const isShifted = event.shiftKey && (event.key === "Enter" || event.key === " ");
    const action = actions[isShifted ? `Shift+${event.key}` : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  queue.addEventListener("click", (event) => {
    const row = event.target.closest("[data-line]");
    if (row) focus(row, { scroll: false });
  });
  queue.addEventListener("change", () => chooseEverything(false));
  selectEverything?.addEventListener("click", () => {
    const is = !isEverything();
    rows().forEach((row) => {
      boxOf(row).checked = is;
    });
    chooseEverything(is);
    selectEverything.blur(); // the next key is for the list
  });
  document.querySelectorAll("[data-tag-form], [data-set-form]").forEach((form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    if (isEverything()) new FormData(everything).forEach((value, name) => body.set(name, value));
    else chosen().forEach((row) => body.append("lines", row.dataset.line));
    sendForm(form, body);
  }));
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method === "dialog") return;
    const form = event.target;
    const isInPlace = form.matches("form[data-in-place]");
    if (isInPlace || isUnderWay()) event.preventDefault();
    if (isInPlace) sendForm(form, new FormData(form, event.submitter));
    else if (isUnderWay()) leaveBy(() => form.requestSubmit(event.submitter));
    else leave();
  });
  document.querySelectorAll("[data-bulk]").forEach((button) =>
    button.addEventListener("click", () => (button.dataset.bulk === "excludeUrl" ? exclude() : bulk(queue.dataset[button.dataset.bulk]))),
  );
  document.querySelector("[data-exclude-reason]")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.target.blur(); // the next key is for the list
    exclude();
  });

  const named = location.hash.startsWith("#line-") ? queue.querySelector(`[data-line="${CSS.escape(location.hash.slice(6))}"]`) : null;
  focus(named || rows()[0], { scroll: Boolean(named) });
}
