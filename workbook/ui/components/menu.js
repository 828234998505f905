// The path through the workbook: parts, and in each its steps with state and minutes left. What is done,
// or can wait, is folded under one line, so that the list gets shorter as one goes.

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

// Where nothing else stands in a part, its title is what is unfolded.
function folded(model, { title, steps, folded: within, folded_label: label }, open) {
  const head = !steps.length && title ? [make("h2", "", title)] : [];
  const summary = make("summary", "", ...head, make("span", "path-count", label));
  const fold = make("details", "path-fold", summary, make("ol", "", ...within.map((one) => step(model, one))));
  fold.open = open;
  return fold;
}

function render({ model, el }) {
  const list = make("nav", "path");
  el.append(list);
  const part = (open) => (one) => {
    const heading = one.title && one.steps.length ? [make("h2", "", one.title)] : [];
    const steps = one.steps.length ? [make("ol", "", ...one.steps.map((each) => step(model, each)))] : [];
    const fold = one.folded?.length ? [folded(model, one, open.has(one.title))] : [];
    const section = make("section", "path-part", ...heading, ...steps, ...fold);
    section.dataset.title = one.title;
    return section;
  };
  const fill = () => {
    list.setAttribute("aria-label", model.get("label"));
    // What the person had unfolded stays so when the list is refreshed.
    const open = new Set([...list.querySelectorAll("section:has(> details[open])")].map((one) => one.dataset.title));
    list.replaceChildren(...model.get("parts").map(part(open)));
  };
  model.on("change:parts", fill);
  model.on("change:label", fill);
  fill();
}

export default { render };
