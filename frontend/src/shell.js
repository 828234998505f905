// Runs on every page, before everything else of ours, and installs `window.workbook`.
import { saveAnswers } from "./answers.js";
import { startHeartbeat, trustLine } from "./alive.js";
import { startExit } from "./exit.js";
import { handsOff } from "./hands.js";
import { couldNotOpen, startNotices } from "./notices.js";
import { post, settings, xsrf } from "./settings.js";
import { change, onState } from "./state.js";
import { areBeingKept, hasUnsavedWords, watchWords } from "./words.js";

// A browser takes 64 KiB from a page that goes, the answers' own request included.
const [MOST_LAST_WORDS, LARGEST_LAST_WORD] = [4, 8192];
const [WAIT_MS, LOOK_MS] = [4000, 50];
const SENDING_MS = 5000;
const leaving = new Set();
const asText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));

window.workbook = {
  settings,
  xsrf,
  saveAnswers,
  onState,
  couldNotOpen,
  handsOff,
  leaving: false,
  // Has `call` called when the page goes, for what is still to be said; until the signal.
  onLeave(call, signal) {
    leaving.add(call);
    signal.addEventListener("abort", () => leaving.delete(call));
  },
  watchWords,
  hasUnsavedWords,
  setKernelLink(open) {
    if (open) trustLine();
    change({ kernelLink: open });
  },
};

// Signing out ends the kernel at once: what was typed a moment before is kept first.
async function signOut(event) {
  if (!areBeingKept()) return;
  event.preventDefault();
  const form = event.target;
  for (let waited = 0; areBeingKept() && waited < WAIT_MS; waited += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  form.submit();
}

// A form that makes something is sent once, however often its button is pressed meanwhile. The server
// holds to it as well; this spares somebody who presses twice the wait for the second answer.
function sendOnce(event) {
  const form = event.target;
  if (Date.now() - (form.dataset.sentAt ?? 0) < SENDING_MS) event.preventDefault();
  else form.dataset.sentAt = Date.now();
}

// By which days and weeks are counted: those of whoever sits here, wherever the server stands.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
document.cookie = `zone=${zone}; path=/; SameSite=Strict${location.protocol === "https:" ? "; Secure" : ""}`;

startExit();
document.querySelectorAll("form[data-once]").forEach((form) => form.addEventListener("submit", sendOnce));
document.querySelectorAll('form[action="/sign-out"]').forEach((form) => form.addEventListener("submit", signOut));
if (settings.person) {
  startNotices();
  startHeartbeat();
  // One listener, because those of a window are called in the order they came, and goodbye is last.
  window.addEventListener("pagehide", () => {
    window.workbook.beginLeaving?.();
    leaving.forEach((call) => call());
    const last = (window.workbook.endKernel?.() ?? []).filter((bytes) => bytes.byteLength < LARGEST_LAST_WORD);
    const goodbye = { kernel: settings.kernel, last: last.slice(0, MOST_LAST_WORDS).map(asText) };
    if (settings.kernel) post("/api/close", goodbye, { keepalive: true }).catch(() => {});
  });
}
// A page brought back from the browser's memory has no kernel behind it any more, and must not be seen
// before the server has said what may be shown now.
const BACK = "back";
window.addEventListener("pagehide", () => { document.documentElement.hidden = true; });
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (!settings.person) history.replaceState(BACK, "");
  location.reload();
});
// Going back out of the workbook leads into it again while one is signed in: forms of the door would only
// look as if one were not.
const isBack = history.state === BACK || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
if (settings.inside && !settings.person && isBack) location.replace("/workbook");
// The link over the header moves the focus only: an address with a mark in it would be an entry of its own.
document.querySelectorAll("a.skip").forEach((link) => link.addEventListener("click", (event) => {
  event.preventDefault();
  const goal = document.getElementById("main");
  goal?.setAttribute("tabindex", "-1");
  goal?.focus();
}));
