// The parts of a split, whose amounts are exact: they are never floating-point numbers.
import { tenThousandths, written } from "../web/decimal.js";

// What a split still leaves, in the line's own sign, as the amounts are typed.
function left(form) {
  let rest = tenThousandths(form.dataset.splitTotal);
  form.querySelectorAll("[name$=-amount]").forEach((field) => {
    rest -= tenThousandths(field.value);
  });
  return rest;
}

export function showLeft(form) {
  const shown = form.querySelector("[data-split-left]");
  shown.dataset.digits ??= shown.textContent.trim().split(".")[1]?.length || 0;
  const rest = left(form);
  shown.textContent = written(rest, Number(shown.dataset.digits));
  shown.classList.toggle("is-even", rest === 0n);
}

export function putRest(field) {
  const form = field.form;
  const part = field.closest("[data-split-part]").querySelector("[name$=-amount]");
  const digits = Number(form.querySelector("[data-split-left]").dataset.digits || 0);
  part.value = written(left(form) + tenThousandths(part.value), digits, "");
  showLeft(form);
}
