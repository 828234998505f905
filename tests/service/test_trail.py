"""A drawer keeps one bookmark, and nothing about the pages that are for one person alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.service.household import CHEAP, WORDS, House, answers, begin
from tests.service.test_privacy import CrashingStore
from workbook.errors import AccessError
from workbook.instruments import catalogue
from workbook.instruments.model import FreeText
from workbook.service.couple.drawers import BLOCK_OF_ROWS, Drawer
from workbook.service.couple.records import Record
from workbook.service.couple.trail import may_be_kept
from workbook.service.desks.household import Household
from workbook.service.desks.roles import PartnerService
from workbook.storage.backup import back_up, restore
from workbook.storage.sqlcipher import SqlCipherStore

KEY = bytes(range(32))
OCCASION = "assessment-1"

TRAIL = [
    Record("bookmark", f"trail-{k}", {"page": page, "occasion": OCCASION})
    for k, page in enumerate(
        (
            "introduction",
            "chapter:safety.private:1",
            "chapter:safety.private:2",
            "review:safety.private",
            "just-for-me",
            "chapter:connection.talk:2",
            "resources",
            "mood",
            "cooling:1",
            "rights:leave",
        )
    )
]
"""A trail as the workbook kept it before: one row for every page that was turned to."""
MARKS = [
    Record("mood", "mood-1", {"value": 1, "moment": "after_reveal", "occasion": OCCASION}),
    Record("setting", "seen-1", {"name": "seen.limits", "value": True}),
    Record("setting", "seen-2", {"name": f"seen.end.safety.private.{OCCASION}", "value": True}),
    Record("setting", "seen-3", {"name": "seen.just-for-me", "value": True}),
    Record("setting", "seen-4", {"name": f"seen.end.connection.talk.{OCCASION}", "value": True}),
]
KEPT = ["chapter:connection.talk:2", "seen.limits", f"seen.end.connection.talk.{OCCASION}"]


def leave_a_trail(house: House) -> None:
    """Write into Ada's drawer what an earlier version of the workbook wrote there."""
    actor = house.actors[0]
    drawer = Drawer(house.store, actor.person_id, house.local.sittings.key_of(actor))
    need = Record("own_need", "need", {"id": "needs.own.k3fz", "text": "to read"})
    house.store.write(drawer.as_rows([*TRAIL, *MARKS, need]))


def told(service: PartnerService) -> list[str]:
    """Return the pages and names that the drawer still holds about where somebody was."""
    kinds = ("bookmark", "mood", "setting")
    return [
        str(event.payload.get("page") or event.payload.get("name") or event.payload["value"])
        for event in service.read_events(kinds)
    ]


def payloads(store: Any, house: House) -> list[bytes | None]:
    return [row.payload for row in store.read(f"drawer/{house.actors[0].person_id}")]


def test_an_earlier_versions_trail_is_destroyed_at_the_next_sitting() -> None:
    house = begin()
    leave_a_trail(house)
    before = payloads(house.store, house)
    service, _actor = house.a
    assert told(service) == KEPT
    assert [event.payload["text"] for event in service.read_events(["own_need"])] == ["to read"]
    after = payloads(house.store, house)
    assert sum(payload is not None for payload in after[: len(before)]) == 1, "the need; the rest has moved"
    assert len(after) == BLOCK_OF_ROWS


def test_an_answered_private_question_is_kept() -> None:
    house = begin()
    leave_a_trail(house)
    service, actor = house.a
    service.save_answers(answers(1, instrument="safety"))
    house.local.sittings.end(actor.sitting_id)
    again = house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    house.local.seat_partner(again).private_copy(WORDS["Ada"], "ask")
    drawer = Drawer(house.store, actor.person_id, house.local.sittings.key_of(again))
    kinds = [record.kind for record in drawer.records() if record.after is not None]
    n_questions = len(catalogue()["safety"].items)
    assert (kinds.count("answer"), kinds.count("private_copy")) == (n_questions, 1)


