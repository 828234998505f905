"""A household with decisions, publications and research copies from before items were held back."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest import mock

from tests.service.before_cells import as_before_cells, waits
from tests.service.household import CHEAP, OCCASION, STUDY, WORDS, House, answers, begin, copy_of, opened
from tests.service.research_contract import AGREED, give
from tests.service.test_privacy import CrashingStore
from workbook.instruments import Instrument, catalogue
from workbook.service.couple import rounds, tables
from workbook.service.couple.tables import table_log
from workbook.service.couple.waiting import pending_log
from workbook.service.desks.household import Household
from workbook.service.formats.publications import publication_to_json
from workbook.service.formats.values import Answer
from workbook.service.studies import given as research
from workbook.service.studies import study
from workbook.service.studies.blob import research_log
from workbook.sharing import Grain
from workbook.storage.base import Store

HELD = {name for one in catalogue().values() for name in one.held_back}
TOUCHED = {s.id for one in catalogue().values() for s in one.subscales if one.held_back & set(s.items)}
PARTS = ("connection", "warning_signs", "needs")
Did = Callable[[House], None]


def without_holding(instrument: Instrument) -> Instrument:
    items = tuple(dataclasses.replace(item, never_published="") for item in instrument.items)
    return dataclasses.replace(instrument, items=items)


@contextmanager
def before_anything_was_held_back() -> Iterator[None]:
    """Patch the workbook to how it was: every item is published, and no publication names a rule."""
    known = {name: without_holding(one) for name, one in catalogue().items()}

    def written(publication: Any) -> dict[str, Any]:
        content = publication_to_json(publication)
        del content["rule"]
        return content

    with (
        mock.patch("workbook.service.desks.household.catalogue", return_value=known),
        mock.patch.object(study, "edition", return_value=known),
        mock.patch.object(rounds, "publication_to_json", written),
        mock.patch.object(tables, "publication_to_json", written),
        mock.patch.object(research, "publication_to_json", written),
    ):
        yield


def old_house(did: Did, store: Store | None = None) -> House:
    """A household in which all this happened before the change."""
    with before_anything_was_held_back():
        return new_house(did, store)


def new_house(did: Did, store: Store | None = None) -> House:
    house = begin(store)
    answer_all(house)
    did(house)
    return house


def answer_all(house: House) -> None:
    """Answer everything as both; Ada leaves some items out, so that the two sides differ."""
    for (service, _actor), value in ((house.a, 1), (house.b, 3)):
        service.add_event("consent", AGREED)
        given = [answer for part in (*PARTS, "background") for answer in answers(value, instrument=part)]
        service.save_answers(given)
    left_out = [
        Answer(f"declined-{item}", OCCASION, item, None, declined=True)
        for item in ("connection.open_talk.1", "warning_signs.trust_broken.3", "needs.seen.met")
    ]
    house.local.seat(house.actors[0]).save_answers(left_out)


def started(house: House) -> House:
    """The same store at the next start, both signed in again."""
    local = Household(house.store, cost=CHEAP, study=STUDY)
    actors = tuple(local.accounts.sign_in(house.code, name, word) for name, word in WORDS.items())
    for actor in actors:
        local.seat_partner(actor).read_table()  # what lies there is made good before anything is read
    return House(local, house.store, house.clock, house.code, house.recovery, actors)  # type: ignore[arg-type]


def decide(house: House, who: int, grain: Grain) -> None:
    for part in PARTS:
        house.local.seat(house.actors[who]).decide(part, OCCASION, grain)


def one_waits(grain: Grain) -> Did:
    return lambda house: decide(house, 0, grain)


def both_open(mine: Grain, yours: Grain) -> Did:
    def did(house: House) -> None:
        decide(house, 0, mine)
        decide(house, 1, yours)

    return did


def one_gave(grain: Grain) -> Did:
    return lambda house: give(house.a, grain)


def in_rows(did: Did) -> Did:
    """Have the same done by a version that had no cells yet."""

    def done(house: House) -> None:
        did(house)
        as_before_cells(house)

    return done


ALL_THAT_WAS: dict[str, Did] = {
    "one waits at scores": one_waits(Grain.SCORES),
    "one waits at scores, in rows": in_rows(one_waits(Grain.SCORES)),
    "one waits at answers, in rows": in_rows(one_waits(Grain.ANSWERS)),
    "one waits at answers": one_waits(Grain.ANSWERS),
    "open at scores": both_open(Grain.SCORES, Grain.ANSWERS),
    "open at answers": both_open(Grain.ANSWERS, Grain.ANSWERS),
    "given at scores": one_gave(Grain.SCORES),
    "given at answers": one_gave(Grain.ANSWERS),
}


@cache
def _was(what: str) -> House:
    return old_house(ALL_THAT_WAS[what])


def as_it_was(what: str) -> House:
    """A household of its own with the same rows each time: to make them takes a second."""
    made, store = _was(what), CrashingStore()
    kept: Any = made.store
    store._logs = {name: list(rows) for name, rows in kept._logs.items()}
    store._by_operation = dict(kept._by_operation)
    store._cells = dict(kept._cells)
    return dataclasses.replace(made, store=store)


@cache
def whole(what: str) -> list[Any]:
    """Return what Ben reads once he has decided too, if no start was interrupted."""
    house = started(as_it_was(what))
    decide(house, 1, Grain.ANSWERS)
    return lies_open(house)


def logs(house: House) -> list[str]:
    couple_id = house.actors[0].couple_id
    people = [research_log(actor.person_id) for actor in house.actors]
    return [table_log(couple_id), pending_log(couple_id), *people]


def publications(house: House) -> list[dict[str, Any]]:
    """Return every publication in any row or cell outside the drawers, as plain JSON."""
    found = []
    for log in logs(house):
        name, _, person_id = log.partition("/")
        contents: list[dict[str, Any]]
        if name == "research":
            contents = [copy_of(house.store, person_id) or {}]
        else:
            contents = [json.loads(row.payload or b"{}") for row in opened(house.store, log)]
        for content in contents:
            found += [one for one in (content, *content.get("publications", ())) if "responses" in one]
    return [*found, *waits(house)]


def held_back_in(house: House) -> list[str]:
    """Return the held-back items stored there, and the scores that count one."""
    found = []
    for one in publications(house):
        found += [item for item in one["responses"]["item"] if item in HELD]
        scores = one["scores"]
        n_shown = {s.id: len(s.items) for s in catalogue()[one["instrument"]].as_published.subscales}
        found += [
            name
            for name, n in zip(scores["subscale"], scores["n_answered"], strict=True)
            if n > n_shown.get(name, 0)
        ]
    return found


def lies_open(house: House) -> list[Any]:
    """Return the table as Ben reads it, with places instead of people."""
    place = {actor.person_id: "ab"[k] for k, actor in enumerate(house.actors)}
    return [
        json.dumps(publication_to_json(one), sort_keys=True)
        .replace(one.person_id, place[one.person_id])
        .replace(one.couple_id, "c")
        for one in sorted(
            house.local.seat(house.actors[1]).read_table().publications,
            key=lambda one: (one.instrument, place[one.person_id]),
        )
    ]
