// What is typed and not kept yet. Each text field tells what it holds; `kept` is null where the
// words are kept only by a button.
const fields = new Set();

export function watchWords(look, signal) {
  fields.add(look);
  signal.addEventListener("abort", () => fields.delete(look));
}

const found = () => [...fields].map((look) => look()).filter(({ typed, kept }) => typed !== (kept ?? ""));

export const hasUnsavedWords = () => found().length > 0;

// Those that will be kept by themselves in a moment, if the page waits for it.
export const areBeingKept = () => found().some(({ kept }) => kept !== null);