@pytest.mark.parametrize("n_writes", range(3))
def test_interrupted_tidying_is_completed_at_the_next_sitting(n_writes: int) -> None:
    store = CrashingStore()
    house = begin(store)
    leave_a_trail(house)
    service, _actor = house.a
    store.left = n_writes
    try:
        service.read_events()
    except KeyboardInterrupt:
        store.left = None
    store.left = None
    again = Household(store, cost=CHEAP)
    assert told(again.seat_partner(again.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))) == KEPT


def test_tidying_is_idempotent() -> None:
    house = begin()
    leave_a_trail(house)
    service, _actor = house.a
    told(service)
    standing = payloads(house.store, house)
    again = Household(house.store, cost=CHEAP)
    assert told(again.seat_partner(again.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))) == KEPT
    assert payloads(house.store, house)[: len(standing)] == standing


def test_restoring_an_older_backup_does_not_restore_a_trail(tmp_path: Path) -> None:
    data, stick = tmp_path / "data", tmp_path / "stick"
    data.mkdir(mode=0o700)
    stick.mkdir()
    house = begin(SqlCipherStore(data, KEY, tmp_path / "erased"))
    leave_a_trail(house)
    made = back_up(data, KEY, stick)
    told(house.a[0])
    house.local.close()
    restore(made, data, KEY, tmp_path / "erased")
    store = SqlCipherStore(data, KEY, tmp_path / "erased")
    n_rows = len(TRAIL) + len(MARKS) + 1
    assert sum(payload is not None for payload in payloads(store, house)[:n_rows]) == len(KEPT) + 1
    again = Household(store, cost=CHEAP)
    assert told(again.seat_partner(again.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))) == KEPT
    store.close()


def test_keeping_a_bookmark_destroys_the_one_before() -> None:
    house = begin()
    service, actor = house.a
    for page in ("introduction", "limits", "chapter:connection.talk:1"):
        service.add_event("bookmark", {"page": page, "occasion": OCCASION}, operation_id=page)
    assert told(service) == ["chapter:connection.talk:1"]
    assert house.store.read(f"drawer/{actor.person_id}") == [], "none of them ever was a row"
    with pytest.raises(AccessError):
        service.add_event("bookmark", {"page": "limits", "occasion": OCCASION}, operation_id="limits")
    assert told(service) == ["chapter:connection.talk:1"], "what is refused destroys nothing"


def test_a_bookmark_and_the_end_of_the_one_before_are_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second write would empty the store's write-ahead log once more, at every page turn."""
    house = begin()
    service, _actor = house.a
    service.add_event("bookmark", {"page": "introduction"})
    written: list[object] = []
    write = house.store.write
    monkeypatch.setattr(house.store, "write", lambda *a, **k: (written.append(k), write(*a, **k))[1])
    service.add_event("bookmark", {"page": "limits"})
    assert len(written) == 1 and told(service) == ["limits"]


def test_a_concurrent_bookmark_of_another_sitting_is_destroyed_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = begin()
    service, actor = house.a
    drawer = Drawer(house.store, actor.person_id, house.local.sittings.key_of(actor))
    add = Drawer.add

    def late(self: Drawer, *args: Any, **named: Any) -> list[Record]:
        if self is not drawer:
            drawer.add([Record("bookmark", "other", {"page": "results"})])
        return add(self, *args, **named)

    monkeypatch.setattr(Drawer, "add", late)
    service.add_event("bookmark", {"page": "limits"})
    assert told(service) == ["limits"]


def test_a_retried_bookmark_is_kept_once() -> None:
    service, _actor = begin().a
    place = {"page": "limits", "occasion": OCCASION}
    first = service.add_event("bookmark", place, operation_id="once")
    assert service.add_event("bookmark", place, operation_id="once") == first
    assert told(service) == ["limits"]


