// What the server answers to a form, and what is known where it is no answer of the queue.
const NONE = "No answer came, so it is not known whether this was done. Load the page again before you do it once more.";
const BROKEN = "LedgerFlow failed while it answered, so it is not known whether this was done. Load the page again before you do it once more.";
const AWAY = "The database does not answer just now. This was done whole or not at all: load the page again in a moment, and look.";
const SIGNED_OUT = "You are signed out, so nothing was changed. Sign in again, and load the page again.";
const REFUSED = "This is refused: your session is another one by now, or your role does not allow it. Nothing was changed; load the page again.";
const GONE = "This is not there any more, so nothing was changed. Load the page again.";

function inWords(response) {
  if (response.redirected) return SIGNED_OUT; // the queue redirects nobody who asks for JSON
  if (response.status === 503) return AWAY;
  if (response.status === 404 || response.status === 405) return GONE;
  if (response.status >= 400 && response.status < 500) return REFUSED;
  return BROKEN;
}

// The answer as JSON; {error} with a sentence where none came, or another page.
export async function ask(url, body) {
  let response;
  try {
    response = await fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
  } catch {
    return { error: NONE };
  }
  try {
    return await response.json();
  } catch {
    return { error: inWords(response) };
  }
}

// The counts of an answer are of the days that the page keeps to.
export function withDays(url) {
  const whole = new URL(url, location.href);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name === "from" || name === "to") whole.searchParams.set(name, value);
  }
  return whole;
}

// How many lines each tab has, and whether there is something to post.
export function showCounts(counts = {}) {
  Object.entries(counts).forEach(([tab, count]) => {
    document.querySelectorAll(`[data-count="${tab}"]`).forEach((badge) => {
      badge.textContent = count;
    });
  });
  const toPost = document.querySelector("[data-post]");
  if (toPost && "reviewed" in counts) toPost.hidden = counts.reviewed === 0;
}
