"""The browser bundle admits only the widgets the pages use, and the private names it needs still exist."""

import ast
import re
from pathlib import Path

import anywidget
import ipywidgets
import pytest
from ipywidgets import Widget

ROOT = Path(__file__).parents[2]
MANAGER = (ROOT / "frontend" / "src" / "manager.js").read_text()
BUNDLE = (ROOT / "workbook" / "server" / "assets" / "static" / "page.js").read_text()

# How often the widget library uses what we reach past its public face for, in its own code. An
# upgrade that changes one of these numbers has changed what ours rests on: read it again.
PRIVATE = {
    r"this\._pending_msgs>=1": 1,  # a state is held back: anywidget.js says never
    r"this\._pending_msgs\+\+": 1,
    r"this\._pending_msgs--": 1,
    r"_pending_msgs": 8 + 1,  # all of them, and ours
    r"this\.setElement\(this\._createElement\(": 1,  # a view asks for its element: boxes.js answers
    r"this\._setElement\(": 1,
    r"this\.setLayout\(": 2,  # nowhere but where a layout comes or changes: ours does nothing
    r"\$el\b": 11,  # what jquery was for: all but wrapping and unwrapping is Backbone's, which native views replace
}


def admitted() -> set[str]:
    """Return the widgets that manager.js lets a kernel create."""
    return set(re.findall(r'^  \["(\S+ \w+)", \w+\],$', MANAGER, re.MULTILINE))


def imported(folder: Path) -> set[str]:
    """Every name the product takes from ipywidgets."""
    return {
        alias.name
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "ipywidgets"
        for alias in node.names
    }


def classes_of(widget: Widget) -> set[str]:
    """Return the classes a browser needs for one widget: its model, its view and its layout's model."""
    state, layout = widget.get_state(), widget.layout.get_state()
    return {
        f"{state['_model_module']} {state['_model_name']}",
        f"{state['_view_module']} {state['_view_name']}",
        f"{layout['_model_module']} {layout['_model_name']}",
    }


def test_the_page_admits_only_the_widgets_the_product_uses() -> None:
    names = imported(ROOT / "workbook") - {"Widget"}  # the base of all is no widget to show
    needed = [getattr(ipywidgets, name)() for name in sorted(names)]
    assert admitted() == set().union(*map(classes_of, [anywidget.AnyWidget(), *needed]))


@pytest.mark.parametrize(
    "name", ["HTML", "HTMLMath", "Output", "Image", "FileUpload", "Button", "Text", "Tab"]
)
def test_a_widget_the_product_does_not_use_cannot_be_made_in_a_browser(name: str) -> None:
    widget = getattr(ipywidgets, name)()
    assert f"{widget._model_module} {widget._model_name}" not in admitted()


def test_the_bundle_contains_no_stock_control_widgets() -> None:
    assert [name for name in ("HTMLView", "ButtonView", "noUiSlider") if name in BUNDLE] == []


@pytest.mark.parametrize("private", PRIVATE)
def test_private_names_used_from_the_widget_library_still_exist(private: str) -> None:
    assert len(re.findall(private, BUNDLE)) == PRIVATE[private]


def test_a_private_name_that_an_upgrade_renames_is_noticed() -> None:
    upgraded = BUNDLE.replace("this._pending_msgs", "this._pendingMessages")
    changed = [name for name, count in PRIVATE.items() if len(re.findall(name, upgraded)) != count]
    assert len(changed) == 4
