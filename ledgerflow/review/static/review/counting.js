// How many lines the buttons accept that accept more than one, and of how many.
const add = (place, by) => {
  if (place) place.textContent = Number(place.textContent) + by;
};

export function recount(row, by) {
  const group = row.closest("[data-group]");
  const everything = document.querySelector("[data-everything]");
  const selectEverything = document.querySelector("[data-select-everything]");
  add(group?.querySelector(".badge"), by);
  const forms = [group?.querySelector("[data-accept-group]"), document.querySelector("[data-accept-matching]"), everything];
  forms.filter(Boolean).forEach((form) => {
    const count = form.querySelector("[name=count]");
    count.value = Number(count.value) + by;
    add((form === everything ? selectEverything : form).querySelector("[data-all-count]"), by);
    const sure = form.querySelector("[data-sure-count]");
    if (!sure || !("sure" in row.dataset)) return;
    add(sure, by);
    form.querySelector("button").disabled = sure.textContent === "0";
  });
}
