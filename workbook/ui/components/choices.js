// One decision as large cards: native radios in a fieldset, nothing chosen beforehand. The
// choice is only kept when the person presses the page's button.

let made = 0;

function element(tag, className, text) {
  const one = document.createElement(tag);
  if (className) one.className = className;
  if (text) one.textContent = text;
  return one;
}

function render({ model, el }) {
  const name = `choice-${(made += 1)}`;
  const fieldset = element("fieldset", "choices");
  el.append(fieldset);

  const option = ({ value, label, note }) => {
    const row = element("label", "option");
    const radio = element("input");
    Object.assign(radio, { type: "radio", name, value, checked: model.get("value") === value });
    const text = element("span", "option-text", label);
    if (note) text.append(element("span", "option-note", note));
    row.append(radio, text);
    radio.addEventListener("change", () => {
      model.set("value", radio.value);
      model.save_changes();
    });
    return row;
  };

  const fill = () => {
    const legend = element("legend", "", model.get("legend"));
    const hint = model.get("hint") ? [element("p", "hint", model.get("hint"))] : [];
    const options = element("div", "options");
    options.append(...model.get("options").map(option));
    fieldset.classList.toggle("choices-row", model.get("in_row"));
    fieldset.replaceChildren(legend, ...hint, options);
    showError();
  };
  const showError = () => {
    fieldset.querySelector(".error")?.remove();
    const sentence = model.get("error");
    if (!sentence) return;
    const note = element("p", "error", sentence);
    note.setAttribute("role", "alert");
    fieldset.querySelector("legend").after(note);
    fieldset.querySelector("input")?.focus();
  };
  const mark = () => fieldset.querySelectorAll("input").forEach((radio) => {
    radio.checked = radio.value === model.get("value");
  });
  ["legend", "hint", "options"].forEach((trait) => model.on(`change:${trait}`, fill));
  model.on("change:value", mark);
  model.on("change:error", showError);
  fill();
}

export default { render };
