// The heartbeat: every two seconds, with a limit of two, so that a dead server, network or
// kernel is known within five seconds.
import { deliver } from "./answers.js";
import { post, settings } from "./settings.js";
import { change, state } from "./state.js";

const EVERY_MS = 2000;
const LIMIT_MS = 2000;
let active = true;
let timer;

for (const kind of ["pointerdown", "keydown", "input", "scroll"]) {
  window.addEventListener(kind, () => { active = true; }, { passive: true, capture: true });
}

export async function beat() {
  clearTimeout(timer);
  const wasActive = active;
  active = false;
  try {
    const asked = { who: settings.who, kernel: settings.kernel, active: wasActive };
    const response = await post("/api/alive", asked, { limit: LIMIT_MS });
    if (!response.ok) throw new Error(response.statusText);
    heard(await response.json());
  } catch {
    active ||= wasActive;
    change({ online: false });
  }
  clearTimeout(timer);
  if (!window.workbook.leaving) timer = setTimeout(beat, EVERY_MS);
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
