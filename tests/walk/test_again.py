"""Returning after weeks: a new round, the weekly check-in's trend, an own need."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.walk.look import Looks
from tests.walk.person import PASSPHRASE, Person
from tests.walk.seeded import OCCASION, answer_all, in_folder, make_open_couple
from tests.walk.test_road import CONNECTION, answer_chapter
from workbook.content import say
from workbook.instruments import catalogue
from workbook.instruments.model import Item
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

CODES: dict[str, str] = {}
NEED = "An hour of quiet after work"
DRAWN = ".js-plotly-plot svg.main-svg:visible"


def make_couple_of_some_weeks(household: Household) -> str:
    """Make a couple who opened everything; the second partner alone has three weekly check-ins."""
    code = make_open_couple(household)
    ben = household.seat_partner(household.accounts.sign_in(code, "Ben", PASSPHRASE + "Ben"))
    lowest = [(item.id, item.scale.values[_choice(item, 0)]) for item in catalogue()["connection"].items]
    ben.save_answers([Answer(f"lowest-{item}", OCCASION, item, value) for item, value in lowest])
    for week in (1, 2, 3):
        answer_all(ben, "weekly", week, f"week-{week}")
    return code


def _choice(item: Item, at_best: int) -> int:
    """Return which choice of a question makes its score as low (0) or as high (-1) as can be."""
    return -1 - at_best if item.reverse else at_best


def _as_high_as_can_be(person: Person) -> Callable[[int, int], int]:
    by_text = {item.text: item for item in catalogue()["connection"].items}

    def pick(n: int, n_choices: int) -> int:
        legend = person.page.locator("fieldset.question:visible legend").nth(n)
        return _choice(by_text[legend.inner_text().strip()], -1) % n_choices

    return pick


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder: Path = tmp_path_factory.mktemp("weeks")
    CODES["weeks"] = in_folder(folder, make_couple_of_some_weeks)
    with running_server(folder) as running:
        yield running


def test_a_new_round_starts_empty_and_then_shows_what_moved(
    visit: Callable[..., Person], looks: Looks
) -> None:
    """The first round stays; what was answered twice has a trend, the rest is not drawn."""
    ben = visit(Person, "Ben", 360, 740)
    ben.sign_in(CODES["weeks"])
    ben.open_step(say("ui.steps.again"))
    expect(ben.page.get_by_text(say("ui.again.trend_none"))).to_be_visible()
    looks.at(ben.page, "again, before")
    ben.turn(lambda: ben.press(ben.button("again.begin")))
    looks.at(ben.page, "again, asked")
    ben.turn(lambda: ben.press(ben.button("again.begin_soon")))

    expect(ben.step(CONNECTION[0])).not_to_contain_text(say("ui.status.complete"))
    answer_chapter(ben, CONNECTION[0], _as_high_as_can_be(ben))
    assert say("ui.status.complete") in ben.step(CONNECTION[0]).inner_text()

    ben.open_step(say("ui.steps.again"))
    expect(ben.page.locator(DRAWN).first).to_be_visible()
    assert say("ui.again.under_way", n=2) in ben.page.inner_text("#workbook")
    chapter = set(catalogue()["connection"].chapters[0].items)
    answered = [
        scale
        for scale in catalogue()["connection"].subscales
        if scale.about == "self" and chapter & set(scale.items)
    ]
    rows = ben.page.locator("table tbody tr")
    assert rows.count() == 2 * len(answered)
    looks.at(ben.page, "again, with what moved")

    ben.open_step(say("ui.steps.weekly"))
    expect(ben.page.locator(DRAWN).first).to_be_visible()
    looks.at(ben.page, "weeks so far")
    assert looks.told() == ""


def test_an_own_need_can_be_added_answered_and_removed(visit: Callable[..., Person], looks: Looks) -> None:
    ben = visit(Person, "Ben", 360, 740)
    ben.sign_in(CODES["weeks"])
    importance = catalogue()["needs"].chapters[0]
    ben.open_step(importance.title)
    while not ben.button("steps.own-needs").locator("visible=true").count():
        ben.go_on()
    ben.turn(lambda: ben.press(ben.button("steps.own-needs")))
    looks.at(ben.page, "own needs, none")

    ben.press(ben.button("own-needs.add"))
    expect(ben.page.get_by_text(say("ui.activity.empty"))).to_be_visible()
    ben.type(ben.page.get_by_label(say("ui.own-needs.label")), NEED)
    ben.press(ben.button("own-needs.add"))
    expect(ben.button("own-needs.remove", need=NEED)).to_be_visible()
    looks.at(ben.page, "own needs, one")

    ben.page.reload()
    ben.arrive()
    expect(ben.button("own-needs.remove", need=NEED)).to_be_visible()
    ben.turn(lambda: ben.press(ben.button("own-needs.answer")))
    while not ben.page.locator("fieldset.question:visible").filter(has_text=NEED).count():
        ben.go_on()
    ben.answer_page(lambda _, choices: choices - 1)
    looks.at(ben.page, "asked about a need of one's own")
    assert looks.told() == ""
