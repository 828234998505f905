// One page of questions. An answer is passed on when it is settled: at once by click or tap,
// after a short rest when moving by arrow keys, and when leaving the question. It is called
// saved only when the service has acknowledged it.
//
// A few choices stand in a row as targets for a thumb, with the words of both ends and of what is
// chosen below; each target says its own words to who can't see them. More choices, or longer ones,
// are a list. What is saved folds when the person goes on to another question, and only then: a page
// that moves by itself would move another question under the finger.

const REST_MS = 600;
const RETRY_MS = [1000, 2000, 4000, 8000];
const DECLINED = "declined";
const NOT_ARISEN = "not_arisen"; // a situation that did not come up: why there is no answer, and none is missing
const chosen = (answer) => (answer.declined ? DECLINED : answer.not_arisen ? NOT_ARISEN : String(answer.value));
const ARROWS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
const MOST_IN_ROW = 5;
const LONGEST_IN_ROW = 40; // letters of one choice
const GUARD_MS = 350; // after the page had to move, what is pressed was not aimed at
const guard = () => window.doubleTapMs ?? GUARD_MS; // a test that presses faster than a person sets its own
let made = 0;

// Answers on their way, by occasion and question. Kept for the whole page's life: turning to
// the next screen must not forget an answer that the service has not acknowledged yet.
const underway = new Map();

// How long what the service has acknowledged outweighs what the kernel sends: that was read a
// moment earlier, and must not take back what the person sees as saved. It is remembered by
// the question on the screen only, since the private questions open blank each time.
const CATCH_UP_MS = 10000;
const catchUp = () => window.catchUpMs ?? CATCH_UP_MS; // a test that can't wait as long sets its own

function element(tag, className, text) {
  const one = document.createElement(tag);
  if (className) one.className = className;
  if (text) one.textContent = text;
  return one;
}

function operationId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Without the server (JupyterLab, tests) answers travel by the widget's one output trait; the
// kernel puts the operation ids it kept into `acknowledged` and refusals into `refused`.
function sendByModel(model, answer) {
  return new Promise((resolve, reject) => {
    const settle = () => {
      const sentence = model.get("refused")[answer.operation_id];
      if (!sentence && !model.get("acknowledged").includes(answer.operation_id)) return;
      model.off("change:acknowledged", settle);
      model.off("change:refused", settle);
      if (sentence) reject(Object.assign(new Error(sentence), { isRefusal: true }));
      else resolve(answer.operation_id);
    };
    model.on("change:acknowledged", settle);
    model.on("change:refused", settle);
    model.set("answers_out", [...underway.values()].map((entry) => entry.answer));
    model.save_changes();
  });
}

const send = (model, answer) =>
  window.workbook?.saveAnswers ? window.workbook.saveAnswers([answer]) : sendByModel(model, answer);

class Question {
  // ``drawn`` is its fieldset, where the server has drawn it already: the same as `draw` makes.
  constructor(form, item, drawn) {
    Object.assign(this, { form, item, choice: null, settled: null, byKeyboard: false, keptUntil: 0 });
    const { choices } = item;
    this.isRow = choices.length <= MOST_IN_ROW && choices.every(([, label]) => label.length <= LONGEST_IN_ROW);
    this.fieldset = drawn ?? this.draw();
    this.findParts();
    const pressed = drawn && this.radios.find((radio) => radio.checked)?.value;
    this.restore();
    this.listen();
    if (pressed && pressed !== this.settled) this.take(pressed); // before this script was there
  }

  get key() {
    return `${this.form.model.get("occasion")} ${this.item.id}`;
  }

  draw() {
    const labels = this.form.model.get("labels");
    const { choices } = this.item;
    const name = `question-${(made += 1)}`;
    const option = ([value, label], className) => {
      const row = element("label", className);
      const radio = element("input");
      Object.assign(radio, { type: "radio", name, value: String(value) });
      row.append(radio, element("span", "option-text", label));
      return row;
    };
    const options = element("div", this.isRow ? "options scale" : "options");
    options.append(...choices.map((choice) => option(choice, "option")));
    if (this.isRow) options.style.setProperty("--wb-n", choices.length);
    const reasons = this.item.may_not_arise ? [[NOT_ARISEN, labels.not_arisen]] : [];
    reasons.push([DECLINED, labels.declined]);
    const quiet = reasons.map((reason) => option(reason, "option option-quiet"));
    const foot = element("div", "question-foot");
    foot.append(this.drawFolded(labels), ...quiet, element("p", "state"));
    const body = element("div", "question-body");
    body.append(options, ...this.drawWords(choices), foot);
    const fieldset = element("fieldset", "question");
    fieldset.append(element("legend", "", this.item.text), body);
    return fieldset;
  }

