"""The session without any widget: page states, verbs, and changes reported by the service."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.ui.conftest import status
from workbook.address import at
from workbook.content import say
from workbook.content.document import consent_hash
from workbook.errors import AnswerError
from workbook.service.desks.household import Household
from workbook.service.formats.values import Actor, Answer
from workbook.session import MOST_PER_SCREEN, Session
from workbook.sharing import Grain
from workbook.ui.app import App

TALK_CHAPTER = "connection.talk"


def test_the_session_loads_no_widgets() -> None:
    """A session can run where no browser is: importing it loads neither ipywidgets nor plotly."""
    code = "import sys, workbook.session; print({'ipywidgets', 'plotly'} & {name.partition('.')[0] for name in sys.modules})"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.strip() == "set()"


def test_chapters_are_locked_until_the_person_consents(
    maya: Session, take_part: Callable[[Session], Session]
) -> None:
    assert status(maya, f"chapter:{TALK_CHAPTER}") == "locked"
    take_part(maya)
    assert status(maya, f"chapter:{TALK_CHAPTER}") == "open"


def test_the_consent_is_kept_with_the_hash_of_its_words(
    maya: Session, take_part: Callable[[Session], Session]
) -> None:
    take_part(maya)
    kept = [event.payload for event in maya.events if event.kind == "consent"]
    assert kept == [{"text": "consent", "text_hash": consent_hash(), "agreed": True}]


def test_consent_taken_back_locks_the_chapters_again(
    maya: Session, take_part: Callable[[Session], Session]
) -> None:
    take_part(maya)
    maya.agree("consent", consent_hash(), agreed=False)
    assert status(maya, f"chapter:{TALK_CHAPTER}") == "locked"


def test_a_chapter_is_under_way_after_one_answer_and_complete_after_all(
    maya: Session, take_part: Callable[[Session], Session]
) -> None:
    take_part(maya)
    items = maya.items(TALK_CHAPTER)
    maya.save([Answer("op-first", maya.occasion, items[0].id, 2)])
    assert status(maya, f"chapter:{TALK_CHAPTER}") == "under-way"
    maya.save(
        [Answer(f"op-{k}", maya.occasion, item.id, None, declined=True) for k, item in enumerate(items[1:])]
    )
    assert status(maya, f"chapter:{TALK_CHAPTER}") == "complete"
    assert maya.minutes_left(TALK_CHAPTER) == 0


def test_no_screen_has_more_than_seven_questions_and_every_item_is_asked_once(maya: Session) -> None:
    for chapter_id, (_instrument, chapter) in maya.chapters.items():
        screens = maya.screens(chapter_id)
        assert max(len(screen) for screen in screens) <= MOST_PER_SCREEN
        assert sorted(item.id for screen in screens for item in screen) == sorted(chapter.items)


def test_the_order_is_stable_for_a_person_and_differs_between_people(
    household: Household, maya: Session, jonah: Session
) -> None:
    again = Session(maya.service)
    assert [item.id for item in maya.items(TALK_CHAPTER)] == [item.id for item in again.items(TALK_CHAPTER)]
    assert [item.id for item in maya.items(TALK_CHAPTER)] != [item.id for item in jonah.items(TALK_CHAPTER)]


def test_a_new_session_resumes_where_the_person_was(household: Household, maya: Session) -> None:
    maya.go(at("limits"))
    assert Session(maya.service).page == at("limits")


def test_a_new_occasion_starts_empty_and_leaves_the_old_answers(
    maya: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]
) -> None:
    take_part(maya)
    answer_all(maya)
    maya.begin_occasion()
    assert (maya.occasion, maya.n_answered(TALK_CHAPTER)) == ("assessment-2", 0)
    assert maya.n_answered(TALK_CHAPTER, "assessment-1") == len(maya.items(TALK_CHAPTER))


def test_a_refused_answer_changes_nothing(maya: Session, take_part: Callable[[Session], Session]) -> None:
    take_part(maya)
    with pytest.raises(AnswerError):
        maya.save([Answer("op-1", maya.occasion, maya.items(TALK_CHAPTER)[0].id, 99)])
    assert maya.n_answered(TALK_CHAPTER) == 0


@pytest.mark.parametrize("grain", [None, Grain.NOTHING, Grain.SCORES, Grain.ANSWERS])
def test_nothing_of_the_partner_shows_before_both_decided(
    grain: Grain | None,
    maya: Session,
    jonah: Session,
    take_part: Callable[[Session], Session],
    answer_all: Callable[..., None],
) -> None:
    """Whatever Jonah did or decided, Maya's pages have the same states."""
    take_part(maya)
    before = {page: status(maya, page) for page in ("together", "share", "results", "view:profile")}
    take_part(jonah)
    answer_all(jonah)
    if grain is not None:
        jonah.decide("connection", grain)
    maya.refresh()
    assert {page: status(maya, page) for page in before} == before
    assert before["together"] == "locked"


