// Widgets for the page. Only the classes listed here exist in a browser: none of them can
// show HTML, so no text from a partner can turn into markup.
import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import { AccordionModel, AccordionView, StackModel, StackView, TabModel, TabView } from "@jupyter-widgets/controls/lib/widget_selectioncontainer.js";
import { BoxModel, BoxView, GridBoxModel, GridBoxView, HBoxModel, HBoxView, VBoxModel, VBoxView } from "@jupyter-widgets/controls/lib/widget_box.js";
import { ButtonModel, ButtonStyleModel, ButtonView } from "@jupyter-widgets/controls/lib/widget_button.js";
import { CheckboxModel, CheckboxStyleModel, CheckboxView } from "@jupyter-widgets/controls/lib/widget_bool.js";
import { DescriptionStyleModel } from "@jupyter-widgets/controls/lib/widget_description.js";
import { DropdownModel, DropdownView } from "@jupyter-widgets/controls/lib/widget_selection.js";
import { LabelModel, LabelStyleModel, LabelView, TextModel, TextStyleModel, TextView, TextareaModel, TextareaView } from "@jupyter-widgets/controls/lib/widget_string.js";
import { Widget } from "@lumino/widgets";
import { AnyModel, AnyView } from "./anywidget.js";

const { LayoutModel, LayoutView, StyleModel, StyleView, DOMWidgetModel, DOMWidgetView, WidgetModel, WidgetView } = base;
const CONTROLS = {
  AccordionModel, AccordionView, StackModel, StackView, TabModel, TabView,
  BoxModel, BoxView, GridBoxModel, GridBoxView, HBoxModel, HBoxView, VBoxModel, VBoxView,
  ButtonModel, ButtonStyleModel, ButtonView, CheckboxModel, CheckboxStyleModel, CheckboxView,
  DescriptionStyleModel, DropdownModel, DropdownView,
  LabelModel, LabelStyleModel, LabelView, TextModel, TextStyleModel, TextView, TextareaModel, TextareaView,
};
const CLASSES = {
  "@jupyter-widgets/base": { LayoutModel, LayoutView, StyleModel, StyleView, DOMWidgetModel, DOMWidgetView, WidgetModel, WidgetView },
  "@jupyter-widgets/controls": CONTROLS,
  anywidget: { AnyModel, AnyView },
};

// A page may be turned while one of its parts is still being drawn. The stock box then looks for
// the part's place in a box that is gone; ours lets the part go.
BoxView.prototype.add_child_model = async function addChildModel(model) {
  const place = new Widget();
  this.luminoWidget.addWidget(place);
  const view = await this.create_child_view(model);
  const part = view.luminoWidget ?? view.pWidget;
  if (this.luminoWidget.isDisposed) view.remove();
  else this.luminoWidget.insertWidget(this.luminoWidget.widgets.indexOf(place), part);
  place.dispose();
  return view;
};

export class Manager extends ManagerBase {
  constructor(kernel) {
    super();
    this.kernel = kernel;
    kernel.targets.set(this.comm_target_name, (comm, message) => this.handle_comm_open(comm, message));
  }

  async loadClass(className, moduleName) {
    const found = CLASSES[moduleName]?.[className];
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

  // Puts one widget where the notebook's output was.
  async show(modelId, place) {
    const model = await this.get_model(modelId);
    const view = await this.create_view(model);
    place.replaceChildren();
    Widget.attach(view.luminoWidget ?? view.pWidget, place);
    return view;
  }
}
