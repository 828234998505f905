// Runs on every page, before everything else of ours, and installs `window.workbook`.
import { saveAnswers } from "./answers.js";
import { startHeartbeat } from "./alive.js";
import { startExit } from "./exit.js";
import { couldNotOpen, startNotices } from "./notices.js";
import { post, settings, xsrf } from "./settings.js";
import { change, onState } from "./state.js";

window.workbook = {
  settings,
  xsrf,
  saveAnswers,
  onState,
  couldNotOpen,
  leaving: false,
  setKernelLink(open) {
    change({ kernelLink: open });
  },
};

startExit();
if (settings.person) {
  startNotices();
  startHeartbeat();
  window.addEventListener("pagehide", () => {
    window.workbook.endKernel?.();
    if (settings.kernel) post("/api/close", { kernel: settings.kernel }, { keepalive: true }).catch(() => {});
  });
}
// A page brought back from the browser's memory has no kernel behind it any more.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
