"""Two worlds that differ only in what A has not shown: B's browser is told the same in both."""

import os
import shutil
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as TooSlow

from tests.walk.person import PASSPHRASE, Person
from tests.walk.seeded import OCCASION, answer_all, in_folder, make_couple
from tests.walk.transcript import Transcript
from workbook.content import say
from workbook.instruments import catalogue
from workbook.server.testing import running_server
from workbook.service.local import LocalService
from workbook.service.verbs import Actor
from workbook.sharing import Grain

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

BARRED_MS = 8_000
"""How long B tries at each step in a world that leaks: the leak may well bar the way."""

Deed = Callable[[LocalService, Actor], None]


def nothing_yet(service: LocalService, actor: Actor) -> None:
    """A has only joined."""


def answered_and_decided(service: LocalService, actor: Actor) -> None:
    """A answered much, among it that they are afraid, and decided to show everything."""
    for instrument in ("connection", "warning_signs", "needs", "skills", "safety"):
        answer_all(service, actor, instrument, 1)
    service.decide(actor, "connection", OCCASION, Grain.ANSWERS)
    service.decide(actor, "needs", OCCASION, Grain.ANSWERS)


def answered_otherwise_and_declined(service: LocalService, actor: Actor) -> None:
    """A answered otherwise and decided to show nothing."""
    answer_all(service, actor, "connection", 3)
    answer_all(service, actor, "safety", 2)
    service.decide(actor, "connection", OCCASION, Grain.NOTHING)


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A couple of whom B has answered nothing either; the folder is copied into each world."""
    folder = tmp_path_factory.mktemp("beginning")
    code = in_folder(folder, make_couple)
    return folder, code


def ben_in(
    world: Path, deed: Deed, browser: Browser, beginning: tuple[Path, str], leak: Path | None = None
) -> set[str]:
    """What B's browser is told in the world in which A did this deed."""
    folder, code = beginning
    shutil.copytree(folder, world)

    def act(service: LocalService) -> str:
        deed(service, service.accounts.sign_in(code, "Ana", PASSPHRASE + "Ana"))
        return ""

    in_folder(world, act)
    path = os.pathsep.join(filter(None, [str(leak or ""), os.environ.get("PYTHONPATH", "")]))
    environment = {"PYTHONPATH": path} if path else None
    with running_server(world, environment=environment) as running:
        ben = Person(browser, running.url.rstrip("/"), "Ben", 1280)
        transcript = Transcript(ben.page)
        ben.sign_in(code)
        if leak:
            ben.context.set_default_timeout(BARRED_MS)
        with suppress(TooSlow) if leak else nullcontext():  # a leak may well bar B's way
            walk(ben)
        told = transcript.finish()
        assert transcript.n_frames > 100
        ben.close()
    return told


def walk(ben: Person) -> None:
    """B begins, answers a screen, and looks at every page that could have something of A's."""
    for page in ("introduction", "limits"):
        ben.open_step(say(f"ui.steps.{page}"))
        ben.turn(lambda page=page: ben.press(ben.button(f"{page}.button")))
    ben.open_step(say("ui.steps.consent"))
    ben.choose(ben.page.locator("input[type=radio]:visible").first)
    ben.turn(lambda: ben.press(ben.button("consent.button")))
    ben.open_step(catalogue()["connection"].chapters[0].title)
    ben.answer_page(lambda n, choices: n % choices, one_by_one=True)
    ben.open_step(say("ui.steps.share"))
    ben.choose(ben.page.locator("input[type=radio][value=nothing]:visible"))
    ben.turn(lambda: ben.press(ben.button("share.button")))
    for page in ("results", "exercises", "just-for-me", "resources", "sharing", "rights"):
        ben.open_step(say(f"ui.steps.{page}"))
    ben.go_home()


@pytest.fixture(scope="module")
def told_of_nothing(
    browser: Browser, beginning: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> set[str]:
    """B's transcript in the world where A did nothing at all."""
    return ben_in(tmp_path_factory.mktemp("nothing") / "world", nothing_yet, browser, beginning)


def tells_apart(one: list[set[str]], other: list[set[str]]) -> list[str]:
    """What is told at every visit of one world and at none of the other."""
    always = set.intersection(*one) - set.union(*other), set.intersection(*other) - set.union(*one)
    return sorted(set.union(*always))


def test_what_only_one_visit_was_told_tells_no_world_apart() -> None:
    assert tells_apart([{"a", "slow"}, {"a"}], [{"a"}, {"a", "late"}]) == []
    assert tells_apart([{"a", "leak"}, {"a", "leak"}], [{"a"}, {"a"}]) == ["leak"]
    assert tells_apart([{"a"}, {"a"}], [{"a", "gone"}, {"a", "gone"}]) == ["gone"]


@pytest.mark.parametrize("deed", [answered_and_decided, answered_otherwise_and_declined])
def test_what_a_keeps_changes_nothing_that_b_is_told(
    deed: Deed, browser: Browser, beginning: tuple[Path, str], told_of_nothing: set[str], tmp_path: Path
) -> None:
    """Pages, answers of the server and websocket messages are the same, to the byte count."""
    told = ben_in(tmp_path / "world", deed, browser, beginning)
    if told == told_of_nothing:
        return
    # On a slow machine two steps may be told of as one. What A's doings change is there at every visit,
    # so both worlds are visited anew: only what always tells them apart counts.
    again = ben_in(tmp_path / "again", deed, browser, beginning)
    nothing_again = ben_in(tmp_path / "nothing", nothing_yet, browser, beginning)
    assert tells_apart([told, again], [told_of_nothing, nothing_again]) == []


def test_control_a_leak_between_the_logs_is_noticed(
    browser: Browser, beginning: tuple[Path, str], told_of_nothing: set[str], tmp_path: Path
) -> None:
    """With one decision alone opening a round, B's transcript is another."""
    leak = Path(__file__).parent / "leaky"
    told = [
        ben_in(tmp_path / visit, answered_and_decided, browser, beginning, leak) for visit in ("one", "two")
    ]
    assert tells_apart(told, [told_of_nothing]) != []
