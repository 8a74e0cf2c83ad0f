// The parts of a split, whose amounts are exact: they are never floating-point numbers.
import { tenThousandths, written } from "../web/decimal.js";
import { fractionOf } from "./formula.js";

const MOST_PARTS = 20;
const WHOLE = 1000000n; // 100 % in ten-thousandths of a percent

const amounts = (form) => [...form.querySelectorAll("[name$=-amount]")];
const isFormula = (text) => text.trim().startsWith("=");
const isShare = (text) => text.trim().endsWith("%") && !isFormula(text);
const shareIn = (text) => tenThousandths(text.trim().slice(0, -1));

// What is typed; a share of the whole and what a formula comes to are rounded half up to the digits of the currency.
function amountOf(form, text) {
  const fraction = isFormula(text) ? fractionOf(text.trim().slice(1)) : null;
  if (fraction) return rounded(form, fraction[0] * 10000n, fraction[1]);
  if (!isShare(text)) return tenThousandths(text);
  return rounded(form, tenThousandths(form.dataset.splitTotal) * shareIn(text), WHOLE);
}

function rounded(form, top, bottom) {
  const unit = bottom * 10n ** BigInt(4 - Number(knowDigits(form).dataset.digits));
  const size = ((top < 0n ? -top : top) * 2n + unit) / (unit * 2n);
  return ((top < 0n ? -size : size) * unit) / bottom;
}

// What a split still leaves, in the line's own sign, as the amounts are typed.
function left(form) {
  const typed = amounts(form).map((field) => field.value).filter((text) => text.trim());
  // The last of shares that make a whole takes what rounding leaves.
  if (typed.length && typed.every(isShare) && typed.reduce((sum, text) => sum + shareIn(text), 0n) === WHOLE) return 0n;
  return typed.reduce((rest, text) => rest - amountOf(form, text), tenThousandths(form.dataset.splitTotal));
}

function knowDigits(form) {
  const shown = form.querySelector("[data-split-left]");
  shown.dataset.digits ??= shown.textContent.trim().split(".")[1]?.length || 0;
  return shown;
}

function showLeft(form) {
  const shown = knowDigits(form);
  const rest = left(form);
  shown.textContent = written(rest, Number(shown.dataset.digits));
  shown.classList.toggle("is-even", rest === 0n);
}

export const isEven = (form) => left(form) === 0n;

function putRest(field) {
  const form = field.form;
  const part = field.closest("[data-split-part]").querySelector("[name$=-amount]");
  const digits = Number(knowDigits(form).dataset.digits);
  part.value = "";
  const others = amounts(form).reduce((sum, each) => sum + amountOf(form, each.value), 0n);
  part.value = written(tenThousandths(form.dataset.splitTotal) - others, digits, "");
  showLeft(form);
}

// One part more, empty, with the next number in its names.
function addPart(form) {
  const total = form.querySelector("[name=split-TOTAL_FORMS]");
  const number = Number(total.value);
  if (number >= MOST_PARTS) return;
  const last = [...form.querySelectorAll("[data-split-part]")].at(-1);
  const part = last.cloneNode(true);
  part.querySelectorAll("[name], [for]").forEach((each) => {
    ["name", "id", "for"].forEach((attribute) => {
      if (each.hasAttribute(attribute)) each.setAttribute(attribute, each.getAttribute(attribute).replace(/-\d+-/, `-${number}-`));
    });
    if (each.matches("input")) each.value = "";
    if (each.matches("select")) each.selectedIndex = 0;
    if (each.matches("label")) each.textContent = each.textContent.replace(/\d+/, String(number + 1));
  });
  last.after(part);
  total.value = number + 1;
  part.querySelector("[name$=-amount]").focus();
}

// What is typed and pressed in the splits within an element, also in those that come into it later.
export function handleSplits(within) {
  within.addEventListener("click", (event) => {
    if (event.target.closest("[data-split-more]")) addPart(event.target.form);
  });
  within.addEventListener("input", (event) => {
    const form = event.target.closest("[data-split-total]");
    if (form) showLeft(form);
  });
  within.addEventListener("keydown", (event) => {
    if (!event.altKey || event.code !== "KeyR" || !event.target.closest("[data-split-part]")) return;
    event.preventDefault();
    putRest(event.target);
  });
}