def test_two_decisions_open_the_joint_page(
    maya: Session, jonah: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]
) -> None:
    for session in (maya, jonah):
        take_part(session)
        answer_all(session)
        session.decide("connection", Grain.SCORES)
    maya.refresh()
    assert status(maya, "together") == "open"
    jonah.withdraw("connection", jonah.occasion)
    maya.refresh()
    assert status(maya, "together") == "locked"


def test_changes_reported_on_a_service_thread_reach_the_event_loop(
    household: Household, actors: tuple[Actor, Actor], take_part: Callable[[Session], Session]
) -> None:
    async def sit() -> int:
        session = Session(household.seat_partner(actors[0]))
        seen: list[object] = []
        session.observe(seen.append, "revision")
        await asyncio.to_thread(session.own.add_event, "setting", {"name": "seen.limits", "value": True})
        for _ in range(100):
            await asyncio.sleep(0.01)
            if seen:
                break
        assert session.has_seen("limits")
        return len(seen)

    # On a thread of its own: a browser that another test keeps open has this thread's event loop.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, sit()).result() >= 1


def test_an_error_while_handling_a_change_is_shown_and_logged(
    household: Household,
    actors: tuple[Actor, Actor],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The event loop would swallow it, and the person would see nothing."""

    def fail() -> None:
        raise KeyError("the answer was 4")

    async def sit() -> str:
        app = App(Session(household.seat_partner(actors[0])))
        monkeypatch.setattr(app.session.service, "read_events", fail)
        await asyncio.to_thread(app.session.own.add_event, "setting", {"name": "week", "value": 2})
        for _ in range(100):
            await asyncio.sleep(0.01)
            if app.trouble.blocks:
                break
        return str(app.trouble.blocks)

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(asyncio.run, sit()).result()
    assert say("ui.trouble.unknown") in told
    assert "KeyError" in caplog.text and "answer was 4" not in caplog.text


def test_constructing_a_session_fires_no_trait_change(
    household: Household, actors: tuple[Actor, Actor]
) -> None:
    """Resuming at a page sets it silently: an observer added afterwards is not notified."""
    Session(household.seat_partner(actors[0])).go(at("limits"))
    resumed = Session(household.seat_partner(actors[0]))
    seen: list[object] = []
    resumed.observe(seen.append, "page")
    assert (resumed.page, seen) == (at("limits"), [])


def test_private_questions_show_no_progress(maya: Session) -> None:
    chapter = maya.instruments["safety"].chapters[0].id
    maya.save([Answer("op-private", maya.occasion, maya.items(chapter)[0].id, 1)])
    assert status(maya, f"chapter:{chapter}") == "open"
    assert maya.n_answered(chapter) == 0


def test_an_own_need_is_asked_about_like_the_others(
    maya: Session, take_part: Callable[[Session], Session]
) -> None:
    take_part(maya)
    maya.add_need("Time alone with music")
    asked = [item for item in maya.items("needs.importance") if "Time alone with music" in item.text]
    assert maya.save([Answer("op-own", maya.occasion, asked[0].id, 4)]) == ["op-own"]
    maya.remove_need(*next(iter(maya.own_needs.items())))
    assert not any("Time alone with music" in item.text for item in maya.items("needs.importance"))


def test_results_are_worked_out_again_only_when_something_changed(
    maya: Session, take_part: Callable[[Session], Session], answer_all: Callable[..., None]
) -> None:
    take_part(maya)
    answer_all(maya)
    made: list[int] = []
    for _ in range(2):
        maya.once("own", (maya.responses,), lambda: made.append(1))
        maya.note("setting", name="week", value=4)
    assert len(made) == 1
    answer_all(maya, "skills")
    maya.once("own", (maya.responses,), lambda: made.append(1))
    assert len(made) == 2


@pytest.mark.parametrize("gone", ["own:heat_map", "own:needs_map", "earlier-view:assessment-1:heat_map"])
def test_a_kept_place_that_is_gone_leads_home_and_not_to_a_dead_end(
    household: Household,
    maya: Session,
    take_part: Callable[[Session], Session],
    answer_all: Callable[..., None],
    gone: str,
) -> None:
    """A view may have been replaced by another since; whoever stopped there has to come in all the same."""
    take_part(maya)
    answer_all(maya)
    maya.own.add_event("bookmark", {"page": gone, "occasion": "assessment-1"})
    app = App(Session(household.seat_partner(maya.actor)))
    assert app.session.page == at("home")
    assert app.trouble.blocks == []