  findParts() {
    const part = (name) => this.fieldset.querySelector(`.${name}`);
    const line = part("scale-words");
    Object.assign(this, { state: part("state"), reopen: part("answered"), told: part("answered-label") });
    Object.assign(this, { chosen: part("scale-chosen"), ends: line ? [line.firstChild, line.lastChild] : [] });
    this.radios = [...this.fieldset.querySelectorAll("input")];
  }

  // The words of both ends, and between them those of what is chosen. For the eye only.
  drawWords(choices) {
    if (!this.isRow) return [];
    const line = element("div", "scale-words");
    line.setAttribute("aria-hidden", "true");
    line.append(element("span", "", choices[0][1]), element("span", "scale-chosen"), element("span", "", choices.at(-1)[1]));
    return [line];
  }

  // What is seen of a question that is folded: its answer, to open again.
  drawFolded(labels) {
    const reopen = element("button", "answered");
    reopen.type = "button";
    reopen.hidden = true;
    reopen.setAttribute("aria-expanded", "false");
    reopen.append(element("span", "answered-label"), " ", element("span", "answered-change", labels.change));
    return reopen;
  }

  // Say in words what is ticked.
  mark() {
    const at = this.radios.findIndex((radio) => radio.checked);
    const label = at < 0 ? "" : this.radios[at].nextSibling.textContent;
    const isEnd = at === 0 || at === this.item.choices.length - 1;
    this.told.textContent = label;
    if (this.chosen) this.chosen.textContent = isEnd || at >= this.item.choices.length ? "" : label;
    this.ends.forEach((end, n) => end.classList.toggle("is-chosen", at === (n ? this.item.choices.length - 1 : 0)));
  }

  get isFolded() {
    return !this.reopen.hidden;
  }

  // Only what is saved folds, and nothing where answers are not to be read again.
  get canFold() {
    return this.state.dataset.state === "saved" && this.choice === null && !this.form.model.get("opens_blank");
  }

  fold(isFolded) {
    this.reopen.hidden = !isFolded;
    this.fieldset.classList.toggle("is-folded", isFolded);
  }

  open() {
    this.fold(false);
    this.form.turnTo(this);
    (this.radios.find((radio) => radio.checked) ?? this.radios[0]).focus();
  }

  // What the service knows, or what is still on its way to it, is shown again.
  restore() {
    const known = this.form.model.get("answers")[this.item.id];
    const onItsWay = underway.get(this.key);
    const entry = this.form.model.get("opens_blank") && onItsWay !== this.given ? undefined : onItsWay;
    const kept = performance.now() < this.keptUntil ? this.kept : undefined;
    this.isHeldBack = kept !== undefined;
    const answer = entry?.answer ?? kept ?? known;
    this.settled = answer ? chosen(answer) : null;
    this.radios.forEach((radio) => {
      radio.checked = radio.value === this.settled;
    });
    this.mark();
    if (entry) this.follow(entry);
    else this.show(answer ? "saved" : "");
  }

  listen() {
    this.fieldset.addEventListener("keydown", (event) => {
      if (ARROWS.has(event.key)) this.byKeyboard = true;
      else if (event.key === "Enter" || event.key === " ") this.settleSoon(0);
    });
    this.fieldset.addEventListener("pointerdown", () => {
      this.byKeyboard = false;
      this.form.isPointing = true;
    });
    this.fieldset.addEventListener("click", (event) => this.form.isMoving(this) && event.preventDefault());
    this.fieldset.addEventListener("focusin", () => this.form.isPointing || this.form.turnTo(this));
    this.reopen.addEventListener("click", () => this.form.isMoving(this) || this.open());
    this.fieldset.addEventListener("change", (event) => this.take(event.target.value));
    this.fieldset.addEventListener("focusout", (event) => {
      if (!this.fieldset.contains(event.relatedTarget)) this.settle();
    });
  }

  take(choice) {
    this.choice = choice;
    this.radios.forEach((radio) => {
      radio.checked = radio.value === choice;
    });
    this.mark();
    this.show("unsaved");
    this.form.turnTo(this);
    if (this.byKeyboard) this.settleSoon(REST_MS);
    else this.settle();
  }

