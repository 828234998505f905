// Whether a finger, a mouse button or a key is down: what was pressed has to be there still when it is let
// go. Listened for from the beginning, since a press may be longer than it takes to load the rest.
const AFTER_MS = 100; // a tap's click comes a moment after the finger is up
const down = new Set();
const waiting = [];

function lift(what) {
  setTimeout(() => {
    down.delete(what);
    if (!down.size) waiting.splice(0).forEach((go) => go());
  }, AFTER_MS);
}

const hear = (kind, call) => window.addEventListener(kind, call, { passive: true, capture: true });
hear("pointerdown", () => down.add("pointer"));
hear("pointerup", () => lift("pointer"));
hear("pointercancel", () => lift("pointer"));
hear("keydown", () => down.add("key"));
hear("keyup", () => lift("key"));
hear("blur", (event) => event.target === window && ["pointer", "key"].forEach(lift));

export const handsOff = () => new Promise((resolve) => (down.size ? waiting.push(resolve) : resolve()));
