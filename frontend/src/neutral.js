// On the plain page: Shift three times within five seconds brings the workbook's door back.
let presses = [];
// Pages that this tab went forward to are cut off: the list for Back and Forward names none of them.
const list = window.navigation;
if (list?.entries && list.entries().at(-1).index !== list.currentEntry.index) history.pushState(null, "");
window.addEventListener("keydown", (event) => {
  if (event.key !== "Shift" || event.repeat) return;
  presses = [...presses.filter((at) => Date.now() - at < 5000), Date.now()];
  if (presses.length === 3) document.getElementById("back")?.submit();
});
