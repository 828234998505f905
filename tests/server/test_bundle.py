"""The browser bundle admits only the widgets the pages use, and the private names it needs still exist."""

import ast
import gzip
import re
from pathlib import Path

import anywidget
import brotli
import ipywidgets
import pytest
from ipywidgets import Widget
from playwright.sync_api import Browser

from workbook.server.assets.static_files import static_files

ROOT = Path(__file__).parents[2]
MANAGER = (ROOT / "frontend" / "src" / "manager.js").read_text()
STATIC = ROOT / "workbook" / "server" / "assets" / "static"
BUNDLE = (STATIC / "page.js").read_text()

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


def test_the_drawing_library_has_every_kind_of_trace_the_product_draws(browser: Browser) -> None:
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "workbook").rglob("*.py")]
    drawn = {kind.lower() for text in sources for kind in re.findall(r"\bgo\.([A-Z]\w+)\(", text)} - {
        "figure"
    }
    page = browser.new_page()
    page.add_script_tag(content=(STATIC / "plotly.js").read_text(encoding="utf-8"))
    known = set(page.evaluate("() => Object.keys(Plotly.PlotSchema.get().traces)"))
    page.close()
    assert {"scatter", "bar"} <= drawn <= known
    assert not {"heatmap", "scatterpolar", "scattergl"} & known, "what nobody draws is not sent"


@pytest.mark.parametrize("name", ["page.js", "plotly.js"])
def test_what_is_packed_beforehand_is_the_very_file(name: str) -> None:
    assert brotli.decompress((STATIC / f"{name}.br").read_bytes()) == (STATIC / name).read_bytes()


@pytest.mark.parametrize(
    ("accepted", "way"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0.5", "gzip"),
        ("identity", ""),
        ("", ""),
        ("brx", ""),
    ],
)
def test_a_file_is_sent_packed_only_to_whoever_takes_it_so(accepted: str, way: str) -> None:
    unpack = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
    file = static_files().get(static_files().url("plotly.js").removeprefix("/static/"))
    assert file is not None
    chosen, body = file.sent_to(accepted)
    assert chosen == way and unpack[way](body) == file.body
