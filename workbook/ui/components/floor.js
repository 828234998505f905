// Whose floor it is, and how much of the round is left. The time is the service's: the page learns how far
// its own clock is from it and counts from there, so a reload, a sleeping tab and a second device agree.
// The bell is set on the sound card's clock, which a tab in the background does not slow down.

const EVERY = 250; // ms between two looks at the clock
const SET_ANEW = 30_000; // ms after which the clocks are compared again
const LATE = 300; // ms after the end of a round at which the page asks what may be done now

function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text) element.textContent = text;
  return element;
}

// How far the service's clock is ahead of this page's: of several answers the quickest is the surest.
function clock(model) {
  let best = { took: Infinity, ahead: Date.now() - performance.now() };
  const ask = () => model.send({ clock: String(performance.now()) });
  model.on("msg:custom", ({ clock: asked, now }) => {
    if (now === undefined) return;
    const took = performance.now() - Number(asked);
    if (took <= best.took) best = { took, ahead: now - (performance.now() - took / 2) };
  });
  return {
    ask,
    anew: () => {
      best = { ...best, took: Infinity };
      ask();
    },
    now: () => performance.now() + best.ahead,
  };
}

// A soft bell, off until somebody wants it: two tones that fade away.
function bell() {
  let sound;
  let set = [];
  const hush = () => {
    set.forEach((tone) => tone.stop());
    set = [];
  };
  return {
    isOn: () => Boolean(sound),
    turn: (on) => {
      hush();
      sound?.close();
      sound = on ? new AudioContext() : undefined;
    },
    ringIn: (seconds) => {
      hush();
      if (!sound || seconds <= 0) return;
      const at = sound.currentTime + seconds;
      set = [392, 588].map((pitch) => {
        const tone = new OscillatorNode(sound, { frequency: pitch });
        const loudness = new GainNode(sound, { gain: 0 });
        loudness.gain.setValueAtTime(0, at);
        loudness.gain.linearRampToValueAtTime(0.12, at + 0.04);
        loudness.gain.exponentialRampToValueAtTime(0.0001, at + 2.4);
        tone.connect(loudness).connect(sound.destination);
        tone.start(at);
        tone.stop(at + 2.5);
        return tone;
      });
    },
    hush,
  };
}

const digits = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function render({ model, el, signal }) {
  const time = clock(model);
  const ringer = bell();
  const root = make("section", "floor");
  const who = make("p", "floor-who");
  const what = make("p", "floor-what");
  const track = make("div", "floor-track");
  const left = make("p", "floor-left");
  const told = make("p", "floor-told");
  const ring = make("button", "button button-quiet floor-bell");
  const fill = make("span", "floor-fill");
  track.setAttribute("aria-hidden", "true");
  track.append(fill);
  left.setAttribute("role", "timer");
  told.setAttribute("role", "status");
  ring.type = "button";
  root.append(who, what, track, left, told, ring);
  el.append(root);
  let asked = "";

  const ends = () => model.get("ends"); // ms of the service's clock
  const rest = () => Math.max(0, (ends() - time.now()) / 1000);
  const setBell = () => {
    if (model.get("rings") && ends()) ringer.ringIn(rest());
    else ringer.hush();
    ring.setAttribute("aria-pressed", String(ringer.isOn()));
    ring.textContent = model.get("labels")[ringer.isOn() ? "bell_off" : "bell_on"];
  };
  const look = () => {
    const seconds = rest();
    const isOver = ends() > 0 && seconds <= 0;
    root.hidden = !ends();
    track.hidden = !model.get("seconds");
    left.textContent = digits(Math.ceil(seconds));
    left.dataset.ends = ends(); // what a benchmark reads, beside what is left
    left.dataset.left = seconds.toFixed(3);
    fill.style.inlineSize = `${100 * Math.min(1, seconds / (model.get("seconds") || 1))}%`;
    root.classList.toggle("is-over", isOver);
    const words = isOver ? model.get("over") : "";
    if (told.textContent !== words) told.textContent = words;
    // Once a round, a little late: before its time is over the service allows nothing new.
    if (isOver && asked !== String(ends()) && ends() + LATE <= time.now()) {
      asked = String(ends());
      model.send({ press: "over" });
    }
  };
  const show = () => {
    const { name, place, mark } = model.get("speaker");
    who.textContent = mark ? `${mark} ${name}` : name;
    who.dataset.partner = place ?? "";
    who.hidden = !name;
    what.textContent = model.get("words");
    const until = new Date(ends()).toLocaleTimeString(document.documentElement.lang, {
      hour: "2-digit",
      minute: "2-digit",
    });
    if (model.get("until")) what.textContent = model.get("until").replace("{time}", until);
    ring.hidden = !model.get("rings");
    setBell();
    look();
  };

  ring.addEventListener("click", () => {
    ringer.turn(!ringer.isOn());
    setBell();
  });
  ["speaker", "words", "until", "ends", "seconds", "over", "rings", "labels"].forEach((trait) =>
    model.on(`change:${trait}`, show),
  );
  document.addEventListener("visibilitychange", () => document.hidden || time.anew(), { signal });
  const looking = setInterval(look, EVERY);
  const comparing = setInterval(() => (time.anew(), setBell()), SET_ANEW);
  time.ask();
  setTimeout(time.ask, 300);
  show();
  return () => {
    clearInterval(looking);
    clearInterval(comparing);
    ringer.turn(false);
  };
}

export default { render };
