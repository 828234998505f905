// A button that hands the person a file. The kernel is asked for its content only when the button
// is pressed, and told to forget it once the browser has it. A PDF comes as base64.

function render({ model, el }) {
  el.classList.add("actions");
  const button = document.createElement("button");
  button.type = "button";
  el.append(button);

  const fill = () => {
    button.textContent = model.get("label");
    button.className = `button button-${model.get("look")}`;
  };
  const hand = () => {
    const content = model.get("content");
    if (!content) return;
    const media = model.get("media");
    const bytes = media === "application/pdf" ? Uint8Array.from(atob(content), (one) => one.charCodeAt(0)) : content;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: media }));
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
