// A page for tests: our real components over real Python widgets, without Jupyter in between.
// `window.toKernel` (a Playwright binding) takes one message and gives back all widgets' state.
const models = new Map();

function makeModel(id, state) {
  const listeners = new Map();
  const dirty = new Set();
  const model = {
    id, state, views: [],
    get: (name) => model.state[name],
    set(name, value) {
      const changed = JSON.stringify(model.state[name]) !== JSON.stringify(value);
      model.state[name] = value;
      dirty.add(name);
      if (changed) model.fire(`change:${name}`);
    },
    save_changes() {
      const traits = Object.fromEntries([...dirty].map((name) => [name, model.state[name]]));
      dirty.clear();
      window.sent.push({ id, traits });
      exchange({ id, traits });
    },
    send(content) {
      window.sent.push({ id, content });
      exchange({ id, content });
    },
    on: (event, callback) => listeners.set(event, [...(listeners.get(event) ?? []), callback]),
    off: (event, callback) => listeners.set(event, (listeners.get(event) ?? []).filter((one) => one !== callback)),
    fire: (event) => (listeners.get(event) ?? []).forEach((callback) => callback()),
    update(fresh) {
      const changed = Object.keys(fresh).filter((name) => JSON.stringify(fresh[name]) !== JSON.stringify(model.state[name]) && !dirty.has(name));
      Object.assign(model.state, Object.fromEntries(changed.map((name) => [name, fresh[name]])));
      changed.forEach((name) => model.fire(`change:${name}`));
    },
  };
  return model;
}

const drawn = new Map(); // model id → { el, stop }

async function draw(node, place) {
  if (node.children) {
    const box = node.isRoot ? place : document.createElement("div");
    box.className = `widget-box widget-vbox ${node.classes.join(" ")}`;
    for (const child of node.children) await draw(child, box);
    if (!node.isRoot) place.append(box);
    return;
  }
  if (drawn.has(node.id)) {
    place.append(drawn.get(node.id).el);
    return;
  }
  const el = document.createElement("div");
  const controller = new AbortController();
  place.append(el);
  drawn.set(node.id, { el, controller });
  const { default: component } = await import(`/components/${node.component}.js`);
  drawn.get(node.id).stop = await component.render({ model: models.get(node.id), el, signal: controller.signal });
}

const leaves = (node) => (node.children ? node.children.flatMap(leaves) : [node.id]);
let shape = "";
let queue = Promise.resolve();

async function apply({ tree, states }) {
  for (const [id, state] of Object.entries(states)) {
    if (models.has(id)) models.get(id).update(state);
    else models.set(id, makeModel(id, state));
  }
  if (JSON.stringify(tree) === shape) return;
  shape = JSON.stringify(tree);
  const kept = new Set(leaves(tree));
  for (const [id, view] of drawn) {
    if (kept.has(id)) continue;
    view.stop?.();
    view.controller.abort();
    view.el.remove();
    drawn.delete(id);
  }
  const root = document.getElementById("workbook");
  root.replaceChildren();
  await draw({ ...tree, isRoot: true }, root);
  document.documentElement.dataset.ready = "yes";
}

function exchange(message) {
  if (window.isCut) return;
  queue = queue.then(async () => apply(await window.toKernel(message))).catch((error) => console.error(error));
}

window.sent = [];
window.exchange = exchange;
window.settled = () => queue; // all that was asked for is drawn
exchange({});
