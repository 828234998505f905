// The workbook page: joins the kernel that the server started for this page and shows the
// widgets of the notebook. `shell.js` has run before and made `window.workbook`.
import { Kernel } from "./kernel.js";
import { Manager } from "./manager.js";

let workbook;

// `shell.js` is asked for first but loaded on its own, so that the quick exit works at once.
async function shell() {
  while (!window.workbook) await new Promise((resolve) => setTimeout(resolve, 10));
  return window.workbook;
}

function plotly() {
  workbook.plotlyLoaded ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = workbook.settings.plotly;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      workbook.plotlyLoaded = undefined; // so that showing the figure again tries again
      reject(new Error("the drawing library could not be loaded"));
    };
    document.head.append(script);
  });
  return workbook.plotlyLoaded;
}

async function start(place) {
  workbook = await shell();
  workbook.settings.kernel = place.dataset.kernel;
  let manager;
  const kernel = new Kernel(place.dataset.kernel, {
    onOpen: () => {
      workbook.setKernelLink(true);
      // What the kernel said while the line was broken is lost: the page takes all of it as it stands now.
      manager?.restore().catch(console.error);
    },
    onClose: () => workbook.setKernelLink(false),
  });
  workbook.plotly = plotly;
  workbook.beatOnLine = (active) => kernel.beat(active);
  workbook.beginLeaving = () => kernel.beginLeaving();
  workbook.endKernel = () => kernel.end();
  await kernel.connect();
  manager = new Manager(kernel);
  await manager.restore();
  for (const output of place.querySelectorAll("[data-widget]")) await manager.show(output.dataset.widget, output);
  const opening = document.getElementById("opening");
  const hasQuestions = opening?.querySelector("[data-form]");
  if (place.querySelector("[data-failed]")) {
    workbook.couldNotOpen();
    if (hasQuestions) return; // what is asked can be answered all the same
  }
  // Until the kernel's page is whole, the server's stands; then one takes the other's place in one moment.
  await manager.drawn();
  if (hasQuestions) await workbook.handsOff();
  window.dispatchEvent(new Event("showing"));
  opening?.remove();
  window.dispatchEvent(new Event("shown"));
  document.documentElement.dataset.ready = "yes";
}

// This script is there before the notebook has run: its page is still being written.
function whenWritten() {
  const place = document.getElementById("workbook");
  if (!place) return;
  start(place).catch((error) => {
    console.error(error);
    window.workbook?.couldNotOpen();
  });
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", whenWritten);
else whenWritten();
