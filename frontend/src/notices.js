// The banner that never lies, the warning before the sitting ends, and signing in again in
// place. All text goes in by textContent.
import { beat, stay } from "./alive.js";
import { deliver } from "./answers.js";
import { post, settings, words } from "./settings.js";
import { change, onState, state } from "./state.js";
import { hasUnsavedWords } from "./words.js";

const WARN_SECONDS = 120;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function button(text, onclick, kind = "primary") {
  return element("button", { type: "button", className: `button button-${kind}`, textContent: text, onclick });
}

const banner = element("div", { className: "banner", hidden: true });
banner.setAttribute("role", "alert");

function show(kind, text, ...actions) {
  if (banner.dataset.kind === kind && banner.dataset.text === text) return;
  Object.assign(banner.dataset, { kind, text });
  banner.replaceChildren(element("p", { textContent: text }), ...actions);
  banner.hidden = !kind;
}

const link = (address, text) => element("a", { href: address, className: "button", textContent: text });
const reload = () => button(words.reload, () => location.reload());

function tell(now) {
  const kept = now.unsaved ? ` ${words.kept_here}` : "";
  const out = settings.person?.code ? words.signed_out : words.signed_out_two;
  const signedOut = now.someoneElse ? words.someone_else : out;
  if (window.workbook.leaving) return;
  if (!now.online) show("offline", words.offline + kept);
  else if (!now.signedIn) show("signed-out", signedOut + kept, settings.person?.code ? "" : link("/", words.sign_in));
  else if (!now.kernelAlive) show("kernel", hasUnsavedWords() ? words.words_unsaved : words.kernel_gone + kept, reload());
  else if (now.trouble) show("trouble", now.trouble + kept);
  else show("", "");
}

function dialog(title, ...children) {
  const heading = element("h2", { textContent: title, id: `dialog-${crypto.randomUUID()}` });
  const made = element("dialog", { className: "dialog" }, heading, ...children);
  made.setAttribute("aria-labelledby", heading.id);
  document.body.append(made);
  return made;
}

let warning;
function warn(now) {
  const soon = now.online && now.signedIn && now.secondsLeft !== null && now.secondsLeft <= WARN_SECONDS;
  if (!soon) {
    warning?.close();
    return;
  }
  warning ??= dialog(
    words.idle_title,
    element("p", { textContent: words.idle_text }),
    button(words.stay, async () => {
      await stay();
      warning.close();
    }),
  );
  if (!warning.open) warning.showModal();
}

// Whoever comes to a page whose sitting has ended sees nothing of it: only that it has, and the way back.
function hide(now) {
  document.documentElement.toggleAttribute("data-ended", !now.signedIn);
}

let again;
function askAgain(now) {
  if (!settings.person?.code || !now.online) return;
  if (now.signedIn) {
    again?.close();
    return;
  }
  again ??= signInDialog();
  if (again.open) return;
  again.show(); // not modal: nothing else is to be seen, and the quick exit has to stay in reach
  again.querySelector("input").focus();
}

function signInDialog() {
  const field = element("input", { type: "password", id: "again", autocomplete: "current-password", required: true });
  const problem = element("p", { className: "error-message", hidden: true });
  problem.setAttribute("role", "alert");
  const label = element("label", { htmlFor: "again", textContent: words.passphrase });
  const send = element("button", { type: "submit", className: "button button-primary", textContent: words.sign_in });
  const form = element("form", {}, element("div", { className: "field" }, label, problem, field), send);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const sentence = await signInAgain(field.value);
    field.value = "";
    Object.assign(problem, { hidden: !sentence, textContent: sentence });
  };
  return dialog(words.again_title, element("p", { textContent: words.again_text }), form);
}

async function signInAgain(passphrase) {
  try {
    const response = await post("/sign-in", { ...settings.person, passphrase });
    if (!response.ok) return (await response.json()).error ?? words.offline;
  } catch {
    return words.offline;
  }
  change({ signedIn: true, someoneElse: false });
  await deliver();
  if (hasUnsavedWords()) await beat(); // they are only here: the banner says so, and offers the reload
  else if (!state.unsaved) location.reload(); // a new kernel, at the place where the person was
  else onState((now) => now.unsaved || location.reload());
  return "";
}

export function couldNotOpen() {
  show("failed", words.could_not_open, reload());
}

export function startNotices() {
  document.body.prepend(banner);
  onState(hide);
  onState(tell);
  onState(warn);
  onState(askAgain);
}
