// The browser's own Back, inside the workbook: an entry holds one opaque number and nothing else, under
// one address and one title. Only the kernel knows which page a number is, and forgets it with the sitting.
function render({ model, el, signal }) {
  el.hidden = true;
  if (!window.workbook?.settings) return; // elsewhere (JupyterLab) the address is not ours
  history.scrollRestoration = "manual";
  let isFirst = true;
  const follow = () => {
    const entry = model.get("entry");
    if (!entry || entry === history.state) return;
    if (isFirst) history.replaceState(entry, "");
    else history.pushState(entry, "");
    isFirst = false;
  };
  const goBack = ({ state }) => window.workbook.leaving || model.send({ to: String(state ?? "") });
  window.addEventListener("popstate", goBack, { signal });
  model.on("change:entry", follow);
  follow();
}

export default { render };
