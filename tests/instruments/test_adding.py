"""docs/adding-an-instrument.md is followed once, word by word."""

import json
import re
from pathlib import Path

import pytest

from tests.following import FILE, ROOT, copy_of_the_workbook, run_in

PAGE = ROOT / "docs" / "adding-an-instrument.md"
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_following_the_page_adds_an_instrument_that_is_answered_and_scored(tmp_path, monkeypatch):
    page = PAGE.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    files = list(FILE.finditer(page))
    for file in files:
        path = Path(file["path"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file["text"], encoding="utf-8")
    steps = CODE.findall(page)
    assert (len(files), len(steps)) == (3, 3)
    shared: dict[str, object] = {}
    for step in steps:
        exec(compile(step, str(PAGE), "exec"), shared)
    assert shared["kindness"].id == "kindness"
    assert len(shared["scores"]) == 20 * 2 * 2


SEEN = """
import json, workbook
from workbook.service.demo import open_demo
from workbook.session import Session
from workbook.ui.app import App

household, service = open_demo()  # two simulated people who open all they can
app = App(Session(service))
app.session.mark_seen("introduction")
app.session.agree("consent", "0" * 64, agreed=True)
found = {"at": workbook.__file__}
for page in ("together:now", "results"):
    app.go(page)
    lines = app._open.menu.parts[0]["steps"]
    found[page] = [[line["id"], line["title"], line["note"]] for line in lines if "kindness" in line["id"]]
for page, _title, _note in found["together:now"] + found["results"]:
    app.go(page)
    heading = [block["text"] for block in app._open.words.blocks if block["kind"] == "heading"]
    chart, below = app._open.view.chart, app._open.view.below
    rows = below.blocks[0]["blocks"][0]["rows"]
    is_drawn = len(chart.figures) > 0 and len(chart.figures[0]["data"]) > 0
    found[page] = [heading, is_drawn, chart.sentence != "", [row[0] for row in rows]]
print(json.dumps(found))
household.close()
"""
TOGETHER = {
    "view:profile:kindness": "How you connect: Everyday kindness",
    "view:side_by_side:kindness": "Every topic, exactly: Everyday kindness",
    "view:differences:kindness": "Where your halves differ: Everyday kindness",
    "view:perspectives:kindness": "One topic, four views: Everyday kindness",
    "view:agreement:kindness": "Where you both feel well: Everyday kindness",
    "view:moved:kindness": "What has moved: Everyday kindness",
}
OWN = {
    "own:profile:kindness": "How you connect: Everyday kindness",
    "own:perspectives:kindness": "One topic, four views: Everyday kindness",
}


@pytest.mark.timeout(300)
def test_a_new_instrument_appears_in_every_fitting_view_by_its_title(tmp_path):
    folder = copy_of_the_workbook(tmp_path)
    for file in [*FILE.finditer(PAGE.read_text(encoding="utf-8"))][1:]:
        (folder / file["path"]).write_text(file["text"], encoding="utf-8")
    found = json.loads(run_in(folder, SEEN))

    assert found["at"].startswith(str(folder))
    for page, wanted in (("together:now", TOGETHER), ("results", OWN)):
        assert {name: title for name, title, _ in found[page]} == wanted
        assert not any("not" in note.lower() for _, _, note in found[page])
    for page, title in (TOGETHER | OWN).items():
        is_drawn = page != "view:differences:kindness"  # of one topic on which they do not differ
        assert found[page] == [[title], is_drawn, True, ["Everyday kindness"]]
