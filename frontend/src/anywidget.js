// Our own anywidget runtime (AFM). A component is loaded from the server's static files by
// its name, never from the text in `_esm`: so the page needs no `blob:` in its CSP, and a
// kernel cannot send script to a browser. `_css` is ignored: there is one stylesheet.
import { DOMWidgetModel, DOMWidgetView } from "@jupyter-widgets/base";

const settings = () => window.workbook.settings;

function componentOf(model) {
  const named = model.get("_component");
  if (named) return named;
  const className = (model.get("_anywidget_id") ?? "").split(".").pop();
  return className.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

async function load(model) {
  const name = componentOf(model);
  const address = settings().components?.[name];
  if (!address) throw new Error(`no component called ${name}`);
  const { default: definition } = await import(address);
  return typeof definition === "function" ? definition() : definition;
}

const asModel = (model, owner) => ({
  get: (name) => model.get(name),
  set: (name, value) => model.set(name, value),
  save_changes: () => model.save_changes(),
  send: (content, callbacks, buffers) => model.send(content, callbacks, buffers),
  on: (name, callback) => model.on(name, callback, owner),
  off: (name, callback) => model.off(name, callback, owner),
  widget_manager: model.widget_manager,
});

async function tidy(controller, cleanup) {
  if (typeof cleanup !== "function") return;
  if (controller.signal.aborted) await cleanup();
  else controller.signal.addEventListener("abort", () => cleanup());
}

export class AnyModel extends DOMWidgetModel {
  initialize(...args) {
    // Stock ipywidgets holds an update back while an earlier one is under way, but not a button's
    // press: the press would overtake the choice it is meant to save. Nothing is held back here.
    Object.defineProperty(this, "_pending_msgs", { get: () => 0, set: () => {} });
    super.initialize(...args);
    this.controller = new AbortController();
    this.ready = this.begin();
    this.ready.catch((error) => console.error(error));
    this.once("destroy comm:close", () => this.controller.abort());
  }

  // No private method: Backbone calls `initialize` before those exist.
  async begin() {
    const definition = await load(this);
    const { signal } = this.controller;
    await tidy(this.controller, await definition.initialize?.({ model: asModel(this, this.controller), signal }));
    return definition;
  }
}

export class AnyView extends DOMWidgetView {
  async render() {
    this.controller = new AbortController();
    const definition = await this.model.ready;
    const { signal } = this.controller;
    const model = asModel(this.model, this);
    await tidy(this.controller, await definition.render?.({ model, el: this.el, signal }));
  }

  setLayout() {} // as in boxes.js

  remove() {
    this.controller?.abort();
    this.model.off(null, null, this);
    return super.remove();
  }
}