  settleSoon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.settle(), wait);
  }

  settle() {
    clearTimeout(this.timer);
    this.byKeyboard = false;
    if (this.choice === null) return;
    const choice = this.choice;
    this.choice = null;
    if (choice === this.settled && !underway.has(this.key)) {
      this.show("saved"); // back to what is already kept: nothing to write
      return;
    }
    this.settled = choice;
    const declined = choice === DECLINED;
    const notArisen = choice === NOT_ARISEN;
    const answer = {
      operation_id: operationId(),
      occasion: this.form.model.get("occasion"),
      item: this.item.id,
      value: declined || notArisen ? null : Number(choice),
      declined,
      not_arisen: notArisen,
      version: this.item.version ?? "",
    };
    const entry = { answer, tries: 0, followers: new Set() };
    this.given = entry;
    underway.set(this.key, entry);
    this.follow(entry);
    deliver(this.form.model, this.key, entry);
  }

  follow(entry) {
    entry.followers.add((state, sentence) => underway.get(this.key) === entry || state === "saved" || state === "refused"
      ? this.hear(entry, state, sentence)
      : null);
    this.show(entry.state ?? "saving");
  }

  hear(entry, state, sentence) {
    if (this.choice !== null) return; // the person has moved on to another choice meanwhile
    if (state === "saved") {
      Object.assign(this, { kept: entry.answer, keptUntil: performance.now() + catchUp() });
      clearTimeout(this.looking);
      this.looking = setTimeout(() => this.lookAgain(), catchUp() + 1);
    }
    if (state === "refused") this.settled = null; // it is not kept: choosing it again must send it again
    this.show(state, sentence);
  }

  // What the kernel sent meanwhile was held back; by now it is the newest, such as another tab's answer.
  lookAgain() {
    if (this.isHeldBack && this.choice === null) this.restore();
  }

  show(state, sentence) {
    if (state !== "saved") this.fold(false); // what is not kept is not put away
    this.state.dataset.state = state;
    this.state.textContent = sentence || (state ? this.form.model.get("labels")[state] : "");
    this.form.announce(state, sentence);
  }
}

function tell(entry, state, sentence) {
  entry.state = state;
  entry.followers.forEach((follower) => follower(state, sentence));
}

async function deliver(model, key, entry) {
  if (underway.get(key) !== entry) return; // a newer answer has taken its place
  tell(entry, entry.tries ? "unsaved" : "saving");
  const slow = setTimeout(() => tell(entry, "unsaved"), 2500); // no word yet: do not look as if
  try {
    await send(model, entry.answer);
    if (underway.get(key) === entry) underway.delete(key);
    tell(entry, "saved");
  } catch (error) {
    if (error?.isRefusal || window.workbook?.saveAnswers) {
      if (underway.get(key) === entry) underway.delete(key);
      tell(entry, "refused", error.message);
    } else {
      tell(entry, "unsaved");
      setTimeout(() => deliver(model, key, entry), RETRY_MS[Math.min(entry.tries, RETRY_MS.length - 1)]);
      entry.tries += 1;
    }
  } finally {
    clearTimeout(slow);
  }
}

// What stays in sight below the page's header has to know how high that is: its text may be large.
function measureHeader() {
  const header = document.querySelector(".header");
  const measure = () => document.documentElement.style.setProperty("--wb-header", `${header?.offsetHeight ?? 0}px`);
  const watcher = new ResizeObserver(measure);
  if (header) watcher.observe(header);
  measure();
  return () => watcher.disconnect();
}

// The questions of a model in a list, whose state is spoken in ``voice``.
class Questions {
  constructor(model, list, voice) {
    Object.assign(this, { model, list, voice, all: [], active: null, movedAt: -Infinity, lastSaid: "", isReady: false });
    this.fill = () => this.ask(this.model.get("items").map((item) => new Question(this, item)));
    // A refreshed answer (from another page of the same person) must not undo what is being chosen.
    this.restore = () => this.all.forEach((question) => question.choice === null && question.restore());
    this.settle = () => this.all.forEach((question) => question.settle());
  }

  ask(questions) {
    this.isReady = false;
    this.settle();
    this.all = questions;
    this.active = null;
    questions.forEach((question) => question.canFold && question.fold(true));
    this.list.replaceChildren(...questions.map((question) => question.fieldset));
    this.voice.textContent = "";
    this.isReady = true;
  }

