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
const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
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
    say("The folder holds no files.");
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
  let sent = 0;
  for (const batch of batches) {
    say(`Taking in ${files.length} files: ${sent} are there…`);
    const body = new FormData(form);
    body.delete(input.name);
    batch.forEach((file) => body.append(input.name, file));
    // The answer is a page that is not needed before the last file is there; what it would say waits.
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (answer?.type !== "opaqueredirect") {
      say(`The upload stopped after ${sent} of ${files.length} files. Drop them again: what is here is not taken in twice.`);
      return;
    }
    sent += batch.length;
  }
  location.assign(form.dataset.done ?? location.href);
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
