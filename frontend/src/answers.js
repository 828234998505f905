// Answers wait here, in this page's memory only, until the service says they are kept.
import { post, settings } from "./settings.js";
import { change, state } from "./state.js";

const LONGEST_PAUSE_MS = 5000;
const BATCH = 50;
let waiting = []; // { answer, resolve, reject }
let sending = false;
let pause = 500;
let timer;
let isHeldUp = false; // the service itself could not keep them, and said so

// ``who`` says whose page this is: in another tab of this browser somebody else may have signed in.
const letter = (entries) => ({ who: settings.who, answers: entries.map((entry) => entry.answer) });

export function saveAnswers(list) {
  const promises = list.map(
    (answer) =>
      new Promise((resolve, reject) => {
        const entry = { operation_id: crypto.randomUUID(), declined: false, value: null, ...answer };
        waiting.push({ answer: entry, resolve, reject });
      }),
  );
  change({ unsaved: waiting.length, ...(isHeldUp ? {} : { trouble: "" }) });
  deliver();
  return Promise.all(promises);
}

// Tries at once; called again when the server is back or the person signed in again.
export function deliver() {
  clearTimeout(timer);
  pause = 500;
  return attempt();
}

async function attempt() {
  if (sending || !waiting.length || !state.signedIn) return;
  sending = true;
  const batch = waiting.slice(0, BATCH);
  try {
    await settle(batch, await post("/api/answers", letter(batch)));
    pause = 500;
  } catch {
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  } finally {
    sending = false;
    change({ unsaved: waiting.length });
    if (waiting.length && state.signedIn) timer = setTimeout(attempt, pause);
  }
}

async function settle(batch, response) {
  if (response.status === 401) {
    change({ signedIn: false });
    return;
  }
  const reply = await response.json().catch(() => ({}));
  if (response.status >= 500 || response.status === 429) {
    change({ trouble: reply.error ?? "" }); // a full disk, say: the answers wait here until it is mended
    isHeldUp = true;
    throw new Error("try again later");
  }
  if (response.ok) {
    if (isHeldUp) change({ trouble: "" });
    isHeldUp = false;
    const kept = new Set(reply.saved);
    waiting = waiting.filter(({ answer }) => !kept.has(answer.operation_id));
    batch.forEach(({ answer, resolve }) => kept.has(answer.operation_id) && resolve(answer.operation_id));
    if (!kept.size) throw new Error("nothing was kept");
    return;
  }
  if (batch.length > 1) await singly(batch);
  else refuse(batch[0], reply.error);
}

function refuse(entry, sentence) {
  waiting = waiting.filter((other) => other !== entry);
  change({ trouble: sentence });
  entry.reject(Object.assign(new Error(sentence), { isRefusal: true }));
}

// The service refused the batch as a whole. Alone, an answer that is refused is dropped; in
// company they are sent one by one, so that one bad answer does not hold back the others. One
// after the other: of two answers to the same question the later must arrive last.
async function singly(batch) {
  for (const entry of batch) {
    if (state.signedIn) await settle([entry], await post("/api/answers", letter([entry])));
  }
}

export function flush() {
  if (waiting.length) post("/api/answers", letter(waiting), { keepalive: true }).catch(() => {});
}

window.addEventListener("beforeunload", (event) => {
  if (waiting.length && !window.workbook?.leaving) event.preventDefault();
});
document.addEventListener("visibilitychange", () => document.hidden && flush());
window.addEventListener("pagehide", flush);
