// Buttons in a row: one primary, the others quieter. A press is a message, not a trait, so that
// pressing the same button twice is heard twice.

const GUARD_MS = 500; // a double tap is one press, also where the next page has the same button
const guard = () => window.doubleTapMs ?? GUARD_MS; // a test that presses faster than a person sets its own
let typed = 0; // who has typed since the last press means the next one, however soon it comes
document.addEventListener("input", () => (typed = Date.now()), { capture: true });

function render({ model, el }) {
  el.classList.add("actions");
  let last = { label: "", at: 0 };

  const button = ({ id, label, kind = "secondary", description }) => {
    const element = document.createElement("button");
    element.type = "button";
    element.className = `button button-${kind}`;
    element.textContent = label;
    if (description) element.setAttribute("aria-description", description);
    element.addEventListener("click", () => {
      if (last.label === label && typed < last.at && Date.now() - last.at < guard()) return;
      last = { label, at: Date.now() };
      element.setAttribute("aria-busy", "true"); // heard; what it does may take a moment
      setTimeout(() => element.removeAttribute("aria-busy"), 3000);
      model.send({ press: id });
    });
    return element;
  };

  const fill = () => {
    const focused = [...el.children].indexOf(document.activeElement);
    el.replaceChildren(...model.get("buttons").map(button));
    if (focused >= 0) el.children[Math.min(focused, el.children.length - 1)]?.focus({ preventScroll: true });
    el.hidden = !el.children.length;
  };
  model.on("change:buttons", fill);
  fill();
}

export default { render };
