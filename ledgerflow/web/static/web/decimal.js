// Amounts as whole ten-thousandths (BigInt), never as binary fractions.
const DIGITS = 4;

// Reads "-1234.5"; what is no amount (yet) counts as nothing.
export function tenThousandths(text) {
  const found = /^([+-]?)(\d*)(?:\.(\d{0,4})0*)?$/.exec(text.trim());
  if (!found || !(found[2] || found[3])) return 0n;
  const size = BigInt(found[2] + (found[3] || "").padEnd(DIGITS, "0"));
  return found[1] === "-" ? -size : size;
}

// Writes with at least so many digits after the point, and as many more as the amount has.
export function written(total, digits, separator = ",") {
  const size = (total < 0n ? -total : total).toString().padStart(DIGITS + 1, "0");
  const whole = size.slice(0, -DIGITS).replace(/\B(?=(\d{3})+$)/g, separator);
  let rest = size.slice(-DIGITS);
  while (rest.length > digits && rest.endsWith("0")) rest = rest.slice(0, -1);
  return (total < 0n ? "-" : "") + whole + (rest ? `.${rest}` : "");
}
