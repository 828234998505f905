// Runs before anything of the page. Choices are looked for through shadow roots as well. The first choice is
// pressed as soon as it can be seen, and another one of the same question each 150 ms until the server has
// said that it was kept: a press before the page listens is lost, and a person would press again.
(() => {
  window.doubleTapMs = 0; // answers follow each other faster than a person's: ours takes that for a slip
  const T = window.timed = { choice: null, kept: null };
  const epoch = () => performance.timeOrigin + performance.now();
  const roots = (root) => [root, ...[...root.querySelectorAll("*")].flatMap((one) => one.shadowRoot ? roots(one.shadowRoot) : [])];
  const all = (selector) => roots(document).flatMap((root) => [...root.querySelectorAll(selector)]);
  T.choices = () => all('input[type=radio], [role=radio]').filter((one) => (one.closest("label") ?? one).checkVisibility?.() ?? true);
  T.groups = () => {
    const groups = new Map();
    for (const one of T.choices()) {
      const box = one.closest("fieldset, [role=radiogroup], .widget-radio-box, .bk-input-group, .shiny-input-radiogroup") ?? one.parentNode;
      if (!groups.has(box)) groups.set(box, []);
      groups.get(box).push(one);
    }
    return [...groups.values()];
  };
  T.isKept = (n) => {
    const ours = document.querySelectorAll("main fieldset.question .state");
    if (ours.length) return ours[n]?.dataset.state === "saved";
    return all("*").some((one) => !one.children.length && one.textContent.startsWith(`kept ${n}:`));
  };
  const tick = (act) => setTimeout(act, 4);
  let pressed = 0, turn = 0;
  const look = () => {
    if (!document.body) return tick(look);
    const group = T.choices().length ? T.groups()[0] : [];
    if (group.length >= 5) {
      T.choice ??= epoch();
      if (performance.now() - pressed > 150) { pressed = performance.now(); group[turn++ % 5].click(); }
      if (T.isKept(0)) { T.kept = epoch(); return; }
    }
    tick(look);
  };
  look();
  // Answers question n and gives the milliseconds until the server has said that it is kept.
  T.answer = (n) => new Promise((done) => {
    // Ours folds what is answered, so its questions are counted as they stand, folded or not.
    const ours = document.querySelectorAll("main fieldset.question")[n];
    const group = ours ? [...ours.querySelectorAll("input[type=radio]")] : T.groups()[n];
    const began = performance.now();
    group[1].click();
    const wait = () => T.isKept(n) ? done(performance.now() - began) : tick(wait);
    tick(wait);
  });
})();
