// What a formula such as 16.99*1.1 comes to, exactly, as the server works it out: numbers, + - * / and brackets.
const TOKEN = /\s*(\d{1,15}(?:\.\d{1,10})?|[-+*/()])/y;

function tokensOf(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim()) {
    const found = TOKEN.exec(text);
    if (!found) return null;
    tokens.push(found[1]);
  }
  return tokens;
}

// A fraction of whole numbers, [top, bottom] with the bottom above zero; nothing where it is no formula (yet).
export function fractionOf(text) {
  const tokens = tokensOf(text);
  const next = (...wanted) => (wanted.includes(tokens[0]) ? tokens.shift() : "");
  const times = ([a, b], [c, d]) => (b * d < 0n ? [-a * c, -b * d] : [a * c, b * d]);
  const plus = ([a, b], [c, d]) => [a * d + c * b, b * d];

  function sum() {
    let found = product();
    for (let sign = next("+", "-"); sign; sign = next("+", "-")) {
      const [top, bottom] = product();
      found = plus(found, sign === "+" ? [top, bottom] : [-top, bottom]);
    }
    return found;
  }

  function product() {
    let found = factor();
    for (let sign = next("*", "/"); sign; sign = next("*", "/")) {
      const [top, bottom] = factor();
      if (sign === "/" && top === 0n) throw new RangeError("division by zero");
      found = times(found, sign === "*" ? [top, bottom] : [bottom, top]);
    }
    return found;
  }

  function factor() {
    if (next("-")) return times([-1n, 1n], factor());
    if (next("(")) {
      const found = sum();
      if (!next(")")) throw new SyntaxError("a bracket is not closed");
      return found;
    }
    const [whole, rest = ""] = (tokens.shift() ?? "").split(".");
    if (!/^\d+$/.test(whole)) throw new SyntaxError("a number is missing");
    return [BigInt(whole + rest), 10n ** BigInt(rest.length)];
  }

  try {
    const found = tokens && sum();
    return tokens?.length ? null : found;
  } catch {
    return null;
  }
}
