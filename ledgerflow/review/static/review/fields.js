// Fields by keyboard: what was typed ahead of them, the one that follows, and the form they are sent with.
import { typeInto } from "./chooser.js";

// What was typed before the fields of the pane were there, as if it were typed now.
export function replay(keys, pane) {
  let text = "";
  const write = (field) => {
    if (!text) return;
    if (field.matches("select")) [...text].forEach((key) => typeInto(field, key));
    else {
      field.value = text; // what stood there was selected
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    text = "";
  };
  for (const key of keys) {
    const field = document.activeElement;
    if (!pane.contains(field)) return;
    if (key === "Backspace") text = text.slice(0, -1);
    else if (key.length === 1) text += key;
    else {
      write(field);
      if (key === "Enter") {
        submitFrom(field);
        return;
      }
      focusAfter(field);
    }
  }
  if (pane.contains(document.activeElement)) write(document.activeElement);
}

function focusAfter(field) {
  const fields = [...(field.form?.elements || [])].filter((each) => each.checkVisibility() && each.tabIndex >= 0);
  const next = fields[fields.indexOf(field) + 1];
  next?.focus();
  next?.select?.();
}

// As browsers submit: a field by the first button of its form. A list is left by accepting what is chosen in it.
export function submitFrom(field) {
  const first = field.matches("select") ? null : field.form?.querySelector("button:not([type=button])");
  field.form?.requestSubmit(first);
}
