"""Two worlds (noninterference): one person used every private page, the other none.

What each takes with them, and the rows of each drawer, are the same to the letter.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

from tests.ui.conftest import CHEAP
from workbook.address import Address, at
from workbook.content.document import consent_hash
from workbook.instruments import catalogue
from workbook.service.couple import bundle, drawers, trail
from workbook.service.couple.drawers import Drawer
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer
from workbook.service.identity.sittings import Sittings
from workbook.session import Session
from workbook.storage import memory
from workbook.storage.memory import MemoryStore
from workbook.ui.app import App
from workbook.ui.pages import PAGES

PASSPHRASE = "maya's passphrase"
PRIVATE = next(one for one in catalogue().values() if one.is_private)


class _Noon(datetime):
    """A stopped clock, so that only stored data can differ."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # noqa: ARG003
        return datetime(2026, 11, 28, 12, tzinfo=UTC)


@contextmanager
def moved_in() -> Iterator[tuple[MemoryStore, Household, App]]:
    """Yield Maya's pages, with Jonah as her partner and a stopped clock."""
    with (
        mock.patch.object(memory, "datetime", _Noon),
        mock.patch.object(drawers, "datetime", _Noon),
        mock.patch.object(bundle, "datetime", _Noon),
    ):
        store, forever = MemoryStore(), float("inf")
        household = Household(store, sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP)
        actor = household.accounts.create_couple("Maya", PASSPHRASE).actor
        session = Session(household.seat_partner(actor))
        app = App(session)
        session.mark_seen("introduction")
        session.mark_seen("limits")
        session.agree("consent", consent_hash(), agreed=True)
        yield store, household, app
        household.close()


def go_through_all_that_is_for_one_alone(household: Household, app: App) -> None:
    """Go through the private questions, the help pages, a low mood, and the copy of the answers."""
    session, chapter = app.session, PRIVATE.chapters[0].id
    for page in (
        "just-for-me",
        "resources",
        "sharing",
        "rights",
        "rights:leave",
        "rights:erase",
        "rights:data",
    ):
        app.go(page)
    for number, items in enumerate(session.screens(chapter), start=1):
        app.go(f"chapter:{chapter}:{number}")
        session.save(
            [Answer(f"op-{item.id}", session.occasion, item.id, item.scale.highest) for item in items]
        )
    for page in (f"review:{chapter}", "just-for-me", "resources"):
        app.go(page)
    feel(app, "1")
    for page in ("just-for-me", f"chapter:{chapter}"):
        app.go(page)
    for wish in ("ask", "cancel", "ask"):
        household.seat_partner(session.actor).private_copy(PASSPHRASE, wish)


def feel(app: App, value: str) -> None:
    """Say how one feels after looking, as a press of the page's first button does."""
    app.go("mood")
    page: Any = app._open
    page.choice.value = value
    page._row.press("b0")


def world(*, alone: bool) -> tuple[str, list[tuple[str, dict[str, Any]]], str]:
    """Return Maya's export, her drawer's rows except private answers, and where she resumes."""
    with moved_in() as (store, household, app):
        session = app.session
        app.go("chapter:connection.talk")
        items = sorted(item.id for item in session.items("connection.talk"))
        session.save([Answer(f"op-{item}", session.occasion, item, 3) for item in items])
        app.go("results")
        if alone:
            go_through_all_that_is_for_one_alone(household, app)
        resumed = Session(session.service)
        assert not App(resumed).trouble.blocks, "a reload leads somewhere, and without an error"
        app.go("home")
        told = json.dumps(session.own.my_data(), sort_keys=True, ensure_ascii=False)
        drawer = Drawer(store, session.actor.person_id, household.sittings.key_of(session.actor))
        rows = [
            (record.kind, record.payload)
            for record in drawer.records()
            if record.kind != "private_copy" and record.payload.get("instrument") != PRIVATE.id
        ]
        return told, rows, str(resumed.page)


def test_a_personal_export_reveals_no_private_page_help_or_mood() -> None:
    """Neither do the drawer's rows, its bookmark, or the page a reload opens."""
    assert world(alone=True) == world(alone=False)


def test_the_test_above_fails_once_every_page_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the bookmarks of before, one for each page, with nothing forgotten."""
    for module in ("workbook.service.couple.trail", "workbook.session.sitting"):
        monkeypatch.setattr(f"{module}.is_place", lambda *_: True)
    assert world(alone=True)[1:] != world(alone=False)[1:], (
        "already in the drawer's rows, and where it resumes"
    )
    monkeypatch.setattr("workbook.service.erasing.rights.UNTOLD", ())
    monkeypatch.setattr(bundle, "ONLY_ONE", ())
    with_trail, without = world(alone=True)[0], world(alone=False)[0]
    assert "just-for-me" in with_trail and f"review:{PRIVATE.chapters[0].id}" in with_trail
    assert with_trail != without


def test_the_mood_is_forgotten_after_the_page_that_needs_it() -> None:
    with moved_in() as (_store, _household, app):
        feel(app, "1")
        assert app.session.page == at("cooling"), "not even an address says how somebody feels"
        low = [block for block in app._open.words.blocks if block.get("tone") == "care"]
        assert low, "who feels low is told where to turn"
        app.session.refresh("drawer")
        assert [block for block in app._open.words.blocks if block.get("tone") == "care"] == low
        app.go("home")
        app.go("cooling")
        assert not [block for block in app._open.words.blocks if block.get("tone") == "care"]


def test_after_the_private_questions_a_reload_resumes_at_the_last_ordinary_page(
    household: Household, maya: Session
) -> None:
    app = App(maya)
    app.go("limits")
    for page in (f"chapter:{PRIVATE.chapters[0].id}:2", "just-for-me", "resources"):
        app.go(page)
        assert Session(maya.service).page == at("limits")


def test_without_another_page_a_session_resumes_at_home(household: Household, maya: Session) -> None:
    App(maya).go("just-for-me")
    again = Session(maya.service)
    assert (again.page, again.events) == (at("home"), [])


def test_the_list_of_pages_without_a_trail_is_complete() -> None:
    """A new page leaves no trail until it is named in `workbook.service.couple.trail`."""
    addresses = [page.kind for page in PAGES if page.kind not in ("chapter", "review")]
    addresses += [
        f"{kind}:{chapter.id}"
        for kind in ("chapter", "review")
        for one in catalogue().values()
        for chapter in one.chapters
    ]
    silent = {page for page in addresses if not trail.is_place(Address.read(page), catalogue())}
    private = {f"{kind}:{chapter.id}" for kind in ("chapter", "review") for chapter in PRIVATE.chapters}
    assert silent - private == {
        "mood",
        "cooling",
        "take-along",
        "ledger",
        "this-week",
        "progress",
        "progress-own",
        "calendar",
        "room",
        "in-session",
        "therapist",
        "just-for-me",
        "resources",
        "sharing",
        "rights",
        "research",
        "decide",
    }
    assert private <= silent
