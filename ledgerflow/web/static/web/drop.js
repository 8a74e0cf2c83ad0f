// Files and folders dropped anywhere on a page of a book go into the frame's hidden form, and the form is sent as if by hand;
// more than a batch of them goes in parts. A page that has a form of its own for dropped files says so, and what becomes of them.
const BATCH_FILES = 50;
const BATCH_BYTES = 100 * 1024 * 1024;
// What systems leave in folders: the same as ledgerflow/toolbox/archives.py leaves out of archives.
const LITTER = ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"];

const overlay = document.querySelector("[data-drop-anywhere]");
const here = document.querySelector("[data-drop-here]");
const target = here ?? overlay;
const words = overlay.querySelector("[data-drop-words]");
if (here) words.textContent = here.dataset.dropWords;
const firstWords = [...words.childNodes];
let isSending = false;
const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  // What was said of the files before is over.
  if (!isSending && words.firstChild !== firstWords[0]) words.replaceChildren(...firstWords);
  overlay.hidden = false;
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) overlay.hidden = true;
});
document.addEventListener("drop", async (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  // The browser forgets what was dropped when this function waits, so everything is taken from it before.
  const files = [...event.dataTransfer.files];
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  try {
    send(entries.some((entry) => entry.isDirectory) ? await within(entries) : files, target);
  } catch {
    say("The folder cannot be read. Nothing was taken in.");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") overlay.hidden = true;
});

// The files in the folders and in theirs, without litter.
async function within(entries) {
  const found = [];
  for (const entry of entries.filter((each) => !LITTER.includes(each.name))) {
    if (entry.isFile) {
      found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
      continue;
    }
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a part of them at a time
      if (!some.length) break;
      found.push(...(await within(some)));
    }
  }
  return found;
}

async function send(files, form) {
  if (!files.length) {
    say("There are no files in it.");
    return;
  }
  const input = form.querySelector("input[type=file]");
  const batches = inBatches(files);
  if (batches.length === 1) {
    const carried = new DataTransfer();
    files.forEach((file) => carried.items.add(file));
    input.files = carried.files;
    form.requestSubmit();
    return;
  }
  isSending = true;
  const problem = await sendBatches(batches, files.length, form, input.name);
  isSending = false;
  if (problem) say(problem);
  else if (form.dataset.done) location.assign(form.dataset.done);
  else location.reload();
}

// Send them one after the other, and return what went wrong; nothing where all are there.
async function sendBatches(batches, count, form, name) {
  // Asked so, the server says in a header that somebody has to sign in; then a redirect is the answer to what was kept.
  const headers = { "HX-Request": "true" };
  let sent = 0;
  for (const batch of batches) {
    say(`Taking in ${count} files: ${sent} are there…`);
    const body = new FormData(form);
    body.delete(name);
    batch.forEach((file) => body.append(name, file));
    // The answer is a page that is not needed before the last file is there; what it would say waits.
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", headers }).catch(() => null);
    if (answer?.type !== "opaqueredirect") {
      const isSignedOut = answer?.headers.get("HX-Redirect");
      const why = isSignedOut ? ", because you are not signed in any more. Load the page again and sign in, then drop" : ". Drop";
      return `The upload stopped after ${sent} of ${count} files${why} them again: what is here is not taken in twice.`;
    }
    sent += batch.length;
  }
  return "";
}

function inBatches(files) {
  const batches = [[]];
  let bytes = 0;
  for (const file of files) {
    const last = batches.at(-1);
    if (last.length && (last.length === BATCH_FILES || bytes + file.size > BATCH_BYTES)) {
      batches.push([file]);
      bytes = file.size;
    } else {
      last.push(file);
      bytes += file.size;
    }
  }
  return batches;
}

function say(sentence) {
  overlay.hidden = false;
  words.textContent = sentence;
}

// The inbox has the same form to be seen; choosing files or a folder there sends them.
const visible = document.querySelector("[data-send-on-choice]");
const chosen = visible?.querySelector("input[name=files]");
const folder = visible?.querySelector("[data-folder]");
chosen?.addEventListener("change", () => {
  if (chosen.files.length) send([...chosen.files], visible);
});
if (folder) {
  folder.hidden = false;
  folder.addEventListener("change", (event) => {
    const isKept = (file) => !file.webkitRelativePath.split("/").some((part) => LITTER.includes(part));
    send([...event.target.files].filter(isKept), visible);
  });
}