def test_a_personal_export_contains_no_bookmark() -> None:
    service, _actor = begin().a
    service.add_event("bookmark", {"page": "results", "occasion": OCCASION})
    assert service.my_data()["events"] == []


REFUSED = [
    *[("bookmark", {"page": record.payload["page"], "occasion": OCCASION}) for record in TRAIL[1:5]],
    *[("bookmark", {"page": page}) for page in ("resources", "mood", "cooling:1", "rights", "rights:leave")],
    *[
        ("bookmark", {"page": page})
        for page in ("sharing", "research", "a-page-of-tomorrow", "chapter:gone:1")
    ],
    ("bookmark", {"page": "home", "chapter": "safety.private"}),
    *[("setting", {"name": f"seen.{name}", "value": True}) for name in ("just-for-me", "resources", "mood")],
    ("setting", {"name": f"seen.end.safety.private.{OCCASION}", "value": True}),
    ("setting", {"name": "a-setting-of-tomorrow", "value": True}),
    ("setting", {"name": "week", "value": "chapter:safety.private"}),
    ("setting", {"name": "occasion", "value": "felt unsafe"}),
    ("setting", {"name": "seen.limits", "value": "chapter:safety.private"}),
    ("mood", {"value": 1}),
    ("consent", {"text": "safety", "text_hash": "0" * 64, "agreed": True}),
]


@pytest.mark.parametrize(("kind", "payload"), REFUSED)
def test_the_service_stores_no_trail_from_any_sender(kind: str, payload: dict[str, Any]) -> None:
    """An unknown future page leaves no trail either."""
    house = begin()
    service, _actor = house.a
    service.read_events()
    before = payloads(house.store, house)
    with pytest.raises(AccessError):
        service.add_event(kind, payload)
    assert payloads(house.store, house) == before


def test_free_text_for_private_questions_is_refused() -> None:
    """No packaged questionnaire asks for any; one that did would get none into the drawer."""
    words = FreeText("safety.words", "In your own words", 200)
    bank = {**catalogue(), "safety": replace(catalogue()["safety"], free_text=(words,))}
    house = begin()
    local = Household(house.store, instruments=bank, cost=CHEAP)
    actor = local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
    with pytest.raises(AccessError):
        local.seat(actor).add_event("free_text", {"field": "safety.words", "text": "afraid"})


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("bookmark", {"page": "home", "occasion": OCCASION}),
        ("bookmark", {"page": "chapter:connection.talk:3"}),
        ("bookmark", {"page": "review:connection.talk"}),
        ("bookmark", {"page": "exercise:request:kept"}),
        ("setting", {"name": "seen.results", "value": True}),
        ("setting", {"name": f"seen.end.connection.talk.{OCCASION}", "value": True}),
        ("setting", {"name": "seen.end.weekly.check_in.week-3", "value": True}),
        ("setting", {"name": "occasion", "value": "assessment-2"}),
        ("setting", {"name": "week", "value": 3}),
        ("consent", {"text": "consent", "text_hash": "0" * 64, "agreed": True}),
        ("free_text", {"field": "weekly.gratitude", "text": "tea"}),
    ],
)
def test_ordinary_events_are_kept(kind: str, payload: dict[str, Any]) -> None:
    service, _actor = begin().a
    assert service.add_event(kind, payload).payload == payload
    assert may_be_kept(kind, payload, catalogue())


def test_retired_event_kinds_are_still_read_and_exported() -> None:
    house = begin()
    note = {"exercise": "request", "text": "ask on Sunday", "state": "open"}
    actor = house.actors[0]
    drawer = Drawer(house.store, actor.person_id, house.local.sittings.key_of(actor))
    drawer.add([Record("exercise_note", "of-before", note)])
    service, _ = house.a
    assert [event.payload for event in service.read_events()] == [note]
    assert [row["text"] for row in service.my_data()["events"]] == ["ask on Sunday"]
    with pytest.raises(AccessError):
        service.add_event("exercise_note", note)
