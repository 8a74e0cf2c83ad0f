// The search field completes the word that is being typed: a list of a browser completes whole texts only.
const field = document.querySelector("[data-search]");

if (field) {
  const list = field.list;
  const words = [...list.options].map((option) => option.value);

  field.addEventListener("input", () => {
    const [, before, sign, word] = /^(.*?[\s(,]|)(-?)([^\s(,]*)$/.exec(field.value) || [null, "", "", ""];
    const bare = (text) => text.toLowerCase().replaceAll('"', ""); // a name of several words has quotation marks
    const typed = bare(word);
    const fitting = typed ? words.filter((each) => bare(each).startsWith(typed) && bare(each) !== typed) : [];
    list.replaceChildren(
      ...fitting.map((each) => {
        const option = document.createElement("option");
        option.value = before + sign + each;
        return option;
      }),
    );
  });
}
