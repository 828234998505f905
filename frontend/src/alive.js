// The heartbeat: every two seconds, with a limit of two, so that a dead server, network or
// kernel is known within five seconds. It goes along the page's line to its kernel, which costs the
// server a fifth of a request; where there is no line, or it says one is signed out, by a request.
import { deliver } from "./answers.js";
import { post, settings } from "./settings.js";
import { change, state } from "./state.js";

const EVERY_MS = 2000;
const LIMIT_MS = 2000;
let active = true;
let timer;
let lineIsSilent = false; // it seems open and gives no answer: not asked again before it was opened anew

for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
  window.addEventListener(kind, () => { active = true; }, { passive: true, capture: true });
}

export async function beat() {
  clearTimeout(timer);
  const wasActive = active;
  active = false;
  try {
    heard((await overLine(wasActive)) ?? (await byRequest(wasActive)));
  } catch {
    active ||= wasActive;
    change({ online: false });
  }
  clearTimeout(timer);
  if (!window.workbook.leaving) timer = setTimeout(beat, EVERY_MS);
}

async function overLine(active) {
  if (lineIsSilent) return null;
  const answered = window.workbook.beatOnLine?.(active);
  if (!answered) return null;
  const limit = new Promise((resolve) => setTimeout(resolve, LIMIT_MS, "silent"));
  const reply = await Promise.race([answered, limit]);
  if (reply === "silent") {
    lineIsSilent = true;
    throw new Error(reply);
  }
  return reply?.signed_in ? reply : null;
}

async function byRequest(active) {
  const asked = { who: settings.who, kernel: settings.kernel, active };
  const response = await post("/api/alive", asked, { limit: LIMIT_MS });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

export function trustLine() {
  lineIsSilent = false;
}

function heard(reply) {
  const back = !state.online || (reply.signed_in && !state.signedIn);
  change({
    online: true,
    signedIn: reply.signed_in,
    someoneElse: reply.someone_else ?? false,
    kernelAlive: reply.kernel_alive || !settings.kernel,
    secondsLeft: reply.seconds_left,
  });
  if (back && reply.signed_in) deliver();
}

export function stay() {
  active = true;
  return beat();
}

export function startHeartbeat() {
  window.addEventListener("offline", () => change({ online: false }));
  window.addEventListener("online", beat);
  document.addEventListener("visibilitychange", () => document.hidden || beat());
  timer = setTimeout(beat, EVERY_MS);
}
