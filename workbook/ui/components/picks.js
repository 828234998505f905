// Several things to pick from a list, none picked beforehand. What is picked is told at once; the page's own
// button keeps it. With `most`, the rest can't be picked once so many are.

function element(tag, className, text) {
  const one = document.createElement(tag);
  if (className) one.className = className;
  if (text) one.textContent = text;
  return one;
}

function render({ model, el }) {
  const fieldset = element("fieldset", "choices picks");
  const count = element("p", "note");
  count.setAttribute("aria-live", "polite");
  el.append(fieldset);

  const boxes = () => [...fieldset.querySelectorAll("input")];
  const showCount = () => {
    const picked = boxes().filter((box) => box.checked).length;
    const most = model.get("most");
    boxes().forEach((box) => (box.disabled = most > 0 && picked >= most && !box.checked));
    count.textContent = model.get("count_label").replace("{n}", picked).replace("{most}", most);
  };

  const option = ({ value, label, note }) => {
    const row = element("label", "option");
    const box = element("input");
    Object.assign(box, { type: "checkbox", value, checked: model.get("picked").includes(value) });
    const text = element("span", "option-text", label);
    if (note) text.append(element("span", "option-note", note));
    row.append(box, text);
    box.addEventListener("change", () => {
      model.set("picked", boxes().filter((one) => one.checked).map((one) => one.value));
      model.save_changes();
      showCount();
    });
    return row;
  };

  const group = ({ title, options }) => {
    const list = element("div", "options");
    list.append(...options.map(option));
    if (!title) return [list];
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", title);
    const heading = element("p", "label", title);
    heading.setAttribute("aria-hidden", "true");
    return [heading, list];
  };

  const fill = () => {
    const groups = model.get("groups");
    const legend = element("legend", "", model.get("legend"));
    const hint = model.get("hint") ? [element("p", "hint", model.get("hint"))] : [];
    const inside = [...hint, ...groups.flatMap(group), count];
    fieldset.hidden = !groups.length;
    if (model.get("folds")) {
      const fold = element("details", "details");
      fold.open = fieldset.querySelector("details")?.open ?? model.get("picked").length > 0;
      const body = element("div", "details-body");
      body.append(...inside);
      fold.append(element("summary", "", model.get("legend")), body);
      legend.className = "hidden";
      fieldset.replaceChildren(legend, fold);
    } else {
      fieldset.replaceChildren(legend, ...inside);
    }
    showCount();
  };
  const mark = () => {
    boxes().forEach((box) => (box.checked = model.get("picked").includes(box.value)));
    showCount();
  };
  ["legend", "hint", "groups", "folds", "most", "count_label"].forEach((trait) => model.on(`change:${trait}`, fill));
  model.on("change:picked", mark);
  fill();
}

export default { render };
