// Structured words: headings, paragraphs, lists, callouts, tables. Everything reaches the page
// by textContent, so nothing a person typed can turn into markup.

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

// A text is a string, or parts such as { text, strong, partner: "a" }.
function words(text) {
  const parts = Array.isArray(text) ? text : [text];
  return parts.map((part) => {
    if (typeof part === "string") return part;
    if (part.partner) return make("span", `partner partner-${part.partner}`, part.text);
    return part.strong ? make("strong", "", part.text) : part.text;
  });
}

const SAFE_ADDRESS = /^(https:\/\/|tel:|mailto:|sms:|otpauth:\/\/totp\/|\/)/i;

function link({ text, address }) {
  if (!SAFE_ADDRESS.test(address ?? "")) return make("span", "", text);
  const anchor = make("a", "link", text);
  anchor.href = address;
  anchor.rel = "noopener noreferrer";
  return anchor;
}

function table({ caption, head, rows, numbers = [], below_its_name: isNamed = false }) {
  const kind = (index) => (numbers.includes(index) ? "number" : "");
  const headCells = head.map((text, index) => {
    const cell = make("th", kind(index), ...words(text));
    cell.scope = "col";
    return cell;
  });
  const bodyRows = rows.map((row) =>
    make("tr", "", ...row.map((text, index) => {
      const cell = make(index ? "td" : "th", kind(index), ...words(text));
      if (!index) cell.scope = "row";
      return cell;
    })),
  );
  const title = make("caption", isNamed ? "hidden" : "", caption);
  const whole = make("table", "table", title, make("thead", "", make("tr", "", ...headCells)), make("tbody", "", ...bodyRows));
  const scroller = make("div", "table-scroll", whole);
  scroller.tabIndex = 0; // a wide table must scroll by keyboard too
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", caption);
  return scroller;
}

function details(block) {
  const body = make("div", "details-body", ...block.blocks.map(draw));
  return make("details", "details", make("summary", "", block.summary), body);
}

function callout(block) {
  const title = block.title ? [make("p", "callout-title", block.title)] : [];
  const element = make("div", `callout ${block.tone ? `callout-${block.tone}` : ""}`, ...title, ...block.blocks.map(draw));
  if (block.alert) element.setAttribute("role", "alert");
  return element;
}

function progress(block) {
  const bar = make("div", "progress-bar");
  bar.hidden = !block.share;
  bar.style.width = `${Math.round(100 * block.share)}%`;
  const track = make("div", "progress-track", bar);
  track.setAttribute("aria-hidden", "true");
  const line = make("div", "progress-words", make("span", "", block.words), make("span", "", block.note ?? ""));
  return make("div", "progress", line, track);
}

// Which step of how many was chosen: all up to it are filled, and its words stand beside.
function steps(block) {
  const row = ({ text, words: chosen, step, of }) => {
    const marks = make("span", "answer-steps", ...Array.from({ length: of }, (_, n) => make("span", n <= step ? "is-filled" : "")));
    marks.setAttribute("aria-hidden", "true");
    return make("li", "answer-row", make("span", "answer-text", text), marks, make("span", "answer-words", chosen));
  };
  return make("ul", "answers", ...block.rows.map(row));
}

function heading(block) {
  const element = make(`h${block.level}`, "", ...words(block.text));
  if (block.level === 1) element.tabIndex = -1;
  return element;
}

const DRAW = {
  heading,
  kicker: (block) => make("p", "kicker", ...words(block.text)),
  lead: (block) => make("p", "lead", ...words(block.text)),
  paragraph: (block) => make("p", "", ...words(block.text)),
  note: (block) => make("p", "note", ...words(block.text)),
  quote: (block) => make("blockquote", "quote", ...words(block.text)),
  list: (block) => make(block.ordered ? "ol" : "ul", "", ...block.items.map((item) => make("li", "", ...words(item)))),
  links: (block) => make("ul", "", ...block.items.map((item) => make("li", "", link(item)))),
  card: (block) => make("section", "card", ...block.blocks.map(draw)),
  cards: (block) => make("div", "cards cards-two", ...block.items.map((blocks) => make("div", "card", ...blocks.map(draw)))),
  callout,
  details,
  progress,
  steps,
  table,
  code: (block) => make("p", "code-box", make("span", "code", block.text)),
};

function draw(block) {
  return (DRAW[block.kind] ?? DRAW.paragraph)(block);
}

function render({ model, el, signal }) {
  el.classList.add("prose");
  const openSummaries = () => new Set([...el.querySelectorAll("details[open] > summary")].map((one) => one.textContent));

  const fill = () => {
    const open = openSummaries(); // what the person had unfolded stays so when content is refreshed
    el.replaceChildren(...model.get("blocks").map(draw));
    el.querySelectorAll("details").forEach((one) => {
      one.open = open.has(one.querySelector("summary").textContent);
    });
  };
  const focusHeading = () => {
    if (!model.get("arrivals")) return; // the first page shown takes no focus
    const focus = () => {
      if (signal?.aborted) return;
      if (!el.isConnected) return void requestAnimationFrame(focus); // its box waits for the page's other parts
      window.scrollTo(0, 0);
      el.querySelector("h1")?.focus({ preventScroll: true });
    };
    requestAnimationFrame(focus);
  };
  model.on("change:blocks", fill);
  model.on("change:arrivals", focusHeading);
  fill();
  focusHeading();
}

export default { render };
