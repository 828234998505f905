// One page of questions. An answer is passed on when it is settled: at once by click or tap,
// after a short rest when moving by arrow keys, and when leaving the question. It is called
// saved only when the service has acknowledged it.

const REST_MS = 600;
const RETRY_MS = [1000, 2000, 4000, 8000];
const DECLINED = "declined";
const ARROWS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
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
  constructor(form, item) {
    Object.assign(this, { form, item, choice: null, settled: null, byKeyboard: false, keptUntil: 0 });
    this.draw();
    this.restore();
    this.listen();
  }

  get key() {
    return `${this.form.model.get("occasion")} ${this.item.id}`;
  }

  draw() {
    const labels = this.form.model.get("labels");
    this.fieldset = element("fieldset", "question");
    this.state = element("p", "state");
    const inRow = this.item.choices.length <= 6 && this.item.choices.every(([, label]) => label.length <= 24);
    const options = element("div", inRow ? "options options-row" : "options");
    const name = `question-${(made += 1)}`;
    this.radios = [...this.item.choices, [DECLINED, labels.declined]].map(([value, label]) => {
      const row = element("label", value === DECLINED ? "option option-quiet" : "option");
      const radio = element("input");
      Object.assign(radio, { type: "radio", name, value: String(value) });
      row.append(radio, element("span", "option-text", label));
      options.append(row);
      return radio;
    });
    this.fieldset.append(element("legend", "", this.item.text), options, this.state);
  }

  // What the service knows, or what is still on its way to it, is shown again.
  restore() {
    const known = this.form.model.get("answers")[this.item.id];
    const onItsWay = underway.get(this.key);
    const entry = this.form.model.get("opens_blank") && onItsWay !== this.given ? undefined : onItsWay;
    const kept = performance.now() < this.keptUntil ? this.kept : undefined;
    this.isHeldBack = kept !== undefined;
    const answer = entry?.answer ?? kept ?? known;
    this.settled = answer ? (answer.declined ? DECLINED : String(answer.value)) : null;
    this.radios.forEach((radio) => {
      radio.checked = radio.value === this.settled;
    });
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
    });
    this.fieldset.addEventListener("change", (event) => {
      this.choice = event.target.value;
      this.show("unsaved");
      if (this.byKeyboard) this.settleSoon(REST_MS);
      else this.settle();
    });
    this.fieldset.addEventListener("focusout", (event) => {
      if (!this.fieldset.contains(event.relatedTarget)) this.settle();
    });
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
    const answer = {
      operation_id: operationId(),
      occasion: this.form.model.get("occasion"),
      item: this.item.id,
      value: declined ? null : Number(choice),
      declined,
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

function render({ model, el, signal }) {
  const list = element("div", "questions");
  const voice = element("p", "hidden");
  voice.setAttribute("aria-live", "polite");
  el.append(list, voice);

  let lastSaid = "";
  let speaking;
  const form = {
    model,
    // Trouble is said at once; "saved" is said once things are quiet, not for every answer.
    announce(state, sentence) {
      if (!["saved", "unsaved", "refused"].includes(state) || !form.isReady) return;
      clearTimeout(speaking);
      speaking = setTimeout(() => {
        const words = sentence || model.get("labels")[state];
        voice.textContent = words === lastSaid && state !== "saved" ? "" : words;
        lastSaid = words;
      }, state === "saved" ? 900 : 2500);
    },
  };

  let questions = [];
  const fill = () => {
    form.isReady = false;
    questions.forEach((question) => question.settle());
    questions = model.get("items").map((item) => new Question(form, item));
    list.replaceChildren(...questions.map((question) => question.fieldset));
    voice.textContent = "";
    form.isReady = true;
  };
  // A refreshed answer (from another page of the same person) must not undo what is being chosen.
  const restore = () => questions.forEach((question) => question.choice === null && question.restore());
  const settleAll = () => questions.forEach((question) => question.settle());
  model.on("change:items", fill);
  model.on("change:answers", restore);
  window.addEventListener("pagehide", settleAll, { signal, capture: true });
  document.addEventListener("visibilitychange", () => document.hidden && settleAll(), { signal });
  fill();
  return () => {
    settleAll();
    clearTimeout(speaking);
  };
}

export default { render };
