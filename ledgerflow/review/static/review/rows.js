// Rows that leave the list of the queue, and come back to their places.
import { recount } from "./counting.js";

export function unmark(row) {
  row?.classList.remove("is-focused");
  row?.removeAttribute("aria-current");
}

// Returns what brings those back that have a reason, each with it, and returns them.
export function takeOut(lines) {
  const left = lines.map((row) => ({ row, parent: row.parentNode, next: row.nextSibling }));
  lines.forEach((row) => {
    recount(row, -1);
    unmark(row);
    row.remove();
  });
  return (reasons) => left.reverse().filter(({ row }) => reasons[row.dataset.line]).map(({ row, parent, next }) => {
    parent.insertBefore(row, next && next.parentNode === parent ? next : null);
    recount(row, 1);
    row.querySelector("[data-refusal]").textContent = reasons[row.dataset.line];
    return row;
  });
}
