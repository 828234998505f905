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

const PLAIN = "/leave";

// The list for Back names every page of ours that this tab came through. Going to the first of them takes
// all along: the server has nothing but the plain page by now, and that page cuts off what came after it.
async function away(isLeft) {
  const goal = settings.leave_to ?? PLAIN;
  const list = window.navigation;
  const first = list?.entries?.()[0];
  if (isLeft && goal === PLAIN && first && first.index !== list.currentEntry.index) {
    await list.traverseTo(first.key).committed.catch(() => {});
    if (!first.sameDocument && list.currentEntry.key === first.key) return;
  }
  location.replace(goal);
}

async function leave(event) {
  event?.preventDefault();
  tabs?.postMessage("leave");
  await go();
}

// Another tab was left by the quick way: this one goes too.
async function go() {
  window.workbook.leaving = true;
  cover();
  const wait = new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT_MS));
  const left = post("/leave", {}, { keepalive: true }).then((response) => response.ok, () => false);
  away(await Promise.race([left, wait]));
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
  tabs?.addEventListener("message", go);
}
