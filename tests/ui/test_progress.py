"""How it has gone: the page of two tells what rose alone; what fell is told to its person, and to nobody else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from playwright.sync_api import Browser

from tests.axe import violations
from tests.ui import over_time
from tests.ui.at_browser import at_browser
from tests.ui.over_time import ROUNDS, agree_on_tea, answer, live_through, on_day, thank
from tests.ui.test_question import labels, page_of, press
from workbook import plots
from workbook.content import say
from workbook.plots import progress, trend
from workbook.service.desks.household import Household
from workbook.service.formats.values import Actor, Answer
from workbook.session import Session
from workbook.ui.app import App
from workbook.ui.pages import progress as page_module
from workbook.ui.pages.progress import progress_together

TakePart = Callable[[Session], Session]
FELL, BETTER = say("ui.progress-own.fell_title"), say("results.plots.change_better")
LESS = say("results.plots.change_worse")
SHARED, OWN = "progress", "progress-own"


@pytest.fixture
def both(maya: Session, jonah: Session) -> tuple[Session, Session]:
    return maya, jonah


@pytest.fixture
def lived(both: tuple[Session, Session], take_part: TakePart) -> tuple[Session, Session]:
    """Three rounds, an agreement between the first two and thanks after it."""
    live_through(both, take_part)
    agree_on_tea(both, ROUNDS[0] + timedelta(20))
    thank(both, ROUNDS[0] + timedelta(30))
    return both


def shown(session: Session, page: str) -> Any:
    """Return all that a page says and draws, with the first and the last topic that can be chosen."""
    session.refresh()
    app = App(session)
    app.go(page)
    opened = page_of(app)
    figures = []
    for key, _title in opened.view.choice.options[:: max(1, len(opened.view.choice.options) - 1)]:
        opened.view.choice.value = key
        figures.append(str(opened.view.chart.figures))
    return {
        "words": opened.words.blocks,
        "title": opened.view.title.blocks,
        "sentence": opened.view.chart.sentence,
        "note": opened.view.chart.note,
        "table": opened.view.below.blocks,
        "figures": figures,
        "topics": [key for key, _title in opened.view.choice.options],
        "told": opened.told.blocks,
        "menu": opened.menu.parts,
    }


def table_of(page: Any) -> list[list[str]]:
    (details,) = page["table"]
    return list(details["blocks"][0]["rows"])


def sit_together(household: Household, both: tuple[Session, Session]) -> Session:
    names = [("Maya", "maya's passphrase"), ("Jonah", "jonah's passphrase")]
    actor = household.accounts.sign_in_together(both[0].couple.code, names)
    return Session(household.seat_couple(actor))


# -- the page of two ---------------------------------------------------------------------------------
def test_each_of_the_two_and_both_together_see_the_same_page(
    lived: tuple[Session, Session], household: Household
) -> None:
    pages = [shown(one, SHARED) for one in (*lived, sit_together(household, lived))]
    assert pages[0] == pages[1] == pages[2]
    assert pages[0]["topics"][0] == "connection.closeness" and len(pages[0]["topics"]) == 24
    assert [row[2] for row in table_of(pages[0])][:3] == ["10 January 2026", "7 March 2026", "9 May 2026"]
    assert [step["title"] for part in pages[0]["menu"] for step in part["steps"]] == [
        say("ui.progress.round", n=n) for n in (3, 2, 1)
    ]


def test_the_page_of_two_tells_what_rose_and_never_what_fell(lived: tuple[Session, Session]) -> None:
    page = shown(lived[0], SHARED)
    told = str([page[part] for part in ("words", "title", "sentence", "note", "table", "told")])
    assert say("results.plots.trend_better", name="Maya", subjects="24 topics") in told
    assert FELL not in told and LESS not in told
    changes = {(row[1], row[-1]) for row in table_of(page)}
    assert changes == {("Maya", ""), ("Maya", BETTER), ("Jonah", "")}
    assert "Less well" not in told and "than before" not in str(page["figures"])


def test_the_view_of_what_moved_tells_what_rose_alone_as_well(lived: tuple[Session, Session]) -> None:
    app = App(lived[0])
    app.go("view:moved")
    view = page_of(app).view
    told = str([view.chart.sentence, view.chart.note, view.chart.figures, view.below.blocks])
    assert say("results.plots.moved_more") in told
    assert say("results.plots.moved_less") not in told and LESS not in told and "Less well" not in told


def test_the_tests_above_fail_where_a_fall_is_told_to_two(lived: tuple[Session, Session]) -> None:
    with (
        mock.patch.object(page_module, "only_risen", lambda prepared: prepared),
        mock.patch.object(progress, "sentence_risen", plots.sentence_trend),
        mock.patch.object(progress, "table_risen", plots.table_trend),
    ):
        page = shown(lived[0], SHARED)
    assert LESS in str(page["table"]) and "Less well for Jonah" in str(page["title"])
    lived[0].refresh()
    with mock.patch.object(trend, "only_risen", lambda prepared: prepared):
        app = App(lived[0])
        app.go("view:moved")
        assert say("results.plots.moved_less") in str(page_of(app).view.chart.figures)


def test_where_both_fell_or_nothing_moved_the_page_of_two_says_the_same(
    both: tuple[Session, Session], take_part: TakePart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(over_time, "RISES", (4, 2, 0))
    live_through(both, take_part)
    page = shown(both[0], SHARED)
    assert say("results.plots.risen_none") in str(page["title"])
    assert {row[-1] for row in table_of(page)} == {""}


def test_what_was_begun_and_done_stands_by_its_day_without_names_words_or_how_it_went(
    lived: tuple[Session, Session],
) -> None:
    found = next(one for one in lived[0].table.events if one.kind == "agreement.proposed").operation_id
    before = shown(lived[0], SHARED)["told"]
    rows = before[0]["blocks"][0]["rows"]
    assert rows == [
        ["30 January 2026", say("results.plots.mark_agreement")],
        ["9 February 2026", say("results.plots.mark_exercise", title="Gratitude log")],
    ]
    assert not any(word in str(before) for word in ("Maya", "Jonah", "Tea", "soup"))
    lived[0].act("agreement.owned", {"agreement": found, "went": "broken", "cost": "", "good": ""})
    lived[1].act("agreement.heard", {"agreement": found, "answer": "heard"})
    lived[0].act("agreement.ended", {"agreement": found})
    for session in lived:
        assert shown(session, SHARED)["told"] == before, "whatever became of it"


def test_a_no_and_what_is_nobodys_to_point_to_leave_no_mark(
    lived: tuple[Session, Session],
) -> None:
    maya, jonah = lived
    before = shown(maya, SHARED)["told"]
    asked = {"text": "Tea?", "need": "", "is_intimate": False}
    sent = maya.act("request.sent", asked).operation_id
    jonah.act("request.answered", {"request": sent, "answer": "no", "proposal": "", "note": ""})
    assert shown(maya, SHARED)["told"] == before


# -- one's own page ----------------------------------------------------------------------------------
def test_a_clear_fall_is_told_to_its_person_alone_and_with_care(lived: tuple[Session, Session]) -> None:
    maya, jonah = lived
    words = str(shown(jonah, OWN)["words"])
    assert FELL in words and say("ui.progress-own.fell", subjects="24 topics") in words
    assert say("ui.progress-own.fell_why") in words and say("ui.progress-own.fell_alone") in words
    assert "'tone': 'care'" in words
    hers = str(shown(maya, OWN))
    assert FELL not in hers and "Jonah" not in hers
    assert say("results.plots.trend_better", name="Maya", subjects="24 topics") in hers


def test_no_way_leads_two_who_sit_together_to_a_page_of_one(
    lived: tuple[Session, Session], household: Household
) -> None:
    together = sit_together(household, lived)
    app = App(together)
    app.go(SHARED)
    assert say("ui.progress.own") not in labels(app)
    assert app.pages.status(next(iter([app.session.page.read(OWN)]))) == "locked"


def test_ones_own_weeks_stand_on_ones_own_page_alone(lived: tuple[Session, Session]) -> None:
    maya, jonah = lived
    plain = shown(maya, OWN)["figures"]
    others, two = shown(jonah, OWN), shown(maya, SHARED)
    for n in (1, 2, 4):
        day = (ROUNDS[0] + timedelta(7 * n)).date().isoformat()
        maya.note("setting", name="week", value=n, day=day)
        items = maya.instruments["weekly"].items
        maya.save([Answer(f"w{n}-{one.id}", f"week-{n}", one.id, n % 4) for one in items])
    mine = shown(maya, OWN)
    assert say("results.plots.progress_week") in str(mine["figures"]) and mine["figures"] != plain
    assert shown(jonah, OWN) == others and shown(maya, SHARED) == two


# -- where there is little or nothing ----------------------------------------------------------------
@pytest.mark.parametrize(("n_rounds", "why"), [(0, "not_open"), (1, "one_round")])
def test_before_there_are_two_rounds_the_page_says_so(
    both: tuple[Session, Session], take_part: TakePart, n_rounds: int, why: str
) -> None:
    live_through(both, take_part, n_rounds=n_rounds) if n_rounds else take_part(both[0])
    page = shown(both[0], SHARED)
    assert say(f"ui.progress.{why}") in str(page["title"]) and page["figures"] == []
    assert say("ui.progress.marks_none") in str(page["told"])
    assert say("ui.progress-own.one_round") in str(shown(both[0], OWN)["title"])


def test_what_one_answered_and_did_not_open_changes_nothing_for_the_other(
    both: tuple[Session, Session], take_part: TakePart
) -> None:
    live_through(both, take_part, n_rounds=2)
    maya, jonah = both
    before = [shown(maya, page) for page in (SHARED, OWN)]
    own = shown(jonah, OWN)
    jonah.begin_occasion()
    answer(jonah, 0)
    assert [shown(maya, page) for page in (SHARED, OWN)] == before
    assert shown(jonah, SHARED) == before[0]
    assert shown(jonah, OWN) != own and FELL in str(shown(jonah, OWN)["words"])


def test_a_round_that_one_takes_back_is_gone_for_both(lived: tuple[Session, Session]) -> None:
    lived[1].withdraw("connection", "assessment-2")
    days = [row[2] for row in table_of(shown(lived[0], SHARED))][:2]
    assert days == ["10 January 2026", "9 May 2026"]
    lived[1].withdraw("connection", "assessment-1")
    assert say("ui.progress.one_round") in str(shown(lived[0], SHARED)["title"])


def test_after_parting_ones_own_page_stays_and_that_of_two_is_gone(
    lived: tuple[Session, Session], household: Household, actors: tuple[Actor, Actor]
) -> None:
    lived[1].own.unpair("jonah's passphrase")
    lived[0].refresh()
    app = App(lived[0])
    steps = [str(one.address) for one in app.pages.steps()]
    assert OWN in steps and SHARED not in steps
    page = shown(lived[0], OWN)
    assert page["figures"] and say("ui.progress.marks_none") in str(page["told"])
    assert say("ui.progress.two") not in labels(app)


def test_what_somebody_erased_leaves_no_mark_and_no_round(lived: tuple[Session, Session]) -> None:
    lived[1].own.erase("jonah's passphrase")
    lived[0].refresh()
    assert progress_together(lived[0]).empty
    page = shown(lived[0], OWN)
    assert "Gratitude" not in str(page["told"])


def test_whoever_has_no_partner_yet_finds_their_own_page_on_the_path(
    household: Household, take_part: TakePart
) -> None:
    alone = Session(household.seat_partner(household.accounts.create_couple("Ada", "ada's passphrase").actor))
    app = App(take_part(alone))
    steps = [str(one.address) for one in app.pages.steps()]
    assert OWN in steps and SHARED not in steps


def test_home_leads_to_it(lived: tuple[Session, Session]) -> None:
    app = App(lived[0])
    app.go("home")
    assert say("ui.steps.progress") in str(page_of(app).menu.parts)
    assert OWN not in [str(one.address) for one in app.pages.steps()]


def test_a_first_round_of_today_has_its_day_too(both: tuple[Session, Session], take_part: TakePart) -> None:
    """Rounds of one day are drawn evenly, and each has its mark."""
    with on_day(datetime(2026, 1, 10, tzinfo=UTC)):
        live_through(both, take_part, n_rounds=1)
    assert both[0].table.opened_at == (ROUNDS[0],)


@pytest.mark.browser
@pytest.mark.parametrize("page", [SHARED, OWN])
def test_the_page_with_its_picture_fits_a_phone_and_keeps_the_rules_of_accessibility(
    lived: tuple[Session, Session], browser: Browser, address: str, page: str
) -> None:
    with at_browser(browser, address, lived[1], page) as he:
        he.page.locator("summary").first.click()
        he.page.get_by_label(say("ui.view.choice")).select_option("connection.trust")
        he.look()
        assert [one["id"] for one in violations(he.page)] == []
        assert he.page.evaluate("document.documentElement.scrollWidth") <= 360
        drawn = he.page.locator(".chart-frame").inner_text()
        assert "Trust" in drawn and say("results.plots.marks_agreement") in drawn
        assert (FELL in he.look()) == (page == OWN)


# -- the week and its talk -----------------------------------------------------------------------------
def test_the_weekly_talk_opens_the_check_in_and_the_check_in_leads_back_and_nothing_is_shared(
    both: tuple[Session, Session], take_part: TakePart
) -> None:
    maya, jonah = (take_part(one) for one in both)
    app = App(maya)
    app.go("exercise:weekly_talk")
    press(app, say("ui.exercises.to_weekly"))
    assert str(maya.page) == "weekly"
    table, record = maya.table, jonah.service.read_audit()
    press(app, say("ui.weekly.begin"))
    items = maya.instruments["weekly"].items
    maya.save([Answer(f"w-{one.id}", maya.week, one.id, 1) for one in items])
    app.go("review:weekly.check_in")
    press(app, say("ui.weekly.to_talk"))
    assert str(maya.page) == "exercise:weekly_talk"
    jonah.refresh()
    assert jonah.table.events == table.events == () and jonah.table.publications == ()
    assert jonah.service.read_audit() == record


def test_whoever_has_no_partner_is_led_to_no_talk(household: Household, take_part: TakePart) -> None:
    alone = Session(household.seat_partner(household.accounts.create_couple("Ada", "ada's passphrase").actor))
    app = App(take_part(alone))
    app.go("weekly")
    assert say("ui.weekly.to_talk") not in labels(app)
