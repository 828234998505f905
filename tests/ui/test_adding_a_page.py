"""docs/adding-a-page.md is followed once, word by word, on a copy of the workbook."""

import json
from pathlib import Path

import pytest

from tests.following import ROOT, copy_of_the_workbook, follow, run_in

PAGE = (ROOT / "docs" / "adding-a-page.md").read_text(encoding="utf-8")
SEEN = """
import json, workbook
from workbook.service.demo import open_demo
from workbook.session import Session
from workbook.ui.app import App

def seen(place):
    household, service = open_demo(place)
    app = App(Session(service))
    if place != "together":
        app.session.mark_seen("introduction")
        app.session.agree("consent", "0" * 64, agreed=True)
    path = {part.title: [step.title for step in part.steps] for part in app.pages.path()}
    lines = [(step.title, step.status, step.note) for step in app.pages.steps() if step.address.kind == "opened"]
    app.go("opened")
    told, offered = app._open.words.blocks, [one["label"] for one in app._open.actions.buttons]
    app._open._row.press("b0")
    again = Session(service).page.kind
    household.close()
    return {"path": path, "lines": lines, "told": told, "offered": offered, "then": str(app.session.page), "again": again}

from workbook.service.desks.household import Household
from workbook.storage.memory import MemoryStore
household = Household(MemoryStore())
app = App(Session(household.seat_partner(household.accounts.create_couple("Kim", "kim's passphrase").actor)))
app.guard(app.go)("opened")
locked = [app._open.kind, app.trouble.blocks != []]
household.close()
print(json.dumps({"at": workbook.__file__, "a": seen("a"), "together": seen("together"), "locked": locked}))
"""


@pytest.mark.timeout(300)
def test_following_the_page_adds_a_page_in_two_files_plus_messages(tmp_path: Path) -> None:
    folder = copy_of_the_workbook(tmp_path)
    assert follow(PAGE, folder) == [
        "workbook/content/en/messages/ui.toml",
        "workbook/ui/pages/__init__.py",
        "workbook/ui/pages/opened.py",
    ]
    seen = json.loads(run_in(folder, SEEN))
    assert seen["at"].startswith(str(folder))
    title = "What you have opened"
    assert seen["a"]["path"]["Look at it together"] == ["Decide what your partner sees", "Together", title]
    path = seen["together"]["path"]
    assert path["Look at it together"] == ["Together", "Decide here, with a passphrase", title]
    assert set(path) == {"Look at it together", "Do something together"}
    for who in ("a", "together"):
        assert seen[who]["lines"] == [[title, "link", "For both of you"]]
        assert {"kind": "heading", "level": 1, "text": title} in seen[who]["told"]
        assert seen[who]["offered"][0] == "Look at it together"
        assert seen[who]["then"] == "together:now"
    assert seen["locked"] == ["home", True], "locked until both have opened something"