  // What the server has drawn already is taken as it stands, with what was pressed meanwhile.
  adopt() {
    this.all = this.model.get("items").map((item, n) => new Question(this, item, this.list.children[n]));
    this.isReady = true;
  }

  // Follows a model, and the page, until the signal.
  follow(model, signal) {
    this.model = model;
    model.on("change:items", this.fill);
    model.on("change:answers", this.restore);
    window.addEventListener("pagehide", this.settle, { signal, capture: true });
    document.addEventListener("visibilitychange", () => document.hidden && this.settle(), { signal });
    // A finger or the mouse is down until its click has happened; what takes the focus then was pressed.
    window.addEventListener("keydown", () => (this.isPointing = false), { signal, capture: true });
    this.stopMeasuring = measureHeader();
  }

  stop() {
    this.settle();
    this.model.off("change:items", this.fill);
    this.model.off("change:answers", this.restore);
    this.stopMeasuring?.();
    clearTimeout(this.speaking);
  }

  // Whatever else is saved folds; the question one is at stays where it is on the screen, if it can.
  turnTo(active) {
    if (this.active === active) return;
    this.active = active;
    const top = () => active.fieldset.getBoundingClientRect().top;
    const before = top();
    this.all.filter((one) => one !== active && one.canFold).forEach((one) => one.fold(true));
    window.scrollBy(0, top() - before);
    if (Math.abs(top() - before) > 1) this.movedAt = performance.now();
  }

  // Tell whether the page has just moved under the finger, other than at this question.
  isMoving(question) {
    return question !== this.active && performance.now() - this.movedAt < guard();
  }

  // Trouble is said at once; "saved" is said once things are quiet, not for every answer.
  announce(state, sentence) {
    if (!["saved", "unsaved", "refused"].includes(state) || !this.isReady) return;
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => {
      const words = sentence || this.model.get("labels")[state];
      this.voice.textContent = words === this.lastSaid && state !== "saved" ? "" : words;
      this.lastSaid = words;
    }, state === "saved" ? 900 : 2500);
  }

  // Whether two models ask the same: then what is chosen of one is chosen of the other.
  asksAs(model) {
    return ["items", "occasion", "labels", "opens_blank"].every((name) => JSON.stringify(model.get(name)) === JSON.stringify(this.model.get(name)));
  }
}

// The questions that the server drew, until the kernel's own are there; see `takeFirst`.
let first;
const FIRST = "#opening [data-form]";

async function beginFirst(place) {
  while (!window.workbook?.saveAnswers) await new Promise((resolve) => setTimeout(resolve, 5));
  const given = JSON.parse(place.dataset.form);
  const model = { get: (name) => given[name], on() {}, off() {} };
  const controller = new AbortController();
  first = new Questions(model, place.querySelector(".questions"), place.querySelector("[aria-live]"));
  first.letGo = () => controller.abort();
  first.follow(model, controller.signal);
  first.adopt();
  // The page's large script, now that answers are heard; the end of the page asks for it as well.
  setTimeout(() => import(place.dataset.next).catch(() => {}));
}

// The kernel's page is shown from now on, in the place of the server's: its questions, where they are the same,
// are those that were there, with whatever was just chosen.
function takeFirst(own, el, model, signal) {
  const taken = first;
  first = undefined;
  taken?.letGo();
  if (!taken?.asksAs(model)) {
    taken?.stop();
    return own;
  }
  own.stop();
  taken.stop(); // of what it followed until now
  const focused = taken.list.contains(document.activeElement) ? document.activeElement : null;
  el.replaceChildren(taken.list, taken.voice);
  const settleIn = () => {
    taken.follow(model, signal);
    taken.restore();
    focused?.focus({ preventScroll: true });
  };
  // Not before all stands again: to measure a page half of which is gone would scroll it to its top.
  window.addEventListener("shown", settleIn, { once: true });
  return taken;
}

function render({ model, el, signal }) {
  let form = new Questions(model, element("div", "questions"), element("p", "hidden"));
  form.voice.setAttribute("aria-live", "polite");
  el.append(form.list, form.voice);
  form.follow(model, signal);
  form.fill();
  const take = () => {
    form = takeFirst(form, el, model, signal);
  };
  if (document.querySelector(FIRST)) window.addEventListener("showing", take, { once: true, signal });
  return () => form.stop();
}

const drawnByServer = document.querySelector(FIRST);
if (drawnByServer) beginFirst(drawnByServer);

export default { render };
