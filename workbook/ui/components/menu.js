// The path through the workbook: parts, and in each its steps with state and minutes left.

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

function step(model, { id, title, status, note, time, next }) {
  const isOpen = status !== "locked";
  const element = make(isOpen ? "button" : "div", "step");
  element.dataset.status = status;
  if (next) element.dataset.next = "true";
  const mark = make("span", "step-mark");
  mark.setAttribute("aria-hidden", "true");
  element.append(mark, make("span", "step-title", title), make("span", "step-note", note));
  if (time) element.append(make("span", "step-time", time));
  if (isOpen) {
    element.type = "button";
    element.addEventListener("click", () => {
      element.setAttribute("aria-busy", "true"); // heard; the page it opens may take a moment
      setTimeout(() => element.removeAttribute("aria-busy"), 8000);
      model.send({ press: id });
    });
  }
  return make("li", "", element);
}

function render({ model, el }) {
  const list = make("nav", "path");
  el.append(list);
  const fill = () => {
    list.setAttribute("aria-label", model.get("label"));
    list.replaceChildren(
      ...model.get("parts").map(({ title, steps }) =>
        make("section", "path-part", ...(title ? [make("h2", "", title)] : []), make("ol", "", ...steps.map((one) => step(model, one)))),
      ),
    );
  };
  model.on("change:parts", fill);
  model.on("change:label", fill);
  fill();
}

export default { render };
