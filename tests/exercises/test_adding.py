"""docs/adding-an-exercise.md is followed once, word by word, on a copy of the workbook."""

import json
import shutil
from pathlib import Path

import pytest

from tests.following import FILE, ROOT, copy_of_the_workbook, follow, run_in
from tools.wording import scan
from workbook.content.exercise import exercises
from workbook.exercises import MACHINES

PAGE = (ROOT / "docs" / "adding-an-exercise.md").read_text(encoding="utf-8")
LIST = """
import json, workbook
from workbook.content import say
from workbook.service.demo import open_demo
from workbook.session import Session
from workbook.ui.app import App

household, service = open_demo()
app = App(Session(service))
app.go("exercises")
parts = {part["title"]: [line["title"] for line in part["steps"]] for part in app._open.menu.parts}
others = parts.pop(say("ui.exercises.others"), [])
here = [title for part in parts.values() for title in part]
app.go("exercise:short_walk")
print(json.dumps({
    "at": workbook.__file__, "here": here, "others": others, "n_fields": len(app._open.fields.children),
}))
household.close()
"""
WALK = """
import json
from datetime import date, timedelta
from tests.service.household import begin
from workbook.session import Session
from workbook.ui.app import App

house = begin()
sessions = [Session(house.local.seat_partner(actor)) for actor in house.actors]
for session in sessions:
    session.mark_seen("introduction")
    session.agree("consent", "0" * 64, agreed=True)
ada, ben = map(App, sessions)

def open_newest(app):
    app.session.refresh("table")
    app.go("exercise:short_walk")
    line = app._open.menu.parts[0]["steps"][0]
    app._open.menu._handle_custom_msg({"press": line["id"]}, [])
    return line

def press(app, label):
    (button,) = [one["id"] for one in app._open.actions.buttons if one["label"] == label]
    app._open.actions._handle_custom_msg({"press": button}, [])
    return str(app.trouble.blocks) + str([field.error for field in app._open.fields.children])

def told(app):
    return str([app._open.words.blocks, app._open.about.blocks])

ada.go("exercise:short_walk")
where, when = ada._open.fields.children
form = [where.label, where.hint, where.kind, where.max_length, when.label, when.kind]
day = date.today() + timedelta(days=3)
empty = press(ada, "Propose it")
where.value, when.value = "To the river", (day + timedelta(days=100)).isoformat()
too_late = press(ada, "Propose it")
when.value = day.isoformat()
sent = press(ada, "Propose it")

ben.session.refresh("table")
ben.go("exercises")
lines = [line for part in ben._open.menu.parts for line in part["steps"]]
waits = [line["note"] for line in lines if line["id"] == "exercise:short_walk"]
lines = [open_newest(ben)["note"]]
(answer,) = ben._open.fields.children
options = [one["label"] for one in answer.options]
answer.value = "agreed"
press(ben, "Send my answer")
for app in (ben, ada):
    lines.append(open_newest(app)["note"])
    (felt,) = app._open.fields.children
    scale = [[one["value"], one["label"]] for one in felt.options]
    felt.value = "3"
    hidden = told(app)
    press(app, "Show it to my partner")
lines.append(open_newest(ben)["note"])
print(json.dumps({
    "form": form, "empty": empty, "too_late": too_late, "sent": sent, "waits": waits, "options": options,
    "scale": scale, "hidden": hidden, "lines": lines, "told": told(ben), "day": f"{day.day} {day:%B %Y}",
    "payload": [event.payload for event in ben.session.table.events],
}))
house.local.close()
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = copy_of_the_workbook(tmp_path)
    shutil.copytree(
        ROOT / "tests" / "service",
        folder / "tests" / "service",
        ignore=shutil.ignore_patterns("__pycache__", "store_of_step_4"),
    )
    (folder / "tests" / "__init__.py").touch()
    return folder


@pytest.mark.timeout(300)
def test_an_exercise_without_rules_is_one_file_and_its_words(copy: Path) -> None:
    for file in [*FILE.finditer(PAGE)][:2]:
        (copy / file["path"]).write_text(file["text"], encoding="utf-8")
    seen = json.loads(run_in(copy, LIST))
    assert seen["at"].startswith(str(copy))
    assert "A short walk" in seen["others"] and "A short walk" not in seen["here"]
    assert seen["n_fields"] == 0


@pytest.mark.timeout(300)
def test_following_the_page_adds_an_exercise_in_two_files_plus_text_and_messages(copy: Path) -> None:
    touched = follow(PAGE, copy)
    assert [path for path in touched if path.endswith(".py")] == [
        "workbook/exercises/__init__.py",
        "workbook/exercises/short_walk.py",
    ]
    assert [path for path in touched if not path.endswith(".py")] == [
        "workbook/content/en/exercises/short_walk.toml",
        "workbook/content/en/messages/exercises.toml",
        "workbook/content/structure/exercises/short_walk.toml",
    ]
    assert len((copy / "workbook/exercises/short_walk.py").read_text("utf-8").splitlines()) < 80
    seen = json.loads(run_in(copy, LIST))
    titles = [exercises()[name].title for name in MACHINES]
    titles.insert(titles.index(exercises()["request"].title) + 1, "A short walk")
    assert seen["here"] == titles

    found = scan(copy)
    assert [told for told in found.unknown() + found.unused() if "walk" in told] == []


@pytest.mark.timeout(300)
def test_its_forms_are_derived_and_two_people_can_complete_it(copy: Path) -> None:
    follow(PAGE, copy)
    seen = json.loads(run_in(copy, WALK))
    assert seen["form"] == ["Where to?", "Not far.", "text", 120, "Which day?", "date"]
    assert "This is still empty." in seen["empty"] and "Please choose a day" in seen["empty"]
    assert "Please choose a day" in seen["too_late"]
    assert seen["sent"] == "[][]"
    assert seen["waits"] == ["Your turn: 1"]
    assert seen["options"] == ["I come along", "Not this time"]
    assert seen["scale"] == [["1", "So-so"], ["2", "Good"], ["3", "Very good"]]
    assert seen["lines"] == [
        f"Ada, {seen['day']}. It is your turn.",
        f"Ada, {seen['day']}. It is your turn.",
        f"You, {seen['day']}. It is your turn.",
        f"Ada, {seen['day']}. You both looked back.",
    ]
    assert f"Ada, for {seen['day']}:".replace("Ada", "You") in seen["hidden"]
    assert "Ben" not in seen["hidden"], "what Ben said is not shown before Ada has said it too"
    assert seen["told"].count("'3'") == 2
    assert [set(payload) for payload in seen["payload"]] == [
        {"to", "day"},
        {"walk", "answer"},
        {"walk", "felt"},
        {"walk", "felt"},
    ]
    assert [payload.get("felt") for payload in seen["payload"]] == [None, None, 3, 3]
