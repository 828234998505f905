"""The weeks of two on "How it has gone": chosen by each alone, both lines alike, and nothing told of a fall."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest
from playwright.sync_api import Browser

from tests.axe import violations
from tests.ui.at_browser import at_browser
from tests.ui.over_time import live_through
from tests.ui.test_progress import OWN, SHARED, shown, sit_together
from tests.ui.test_question import labels, page_of, press
from workbook.content import say
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.sharing import WEEKS, Grain
from workbook.ui.app import App
from workbook.ui.pages import progress as page_module

TakePart = Callable[[Session], Session]
FIRST = date(2026, 1, 12)
SHOW, NEWER, BACK = (say(f"ui.progress-own.weeks_{key}") for key in ("show", "show_newer", "back"))


@pytest.fixture
def both(maya: Session, jonah: Session, take_part: TakePart) -> tuple[Session, Session]:
    return take_part(maya), take_part(jonah)


def live(session: Session, values: dict[int, int], first: date = FIRST) -> None:
    """Check in: a value throughout for each week, by its number; tension the other way round."""
    for n, value in values.items():
        session.note("setting", name="week", value=n, day=(first + timedelta(7 * (n - 1))).isoformat())
        asked = session.instruments["weekly"].items
        session.save(
            [
                Answer(f"w{n}-{one.id}", f"week-{n}", one.id, 4 - value if one.reverse else value)
                for one in asked
            ]
        )


def at_page(session: Session, page: str) -> App:
    session.refresh()
    app = App(session)
    app.go(page)
    return app


def choose(session: Session) -> None:
    press(at_page(session, OWN), SHOW)


def rows(page: dict[str, Any], title: str) -> list[list[str]]:
    """Return the rows of the table with a title, wherever on the page it stands."""
    shown_blocks = [*page["told"], *page["table"]]
    found = [one for one in shown_blocks if one.get("kind") == "details" and title in str(one)]
    return list(found[0]["blocks"][0]["rows"]) if found else []


def test_until_both_chose_it_the_page_of_two_is_the_same_whatever_the_reason(
    both: tuple[Session, Session], household: Household
) -> None:
    """Two worlds: nothing answered, answered, declined, chosen by one, chosen and taken back."""
    maya, jonah = both
    before = [shown(jonah, SHARED), shown(sit_together(household, both), SHARED)]
    assert say("ui.progress.weeks_not_open") in str(before[0]["words"])
    others_own = shown(jonah, OWN)

    def same() -> bool:
        now = [shown(jonah, SHARED), shown(sit_together(household, both), SHARED)]
        return now == before and shown(jonah, OWN) == others_own and jonah.service.read_audit() == record

    record = jonah.service.read_audit()
    live(maya, {1: 4, 2: 1})
    assert same()
    maya.own.decide("weekly", WEEKS, Grain.NOTHING)
    assert same()
    choose(maya)
    assert same()
    press(at_page(maya, OWN), BACK)
    assert same()


def test_the_test_above_fails_where_the_page_tells_what_one_chose(both: tuple[Session, Session]) -> None:
    maya, jonah = both
    live(maya, {1: 4, 2: 1})
    before = shown(jonah, SHARED)

    def leak(_session: Session, _weeks: object) -> str:
        return "open" if maya.decisions else "not_open"

    with mock.patch.object(page_module, "_state_of", leak):
        choose(maya)
        assert shown(jonah, SHARED) != before


def test_once_both_chose_it_each_and_both_see_both_lines_alike_by_the_day(
    both: tuple[Session, Session], household: Household
) -> None:
    maya, jonah = both
    live(maya, {1: 4, 2: 2, 3: 0})
    live(jonah, {1: 1, 2: 3, 3: 3}, first=FIRST + timedelta(2))
    for session in both:
        choose(session)
    pages = [shown(one, SHARED) for one in (maya, jonah, sit_together(household, both))]
    assert pages[0] == pages[1] == pages[2]
    page = pages[0]
    assert say("ui.progress.weeks_open") in str(page["words"])
    table = rows(page, "Jonah")
    assert [row[:2] for row in table] == [
        ["12 January 2026", "Maya"],
        ["14 January 2026", "Jonah"],
        ["19 January 2026", "Maya"],
        ["21 January 2026", "Jonah"],
        ["26 January 2026", "Maya"],
        ["28 January 2026", "Jonah"],
    ]
    assert len(page["figures"]) <= 1 and page["sentence"] == say("results.plots.lines")


def test_a_clear_fall_of_one_is_told_to_nobody_there(
    both: tuple[Session, Session], household: Household
) -> None:
    maya, jonah = both
    live(maya, {1: 4, 2: 4, 3: 4, 4: 0, 5: 0, 6: 0})
    live(jonah, dict.fromkeys(range(1, 7), 3))
    for session in both:
        choose(session)
    page = shown(jonah, SHARED)
    told = str([page[part] for part in ("words", "title", "sentence", "note", "table", "told", "figures")])
    for key in ("change_worse", "change_better", "change_none", "column_change"):
        assert say(f"results.plots.{key}") not in told
    for key in ("trend_worse", "trend_better"):
        begin = say(f"results.plots.{key}", name="Maya", subjects="x").partition(":")[0]
        assert begin not in told
    assert "dash" not in told or "5px,5px" not in told, "there is no band"


def test_beside_the_rounds_of_two_the_weeks_stand_on_the_same_days(
    maya: Session, jonah: Session, take_part: TakePart
) -> None:
    both = maya, jonah
    live_through(both, take_part)
    plain = shown(maya, SHARED)
    for session in both:
        live(session, {1: 1, 2: 2, 3: 3})
        choose(session)
    page = shown(maya, SHARED)
    assert say("results.plots.progress_week") in str(page["figures"])
    assert page["table"] == plain["table"] and page["sentence"] == plain["sentence"]
    assert len(rows(page, say("ui.progress.weeks_table"))) == 6


def test_a_week_beside_which_the_other_has_none_is_not_shown(both: tuple[Session, Session]) -> None:
    maya, jonah = both
    live(maya, dict.fromkeys(range(1, 9), 2))
    live(jonah, {3: 1, 4: 2, 5: 1})
    for session in both:
        choose(session)
    days = {row[0] for row in rows(shown(jonah, SHARED), "Maya")}
    assert days == {"26 January 2026", "2 February 2026", "9 February 2026"}


def test_one_week_of_each_is_said_to_be_too_few(both: tuple[Session, Session]) -> None:
    for session in both:
        live(session, {1: 2})
        choose(session)
    page = shown(both[0], SHARED)
    assert say("ui.progress.weeks_few") in str(page["words"]) and page["figures"] == []


def test_ones_own_page_says_what_was_chosen_and_offers_the_next(both: tuple[Session, Session]) -> None:
    maya, jonah = both
    app = at_page(maya, OWN)
    assert not {SHOW, NEWER, BACK} & set(labels(app)), "there is no week yet"
    live(maya, {1: 2, 2: 3})
    live(jonah, {1: 2, 2: 3})
    app = at_page(maya, OWN)
    assert say("ui.progress-own.weeks_offer", partner="Jonah") in str(page_of(app).words.blocks)
    press(app, SHOW)
    assert say("ui.progress-own.weeks_chosen") in str(page_of(app).words.blocks)
    assert {BACK} == {SHOW, NEWER, BACK} & set(labels(app))
    choose(jonah)
    app = at_page(maya, OWN)
    assert say("ui.progress-own.weeks_open") in str(page_of(app).words.blocks)
    live(maya, {3: 1})
    app = at_page(maya, OWN)
    press(app, NEWER)
    assert say("ui.progress-own.weeks_newer_chosen") in str(page_of(app).words.blocks)
    live(jonah, {3: 1})
    press(at_page(jonah, OWN), NEWER)
    assert len(rows(shown(maya, SHARED), "Jonah")) == 6


def test_taken_back_by_either_it_is_gone_for_both(both: tuple[Session, Session]) -> None:
    _maya, jonah = both
    for session in both:
        live(session, {1: 2, 2: 3})
        choose(session)
    press(at_page(jonah, OWN), BACK)
    for session in both:
        page = shown(session, SHARED)
        assert say("ui.progress.weeks_not_open") in str(page["words"]) and page["figures"] == []
        assert SHOW in labels(at_page(session, OWN)), "each chooses anew"


def test_it_stands_with_what_is_shown_to_whom_and_can_be_taken_back_there(
    both: tuple[Session, Session],
) -> None:
    maya, jonah = both
    live(maya, {1: 2, 2: 3})
    live(jonah, {1: 2, 2: 3})
    choose(maya)
    page = page_of(at_page(maya, "sharing"))
    assert say("ui.sharing.weeks") in str(page.words.blocks) and say("ui.sharing.not_open") in str(
        page.words.blocks
    )
    choose(jonah)
    app = at_page(maya, "sharing")
    assert say("ui.sharing.open") in str(page_of(app).words.blocks)
    press(app, say("ui.sharing.withdraw_of", title=say("ui.sharing.weeks")))
    jonah.refresh()
    assert jonah.table.weeks == ()


def test_whoever_is_alone_or_has_parted_is_offered_nothing(
    both: tuple[Session, Session], household: Household, take_part: TakePart
) -> None:
    maya, jonah = both
    for session in both:
        live(session, {1: 2, 2: 3})
        choose(session)
    jonah.own.unpair("jonah's passphrase")
    assert maya.refresh() is None and maya.table.weeks == ()
    assert not {SHOW, NEWER, BACK} & set(labels(at_page(maya, OWN)))
    alone = Session(household.seat_partner(household.accounts.create_couple("Ada", "ada's passphrase").actor))
    live(take_part(alone), {1: 2, 2: 3})
    assert SHOW not in labels(at_page(alone, OWN))


@pytest.mark.browser
@pytest.mark.parametrize("page", [SHARED, OWN])
def test_both_pages_fit_a_phone_and_keep_the_rules_of_accessibility(
    both: tuple[Session, Session], browser: Browser, address: str, page: str
) -> None:
    for session, top in zip(both, (4, 2), strict=True):
        live(session, {n: (top + n) % 5 for n in (1, 2, 3, 5, 6)})
        choose(session)
    with at_browser(browser, address, both[0], page) as she:
        she.look()
        assert [one["id"] for one in violations(she.page)] == []
        assert she.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert ("Jonah" in she.page.locator(".chart-frame").inner_text()) == (page == SHARED)
