"""No code asks for a missing message, and no message is unused."""

import shutil
from pathlib import Path

import pytest

from tools import wording

ROOT = Path(__file__).parents[1]
MESSAGES = """
hello = "Hello"
[state]
open = "It is open"
closed = "It is closed"
[refusals]
late = "That was too late."
"""
CODE = """
from workbook.content import say
from workbook.refusing import refuse

def words(state):
    return say("ui.hello") + say(f"ui.state.{state}") + refuse("late")

STATES = ["open", "closed"]
"""
REFUSING = """
def refuse(reason):
    return say(f"ui.refusals.{reason}")
"""


def found_in(folder: Path, code: str = CODE, messages: str = MESSAGES, page: str = "") -> wording.Scan:
    package = folder / "workbook"
    (package / "content" / "en" / "messages").mkdir(parents=True)
    (package / "content" / "en" / "messages" / "ui.toml").write_text(messages)
    (package / "page.py").write_text(code)
    (package / "refusing.py").write_text(REFUSING)
    (package / "page.html").write_text(page)
    (folder / "frontend" / "src").mkdir(parents=True)
    return wording.scan(folder)


def test_the_wording_and_the_code_are_in_step() -> None:
    assert wording.main() == 0


def test_a_catalogue_in_step_with_the_code_has_no_findings(tmp_path: Path) -> None:
    found = found_in(tmp_path)
    assert (found.unknown(), found.unused()) == ([], [])


@pytest.mark.parametrize(
    ("right", "wrong", "asked"),
    [
        ('"ui.hello"', '"ui.helo"', "ui.helo"),  # written out
        ('"ui.hello"', '"iu.hello"', "iu.hello"),  # in an area there is not
        ('"ui.hello"', '("ui.hello" if state else "ui.bye")', "ui.bye"),  # one of two
        ('"ui.state.{state}"', '"ui.states.{state}"', "ui.states.*"),  # with a gap that nothing fills
        ('refuse("late")', 'refuse("early")', "ui.refusals.early"),  # by a function that hands it on
        (
            '["open", "closed"]',
            '["open", "closed", "ui.state.shut"]',
            "ui.state.shut",
        ),  # as a value for later
    ],
)
def test_a_key_that_is_not_there_is_named(right: str, wrong: str, asked: str, tmp_path: Path) -> None:
    assert CODE.count(right) == 1
    unknown = found_in(tmp_path, CODE.replace(right, wrong)).unknown()
    assert [line.partition(" asks for ")[2] for line in unknown] == [f"{asked}: there is none"]


@pytest.mark.parametrize("page", ['{{ say("ui.nothing") }}', '{{ say("ui.nothing." ~ name) }}'])
def test_a_template_with_an_unknown_key_is_named(page: str, tmp_path: Path) -> None:
    assert found_in(tmp_path, page=page).unknown() != []


@pytest.mark.parametrize(
    ("messages", "unused"),
    [
        (
            MESSAGES.replace('open = "', 'ajar = "It is ajar"\nopen = "'),
            ["ui.state.ajar"],
        ),  # fits a gap, and no word
        (MESSAGES.replace('hello = "', 'bye = "Bye"\nhello = "'), ["ui.bye"]),
        (MESSAGES + '[more]\nlate = "Later"\n', ["ui.more.late"]),
    ],
)
def test_unused_messages_are_named(messages: str, unused: list[str], tmp_path: Path) -> None:
    assert found_in(tmp_path, messages=messages).unused() == unused


def test_renaming_one_key_in_the_workbook_is_both_missing_and_unused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(
        ROOT / "workbook", tmp_path / "workbook", ignore=shutil.ignore_patterns("__pycache__", "static")
    )
    shutil.copytree(ROOT / "frontend" / "src", tmp_path / "frontend" / "src")
    area = tmp_path / "workbook" / "content" / "en" / "messages" / "errors.toml"
    before = area.read_text()
    area.write_text(before.replace("\nfull_disk = ", "\nfull_dsik = "))
    assert area.read_text() != before
    assert wording.main(tmp_path) == 1
    told = capsys.readouterr().err
    assert "asks for errors.storage.full_disk: there is none" in told
    assert "errors.storage.full_dsik is said nowhere: delete it" in told
