// On the plain page: Shift three times within five seconds brings the workbook's door back.
let presses = [];
window.addEventListener("keydown", (event) => {
  if (event.key !== "Shift" || event.repeat) return;
  presses = [...presses.filter((at) => Date.now() - at < 5000), Date.now()];
  if (presses.length === 3) document.getElementById("back")?.submit();
});
