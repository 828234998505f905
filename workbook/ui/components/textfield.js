// A labelled text field. Typing is passed on after a short rest, and at once when the field or
// the page is left, so that a text typed just before leaving is not lost.

const REST_MS = 250;
const AGAIN_MS = 3000;
let made = 0;

function element(tag, className, text) {
  const one = document.createElement(tag);
  if (className) one.className = className;
  if (text) one.textContent = text;
  return one;
}

function render({ model, el, signal }) {
  const id = `field-${(made += 1)}`;
  const box = element("div", "field");
  const label = element("label");
  const hint = element("span", "hint");
  const error = element("span", "error");
  const kind = model.get("kind"); // "text", "long", "select", "date", "datetime-local" or "password"
  const input = element({ long: "textarea", select: "select" }[kind] ?? "input");
  if (input.tagName === "INPUT") input.type = ["date", "datetime-local", "password"].includes(kind) ? kind : "text";
  if (kind === "password") input.autocomplete = "current-password";
  else input.autocomplete = "off";
  label.htmlFor = input.id = id;
  hint.id = `${id}-hint`;
  error.id = `${id}-error`;
  error.setAttribute("role", "alert");
  box.append(label, hint, error, input);
  el.append(box);

  let timer;
  const pass = () => {
    clearTimeout(timer);
    if (model.get("value") === input.value) return;
    model.set("value", input.value);
    model.save_changes();
  };
  let isTouched = false;
  const isKept = () => model.get("kept") === null || input.value.trim() === model.get("kept").trim();
  // What goes into a line that is just breaking is lost without a word: so it is said again until it is kept.
  let again;
  const insist = () => {
    clearTimeout(again);
    if (isKept() || !isTouched) return;
    again = setTimeout(() => {
      if (!isKept()) model.send({ left: input.value });
      insist();
    }, AGAIN_MS);
  };
  input.addEventListener("input", () => {
    isTouched = true;
    clearTimeout(timer);
    timer = setTimeout(pass, REST_MS);
    insist();
  });
  if (kind === "select") input.addEventListener("change", pass); // chosen, not typed: nothing to wait for
  let atRest = model.get("value");
  const leave = () => {
    pass();
    if (input.value === atRest) return;
    atRest = input.value;
    model.set("settled", model.get("settled") + 1);
    model.save_changes();
  };
  input.addEventListener("blur", leave);
  // A page that goes can't wait its turn, as states do: one message, sent before the page hangs up.
  // States are held back while the kernel is busy, so what was passed on may not have left yet.
  const go = () => {
    clearTimeout(timer);
    if (isTouched && kind !== "password") model.send({ left: input.value });
  };
  const first = model.get("value");
  window.workbook?.watchWords?.(() => {
    const kept = model.get("kept");
    const typed = isTouched && kind !== "password" && input.value !== first ? input.value.trim() : (kept ?? "");
    return { typed, kept };
  }, signal);
  if (window.workbook?.onLeave) window.workbook.onLeave(go, signal);
  else window.addEventListener("pagehide", go, { signal });

  const offer = () => {
    if (kind !== "select") return;
    input.replaceChildren(...model.get("options").map(([value, text]) => new Option(text, value)));
    input.value = model.get("value");
  };
  const fill = () => {
    label.textContent = model.get("label");
    hint.textContent = model.get("hint");
    hint.hidden = !hint.textContent;
    error.textContent = model.get("error");
    error.hidden = !error.textContent;
    box.classList.toggle("field-error", !error.hidden);
    if (kind !== "select") input.maxLength = model.get("max_length");
    input.setAttribute("aria-invalid", String(!error.hidden));
    const described = [hint, error].filter((one) => !one.hidden).map((one) => one.id);
    if (described.length) input.setAttribute("aria-describedby", described.join(" "));
    else input.removeAttribute("aria-describedby");
  };
  // Also where somebody only stands in the field: what they typed last may be kept after this page was opened.
  const restore = () => {
    const value = model.get("value");
    if (input.value === value || (document.activeElement === input && isTouched && value)) return;
    input.value = atRest = value;
  };
  ["label", "hint", "max_length"].forEach((trait) => model.on(`change:${trait}`, fill));
  model.on("change:error", () => {
    fill();
    if (!error.hidden) input.focus();
  });
  model.on("change:value", restore);
  model.on("change:options", offer);
  offer();
  fill();
  restore();
  return () => [timer, again].forEach(clearTimeout);
}

export default { render };
