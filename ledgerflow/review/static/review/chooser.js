// Finding an option of a list by typing: by the start of its number, or of any word of its name.
const TYPING_MS = 1000; // what is typed within this belongs together

let typed = { select: null, text: "", at: 0 };

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");

export const isTypingInto = (select) => typed.select === select && Date.now() - typed.at < TYPING_MS;

// Browsers find by the start of the whole option, and do not know what was typed before the list was there.
export function typeInto(select, key) {
  const text = (isTypingInto(select) ? typed.text : "") + key;
  typed = { select, text, at: Date.now() };
  const wanted = plain(text).trimStart();
  if (!wanted) return;
  const options = [...select.options].filter((option) => option.value);
  const found = options.find((option) => plain(option.text).trimStart().startsWith(wanted)) || options.find((option) => plain(` ${option.text}`).includes(` ${wanted}`));
  if (!found) return;
  select.value = found.value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}
