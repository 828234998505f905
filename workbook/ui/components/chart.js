// One figure: the sentence that says what to see, the drawing, what it rests on. Its table is a
// component of its own below. Colours are named in the figure and taken from the page's tokens,
// so a figure follows light and dark. A figure that is laid out for a width comes at several of
// them, and is never stretched: the widest that fits is shown, in the middle. Of its widths the kernel
// has drawn the one that the page asked for last; another, and the one for paper, the page asks for.

const PAGE = 690; // px that a printed page has room for

// Under the server plotly.js is a static file. Elsewhere (JupyterLab) the kernel is asked for it.
function library(model) {
  if (window.workbook?.plotly) return window.workbook.plotly();
  window.workbookPlotly ??= new Promise((resolve) => {
    if (window.Plotly) resolve(window.Plotly);
    const use = () => {
      const script = document.createElement("script");
      script.textContent = model.get("library");
      document.head.append(script);
      resolve(window.Plotly);
    };
    model.on("change:library", use);
    if (!window.Plotly) model.send({ need: "library" });
  });
  return window.workbookPlotly;
}

function element(tag, className, text) {
  const one = document.createElement(tag);
  if (className) one.className = className;
  if (text) one.textContent = text;
  return one;
}

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--wb-${name}`).trim();

// Replaces every colour of the figure that stands for a token ("#1d6f70" for partner-a …).
function recolour(value, swap) {
  if (typeof value === "string") return swap[value.toLowerCase()] ?? value;
  if (Array.isArray(value)) return value.map((one) => recolour(one, swap));
  if (value && typeof value === "object" && !ArrayBuffer.isView(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, recolour(one, swap)]));
  }
  return value;
}

const idly = window.requestIdleCallback ?? ((call) => setTimeout(call, 1));

// The widest that has room; the narrowest where none has.
function fitting(widths, room) {
  const sorted = [...widths].sort((one, other) => one - other);
  return sorted.findLast((one) => one <= room) ?? sorted[0] ?? 0;
}

function dressed(model, figure) {
  const swap = Object.fromEntries(
    Object.entries(model.get("colours")).map(([colour, name]) => [colour.toLowerCase(), token(name) || colour]),
  );
  swap.serif = token("serif") || "serif";
  swap["sans-serif"] = token("sans") || "sans-serif";
  const { data = [], layout = {} } = recolour(figure, swap);
  const soft = token("ink-soft");
  const axes = Object.fromEntries(
    Object.entries(layout)
      .filter(([key]) => /^[xy]axis\d*$/.test(key))
      .map(([key, axis]) => [key, { ...axis, fixedrange: true }]),
  );
  return {
    data,
    layout: {
      ...layout,
      ...axes,
      autosize: !layout.width,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { ...layout.font, family: token("sans"), color: token("ink") || soft },
    },
  };
}

// A figure is about to come: what draws it is there by then, and the kernel knows the room. Nothing is shown.
function prepare(model, el) {
  idly(() => window.workbook?.plotly?.().catch(() => {}));
  el.append(element("div")); // what is empty has no place on a page
  const places = new ResizeObserver(() => {
    if (!el.clientWidth) return; // it has no place yet
    places.disconnect();
    model.send({ width: `now ${fitting(model.get("widths"), el.clientWidth)}` });
  });
  places.observe(el);
  return () => places.disconnect();
}

function render({ model, el, signal }) {
  if (model.get("awaits")) return prepare(model, el);
  const figure = element("figure", "chart");
  const sentence = element("p", "chart-sentence");
  const plot = element("div", "chart-plot");
  const caption = element("figcaption");
  const frame = element("div", "chart-frame");
  frame.append(plot);
  figure.append(sentence, frame, caption);
  el.append(figure);
  let plotly;
  let turns = 0;
  let shown; // the figure on the page

  const room = () => (matchMedia("print").matches ? Math.min(PAGE, plot.clientWidth) : plot.clientWidth);
  const drawn = (width) => model.get("figures").find((one) => one.layout?.width === width);
  let asked = new Set(); // the widths that the kernel was asked for, of what it shows now
  const ask = (kind, width) => {
    const name = `${kind} ${width}`;
    if (!width || drawn(width) || asked.has(name)) return;
    asked.add(name);
    model.send({ width: name });
  };
  // The figure to show: the one that fits; while that is not drawn yet, the widest there is that does.
  // Nothing before it has a place on the page: how much room there is nobody knows then.
  const chosen = () => {
    const figures = model.get("figures");
    if (!model.get("widths").length) return figures[0];
    if (!room()) return undefined;
    const best = fitting(model.get("widths"), room());
    ask("now", best);
    const there = figures.map((one) => one.layout.width);
    const fits = there.filter((one) => one <= best);
    // Paper does not wait.
    return drawn(fits.length || matchMedia("print").matches ? fitting(there, best) : best);
  };
  const draw = async () => {
    const turn = (turns += 1);
    frame.hidden = !model.get("figures").length;
    if (frame.hidden) return;
    const likely = chosen() ?? model.get("figures")[0];
    plot.style.setProperty("--wb-chart-height", `${likely.layout?.height ?? 360}px`);
    try {
      plotly ??= await library(model);
    } catch {
      plot.replaceChildren(element("p", "chart-waiting", model.get("labels").failed));
      return;
    }
    if (turn !== turns || signal?.aborted) return;
    paint();
  };
  // Once the library is there a figure is put on the page at once, so that a printer has the right one.
  const paint = () => {
    if (!plotly || !model.get("figures").length) return;
    const next = chosen();
    if (!next) return; // it is asked for, or has no place yet
    shown = next;
    const { data, layout } = dressed(model, shown);
    plot.style.setProperty("--wb-chart-height", `${layout.height ?? 360}px`);
    if (!plot.classList.contains("js-plotly-plot")) plot.replaceChildren();
    plotly.react(plot, data, layout, { displayModeBar: false, responsive: false, scrollZoom: false });
    plot.querySelectorAll("svg").forEach((svg) => svg.setAttribute("aria-hidden", "true"));
    idly(() => ask("paper", fitting(model.get("widths"), PAGE)));
  };
  const fill = () => {
    sentence.textContent = model.get("sentence");
    sentence.hidden = !sentence.textContent;
    caption.textContent = model.get("note");
    caption.hidden = !caption.textContent;
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", model.get("label"));
    draw();
  };

  plot.append(element("p", "chart-waiting", model.get("labels").waiting));
  model.on("change:figures", () => (asked = new Set()));
  ["figures", "sentence", "note", "label"].forEach((trait) => model.on(`change:${trait}`, fill));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint, { signal });
  matchMedia("print").addEventListener("change", paint, { signal });
  const sizes = new ResizeObserver(() => {
    if (!plotly || !model.get("figures").length) return;
    if (chosen() !== shown) paint();
    else if (shown && !shown.layout?.width) plotly.Plots.resize(plot);
  });
  sizes.observe(plot);
  fill();
  return () => {
    sizes.disconnect();
    plotly?.purge(plot);
  };
}

export default { render };
