// A button that hands the person a file. The kernel is asked for its text only when the button
// is pressed, and told to forget it once the browser has it.

function render({ model, el }) {
  el.classList.add("actions");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-primary";
  el.append(button);

  const fill = () => {
    button.textContent = model.get("label");
  };
  const hand = () => {
    const text = model.get("content");
    if (!text) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = model.get("file");
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    model.send({ press: "kept" });
  };
  button.addEventListener("click", () => model.send({ press: "fetch" }));
  model.on("change:label", fill);
  model.on("change:content", hand);
  fill();
}

export default { render };
