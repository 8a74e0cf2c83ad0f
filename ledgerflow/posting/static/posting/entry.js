// A manual entry: rows are added without asking the server, and the difference between debits and credits follows
// what is typed. Amounts are added as whole ten-thousandths (BigInt), never as binary fractions.
import { tenThousandths, written } from "../web/decimal.js";

const form = document.querySelector("[data-entry]");

if (form) {
  const rows = form.querySelector("[data-rows]");
  const empty = form.querySelector("template");
  const count = form.querySelector("[name$=TOTAL_FORMS]");
  const difference = form.querySelector("[data-difference]");

  const sum = () => {
    let total = 0n;
    for (const field of rows.querySelectorAll("[name$=-debit]")) total += tenThousandths(field.value);
    for (const field of rows.querySelectorAll("[name$=-credit]")) total -= tenThousandths(field.value);
    difference.textContent = written(total, Number(difference.dataset.digits));
    difference.closest("[data-balance]").classList.toggle("is-balanced", total === 0n);
  };

  form.querySelector("[data-add]").addEventListener("click", (event) => {
    event.preventDefault();
    const number = Number(count.value);
    const added = empty.content.cloneNode(true);
    for (const field of added.querySelectorAll("[name]")) {
      const word = field.name.split("-").pop();
      field.name = field.name.replace("__prefix__", number);
      field.id = field.id.replace("__prefix__", number);
      field.setAttribute("aria-label", `${word[0].toUpperCase()}${word.slice(1)} of line ${number + 1}`);
    }
    const first = added.querySelector("select");
    rows.append(added);
    count.value = number + 1;
    first.focus();
  });
  form.addEventListener("input", sum);
  sum();
}
