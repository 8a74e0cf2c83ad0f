// Which words of a file say a fact of a line, and what a word says as a number or a day. Banks write both in many ways.
const NUMBER = String.raw`[-+]?\d{1,3}(?:[.' ]?\d{3})*,\d{1,2}(?![\d.,])`; // with a comma before the cents
const WORDS = new RegExp(`<[^>]*>|(${NUMBER}|[-+]?[\\p{L}\\p{N}][^\\s<>;,"|=]*)`, "gu");

// The words of a line of a file and where each begins; names of elements in angle brackets are none.
export function wordsOf(text) {
  return [...text.matchAll(WORDS)].filter((found) => found[1]).map((found) => ({ word: found[1], start: found.index }));
}

// A number as it is typed into a field, "" for none: the last mark of one is that of the cents where at most two digits follow.
export function plainNumber(word) {
  if (!/\d/.test(word) || /\p{L}{4,}/u.test(word)) return "";
  const isNegative = /^\s*[-−(]|[-−]\s*$/.test(word);
  const parts = word.replace(/[^\d.,]/g, "").split(/[.,]/);
  const cents = parts.length > 1 && (parts.at(-1).length <= 2 || (parts.length === 2 && /^0?$/.test(parts[0]))) ? parts.pop() : "";
  const whole = parts.join("").replace(/^0+(?=\d)/, "");
  return `${isNegative ? "-" : ""}${whole || "0"}${cents ? `.${cents}` : ""}`;
}

const size = (number) => (number.includes(".") ? number.replace(/\.?0+$/, "") : number).replace(/^[-+]/, "");

// The day that a word may say, as the field for one takes it, where it is the given one; "" for another.
export function plainDate(word, day) {
  const [year, month, date] = day.split("-").map(Number);
  const digits = word.match(/\d+/g) || [];
  let told = digits.slice(0, 3).map(Number);
  if (digits.length && /^\d{8}/.test(digits[0])) {
    const [first] = digits;
    told = [first.slice(0, 4), first.slice(4, 6), first.slice(6, 8)].map(Number);
    if (told[0] !== year) told = [first.slice(4, 8), first.slice(2, 4), first.slice(0, 2)].map(Number);
  } else if (digits.length && /^\d{6}$/.test(digits[0])) {
    told = [digits[0].slice(0, 2), digits[0].slice(2, 4), digits[0].slice(4, 6)].map(Number);
  }
  if (told.length !== 3) return "";
  const left = [...told];
  return [[year, year % 100], [month], [date]].every((each) => {
    const at = left.findIndex((number) => each.includes(number));
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }) ? day : "";
}

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Those of the words that say the fact: the day, the amount (with its sign where a word has that), or a word of the text.
export function saying(words, fact, value) {
  if (!value) return [];
  if (fact === "date") return words.filter((word) => plainDate(word, value));
  if (fact === "amount") {
    const amounts = words.filter((word) => plainNumber(word) && size(plainNumber(word)) === size(value));
    const signed = amounts.filter((word) => plainNumber(word).startsWith("-") === value.startsWith("-"));
    return signed.length ? signed : amounts;
  }
  const known = new Set(wordsOf(value).map((each) => plain(each.word)));
  return words.filter((word) => known.has(plain(word)));
}
