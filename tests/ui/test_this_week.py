"""A week of two: what both said yes to has its day there, what waits and the check-in beside it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import vobject

from tests.ui.test_ledger import propose
from tests.ui.test_question import labels, page_of, press
from workbook.content import say
from workbook.session import Session
from workbook.session.own_day import own_today
from workbook.ui.app import App
from workbook.ui.dates import calendar_of


@pytest.fixture
def two(maya: Session, jonah: Session, take_part: Callable[[Session], Session]) -> tuple[App, App]:
    return App(take_part(maya)), App(take_part(jonah))


def plan(app: App, days: float, what: str = "A walk") -> str:
    at = (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%MZ")
    return app.session.act("our_plan.planned", {"what": what, "at": at, "exercise": ""}).operation_id


def parts(app: App) -> dict[str, list[str]]:
    """Return the titles of the lines of a week, by heading."""
    app.session.refresh("table")
    app.go("home")
    app.go("this-week")
    return {part["title"]: [one["title"] for one in part["steps"]] for part in page_of(app).menu.parts}


def week(key: str) -> str:
    return say(f"ui.this-week.{key}")


def test_a_step_waits_for_the_other_and_has_its_day_once_both_said_yes(two: tuple[App, App]) -> None:
    maya, jonah = two
    check_in = {week("check_in"): [say("ui.steps.weekly")]}
    assert parts(maya) == check_in
    assert say("ui.this-week.empty") in str(page_of(maya).words.blocks)
    step = plan(maya, 3)
    assert parts(maya) == check_in
    assert parts(jonah) == {week("waiting"): ["A walk"]} | check_in
    jonah.session.act("our_plan.joined", {"step": step})
    for app in two:
        assert parts(app) == {week("planned"): ["A walk"]} | check_in
        assert week("calendar") in labels(app)


def test_what_is_further_than_a_week_away_is_not_of_this_week(two: tuple[App, App]) -> None:
    step = plan(two[0], 9)
    two[1].session.act("our_plan.joined", {"step": step})
    assert week("planned") not in parts(two[0])


def test_how_it_was_is_hidden_until_both_have_said_it_and_gone_with_what_comes_next(
    two: tuple[App, App],
) -> None:
    maya, jonah = two
    step = plan(maya, -0.1)
    jonah.session.act("our_plan.joined", {"step": step})
    maya.session.act("our_plan.looked_back", {"step": step, "went": "not_done", "felt": "hard"})
    jonah.session.refresh("table")
    assert "not_done" not in str(jonah.session.table)
    jonah.session.act("our_plan.looked_back", {"step": step, "went": "done", "felt": "good"})
    jonah.go(f"exercise:our_plan:{step}")
    assert say("exercises.our_plan.told.not_done_hard", name="Maya") in str(page_of(jonah).about.blocks)
    jonah.session.act("our_plan.gone_on", {"step": step, "next": "smaller"})
    maya.session.refresh("table")
    for app in two:
        assert "looked_back" not in str(app.session.table.events)
        assert "looked_back" not in str(app.session.service.read_audit())


def test_an_exercise_leads_to_a_day_of_its_own(two: tuple[App, App]) -> None:
    maya, _ = two
    maya.go("exercise:small_gestures")
    press(maya, say("ui.exercises.plan"))
    what = page_of(maya).fields.children[0]
    assert str(maya.session.page) == "exercise:our_plan:plan:small_gestures" and what.value


def test_both_take_the_same_dates_along_and_are_told_first_who_sees_them(two: tuple[App, App]) -> None:
    maya, jonah = two
    step, found = plan(maya, 2), propose(maya, 5)
    jonah.session.act("our_plan.joined", {"step": step})
    jonah.session.act("agreement.answered", {"agreement": found, "answer": "yes"})
    files = []
    for app in two:
        app.session.refresh("table")
        app.go("calendar")
        told = str(page_of(app).words.blocks)
        assert say("ui.calendar.seen") in told and say("ui.calendar.keeps") in told
        files.append(calendar_of(app.session))
    names = [[one.summary.value for one in vobject.readOne(text).vevent_list] for text in files]
    assert names == [[say("ui.calendar.time"), say("ui.calendar.look_back")]] * 2
    ids = [{one.uid.value for one in vobject.readOne(text).vevent_list} for text in files]
    assert ids[0] == ids[1]
    assert not any(word in files[0] for word in ("walk", "Tea", "Maya", "Jonah"))


@pytest.mark.parametrize("right", ["unpair", "leave", "erase"])
def test_whoever_leaves_is_offered_to_take_the_dates_off_and_none_is_made_by_itself(
    two: tuple[App, App], right: str
) -> None:
    maya, jonah = two
    maya.go(f"rights:{right}")
    assert say("ui.calendar.cancel_title") not in str(
        [getattr(one, "blocks", "") for one in page_of(maya).place.children]
    )
    step = plan(maya, 2)
    jonah.session.act("our_plan.joined", {"step": step})
    maya.session.refresh("table")
    maya.go("home"), maya.go(f"rights:{right}")
    shown = page_of(maya).place.children
    assert say("ui.calendar.cancel_text") in str([getattr(one, "blocks", "") for one in shown])
    (file,) = [one for one in shown if getattr(one, "media", "") == "text/calendar"]
    assert file.content == "", "only a press makes it"
    file._handle_custom_msg({"press": "fetch"}, [])
    assert "STATUS:CANCELLED" in file.content


def test_a_custom_of_every_week_stands_on_its_next_day_and_comes_again_in_the_file(
    two: tuple[App, App],
) -> None:
    maya, jonah = two
    first = (own_today() - timedelta(days=9)).isoformat()
    custom = {"sort": "custom", "what": "Pancakes", "rhythm": "week", "day": first, "skipped_when": ""}
    found = maya.session.act("new_traditions.proposed", custom).operation_id
    assert week("planned") not in parts(maya)
    jonah.session.act("new_traditions.answered", {"custom": found, "answer": "yes"})
    assert parts(maya)[week("planned")] == ["Pancakes"]
    days = [one.dtstart.value for one in vobject.readOne(calendar_of(maya.session)).vevent_list]
    assert days[0] == own_today() + timedelta(days=5)
    assert len(days) == 12 and {(later - day).days for day, later in pairwise(days)} == {7}


def test_a_weekly_talk_has_its_day_once_both_said_yes(two: tuple[App, App]) -> None:
    maya, jonah = two
    planned = {"deck": "values", "place": "walk", "day": own_today().isoformat()}
    talk = maya.session.act("weekly_talk.planned", planned).operation_id
    assert week("planned") not in parts(maya)
    jonah.session.act("weekly_talk.answered", {"talk": talk, "answer": "yes", "day": ""})
    assert len(parts(maya)[week("planned")]) == 1
