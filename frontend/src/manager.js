// Widgets for the page. Only the classes listed here exist in a browser: none of them can
// show HTML, so no text from a partner can turn into markup.
import { LayoutModel } from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import { Widget } from "@lumino/widgets";
import { AnyModel, AnyView } from "./anywidget.js";
import { BoxModel, BoxView, VBoxModel, VBoxView } from "./boxes.js";

// "module class" as a kernel names it. A test holds this to what the product's pages are made of.
const CLASSES = new Map([
  ["@jupyter-widgets/base LayoutModel", LayoutModel],
  ["@jupyter-widgets/controls BoxModel", BoxModel],
  ["@jupyter-widgets/controls BoxView", BoxView],
  ["@jupyter-widgets/controls VBoxModel", VBoxModel],
  ["@jupyter-widgets/controls VBoxView", VBoxView],
  ["anywidget AnyModel", AnyModel],
  ["anywidget AnyView", AnyView],
]);

export class Manager extends ManagerBase {
  constructor(kernel) {
    super();
    this.kernel = kernel;
    this.underway = new Set();
    kernel.targets.set(this.comm_target_name, (comm, message) => this.handle_comm_open(comm, message));
  }

  async loadClass(className, moduleName) {
    const found = CLASSES.get(`${moduleName} ${className}`);
    if (!found) throw new Error(`this page knows no ${moduleName} ${className}`);
    return found;
  }

  async _create_comm(target, id, data, metadata, buffers) {
    const comm = this.kernel.comm(target, id);
    if (data || metadata) comm.open(data, undefined, metadata, buffers);
    return comm;
  }

  async _get_comm_info() {
    const reply = await this.kernel.ask("comm_info_request", { target_name: this.comm_target_name });
    return reply.content.comms ?? {};
  }

  callbacks() {
    return {};
  }

  async restore() {
    await this._loadFromKernel();
  }

  create_view(...given) {
    const view = super.create_view(...given);
    const done = () => this.underway.delete(view);
    this.underway.add(view);
    view.then(done, done);
    return view;
  }

  // Resolves once all that is shown is drawn and in its place, with what lies within it.
  async drawn() {
    while (this.underway.size) {
      await Promise.allSettled([...this.underway]);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  // Puts one widget where the notebook's output was.
  async show(modelId, place) {
    const model = await this.get_model(modelId);
    const view = await this.create_view(model);
    place.replaceChildren();
    Widget.attach(view.luminoWidget, place);
    return view;
  }
}
