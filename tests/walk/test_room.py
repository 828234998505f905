"""The room between two devices: come in, take turns, a time-out, and close; all that is said stays theirs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.walk.look import Looks
from tests.walk.person import Person
from tests.walk.seeded import in_folder, make_open_couple
from workbook.content import say
from workbook.server.testing import RunningServer, running_server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

CODES: dict[str, str] = {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder: Path = tmp_path_factory.mktemp("room")
    CODES["room"] = in_folder(folder, make_open_couple)
    with running_server(folder) as running:
        yield running


def sees(person: Person, words: str) -> None:
    expect(person.page.locator("#workbook").get_by_text(words).first).to_be_visible()


def does(person: Person, move: str) -> None:
    person.press(person.button(f"room.{move}_button"))


def test_two_take_turns_and_nothing_of_it_stays(visit: Callable[..., Person], looks: Looks) -> None:
    ana, ben = visit(Person, "Ana", 1280), visit(Person, "Ben", 360, 740)
    for person in (ana, ben):
        person.sign_in(CODES["room"])
    ana.open_step(say("ui.steps.room"))
    looks.at(ana.page, "room, empty")
    ana.press(ana.button("room.i_begin"))
    sees(ana, say("ui.room.waiting_for", name="Ben"))
    looks.at(ana.page, "room, waiting")
    ben.turn(lambda: ben.press(ben.button("home.room")))
    looks.at(ben.page, "room, invited")
    does(ben, "come")
    sees(ana, say("ui.room.ready_quiet_me"))
    sees(ben, say("ui.room.ready_quiet", name="Ana"))
    looks.at(ben.page, "room, ready")
    does(ana, "begin")
    sees(ben, say("ui.room.floor_quiet"))
    looks.at(ana.page, "room, quiet, speaker")
    looks.at(ben.page, "room, quiet, listener")
    # The listener can't end it before its time is over, and after a reload it goes on where it is.
    expect(ben.button("room.said_button")).to_have_count(0)
    before = left(ben)
    ben.page.reload()
    ben.arrive()
    sees(ben, say("ui.room.floor_quiet"))
    assert before - 30 < left(ben) < before
    assert abs(left(ana) - left(ben)) < 0.5
    does(ana, "said")
    sees(ben, say("ui.room.floor_active"))
    looks.at(ben.page, "room, active")
    ben.press(ben.button("room.pause_button"))
    looks.at(ben.page, "room, how long")
    ben.press(ben.page.get_by_role("button", name=say("ui.room.pause_for", n=20)))
    sees(ana, say("ui.room.paused"))
    looks.at(ana.page, "room, time-out")
    expect(ana.button("room.resume_button")).to_have_count(0)
    does(ana, "leave")
    for person in (ana, ben):
        sees(person, say("ui.room.closed"))
    looks.at(ben.page, "room, closed")
    assert looks.told() == ""


def test_what_both_ask_to_keep_is_all_that_stays(visit: Callable[..., Person], looks: Looks) -> None:
    ana, ben = visit(Person, "Ana", 360, 740), visit(Person, "Ben", 1280)
    for person in (ana, ben):
        person.sign_in(CODES["room"])
        person.open_step(say("ui.steps.room"))
    ana.press(ana.page.get_by_role("button", name=say("ui.room.begins", name="Ben")))
    does(ben, "come")
    for speaker, listener in ((ben, ana), (ana, ben)):
        does(speaker, "begin")
        sees(listener, say("ui.room.floor_quiet"))
        does(speaker, "said")
        sees(listener, say("ui.room.floor_active"))
        does(speaker, "heard")
    sees(ana, say("ui.room.last"))
    does(ana, "keep")
    sees(ana, say("ui.room.kept"))
    looks.at(ana.page, "room, last")
    expect(ben.page.locator("#workbook").get_by_text(say("ui.room.kept"))).to_have_count(0)
    does(ben, "keep")
    does(ben, "close")
    sees(ana, say("ui.room.closed"))
    ana.go_home()
    ana.open_step(say("ui.steps.exercises"))
    ana.turn(lambda: ana.press(ana.page.locator("button.step", has_text="Speaker and listener")))
    sees(ana, say("exercises.speaker_listener.turns", n=2))
    looks.at(ana.page, "speaker and listener, kept")
    assert looks.told() == ""


def left(person: Person) -> float:
    return float(person.page.locator(".floor-left").get_attribute("data-left") or "nan")
