// Leaving the queue would end what is under way: its lines would not be posted, or be shown as they were. So whatever leaves
// the page waits for the answers that have not come.
import { sayNext } from "../web/undo.js";
import { ask, withDays } from "./answers.js";

let underWay = 0; // answers that have not come
let answered = Promise.resolve(); // done once all of them have
let lastWord = null; // what to say once the page is loaded again
let isUndoable = false; // what the last word says
let departure = null; // what leaves the page
let isGone = false; // the next page is on its way; keys are for that

export const isUnderWay = () => underWay > 0;
export const hasLeft = () => isGone;
export const willLoadAgain = () => lastWord !== null;

export function leave() {
  isGone = true;
}

function leaveOnceAnswered() {
  if (underWay || isGone) return;
  if (departure) {
    const go = departure;
    departure = null;
    go();
  } else if (lastWord !== null) {
    leave();
    if (lastWord) sayNext(lastWord, { undo: isUndoable });
    location.reload();
  }
}

export function leaveBy(go) {
  departure = go;
  leaveOnceAnswered();
}

export function loadAgain(undo, ...words) {
  lastWord = [lastWord, ...words].filter(Boolean).join(" ");
  isUndoable = undo;
}

export function post(url, body, { isAfterAll = false } = {}) {
  underWay += 1;
  const before = isAfterAll ? answered : null;
  const answer = Promise.resolve(before).then(() => ask(withDays(url), body)).finally(() => {
    underWay -= 1;
    setTimeout(leaveOnceAnswered); // after what this answer changes
  });
  answered = Promise.allSettled([answered, answer]).then(() => {});
  return answer;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]:not([target], [download], [href^='#'])");
  if (!link || !underWay || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  leaveBy(() => link.click());
});
window.addEventListener("pageshow", () => {
  isGone = false;
});
