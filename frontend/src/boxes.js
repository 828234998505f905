// The one container of the product: Box and VBox of ipywidgets, drawn by us. Widgets lie in it
// in the order of `children`; how that looks is the stylesheet's.
import { DOMWidgetModel, DOMWidgetView, JupyterLuminoPanelWidget, ViewList, unpack_models } from "@jupyter-widgets/base";
import { Widget } from "@lumino/widgets";

export class BoxModel extends DOMWidgetModel {
  static serializers = { ...DOMWidgetModel.serializers, children: { deserialize: unpack_models } };

  defaults() {
    return { ...super.defaults(), children: [] };
  }
}

export class VBoxModel extends BoxModel {}

export class BoxView extends DOMWidgetView {
  _createElement() {
    this.luminoWidget = new JupyterLuminoPanelWidget({ view: this });
    return this.luminoWidget.node;
  }

  _setElement(el) {
    this.el = el;
  }

  initialize(parameters) {
    super.initialize(parameters);
    this.el.classList.add("jupyter-widgets", "widget-box");
    this.parts = new ViewList(this.add, null, this);
    this.listenTo(this.model, "change:children", this.fill);
  }

  render() {
    super.render();
    this.fill();
  }

  // How things lie is the stylesheet's alone. The stock view would also tell a widget of each
  // change of its layout, even one that a turned page has let go, and that is an error.
  setLayout() {}

  fill() {
    this.parts?.update(this.model.get("children")).catch((error) => console.error(error));
  }

  // A placeholder keeps the order while a part is being drawn. The page may be turned meanwhile:
  // the place is then gone with its box, and the part is let go.
  async add(model) {
    const place = new Widget();
    this.luminoWidget.addWidget(place);
    const view = await this.create_child_view(model);
    if (this.luminoWidget.isDisposed) view.remove();
    else this.luminoWidget.insertWidget(this.luminoWidget.widgets.indexOf(place), view.luminoWidget);
    place.dispose();
    return view;
  }

  remove() {
    this.parts = null;
    return super.remove();
  }
}

export class VBoxView extends BoxView {
  initialize(parameters) {
    super.initialize(parameters);
    this.el.classList.add("widget-vbox");
  }
}
