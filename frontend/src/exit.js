// The quick way out, after GOV.UK's "exit this page": a button on every page, or Shift three
// times within five seconds. The page is covered at once, the sitting ended, then replaced.
import { post, settings, words } from "./settings.js";

const WITHIN_MS = 5000;
const LONGEST_WAIT_MS = 800;
let presses = [];
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("leave") : null;

function cover() {
  const sheet = document.createElement("div");
  sheet.className = "exit-cover";
  document.documentElement.append(sheet);
  document.title = words.neutral_title ?? "";
  document.body.hidden = true;
}

function away() {
  location.replace(settings.leave_to ?? "/leave");
}

async function leave(event) {
  event?.preventDefault();
  window.workbook.leaving = true;
  cover();
  tabs?.postMessage("leave");
  const wait = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
  await Promise.race([post("/leave", {}, { keepalive: true }).catch(() => {}), wait]);
  away();
}

// Another tab was left by the quick way: this one goes too.
function follow() {
  window.workbook.leaving = true;
  cover();
  away();
}

function pressed(event) {
  if (event.key !== "Shift" || event.repeat) {
    if (event.key !== "Shift") presses = [];
    return;
  }
  const now = Date.now();
  presses = [...presses.filter((at) => now - at < WITHIN_MS), now];
  if (presses.length < 3) return;
  presses = [];
  leave();
}

export function startExit() {
  document.querySelectorAll("[data-quick-exit]").forEach((form) => form.addEventListener("submit", leave));
  window.addEventListener("keydown", pressed, true);
  tabs?.addEventListener("message", follow);
}
