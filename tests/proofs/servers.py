"""Two services over one store without a shared lock: each act of one interleaved with each of the other.

Ada has a sitting at each of two services, as at two servers; Ben has one at the second. Every act of Ada's
at the first is cut in before the store is asked for its write (later rounds: before any call), and there
one of theirs at the second is done whole. Afterwards nothing is left of somebody who was erased, no couple
has three members, a round is open with both parts or not at all, what was acknowledged is there, and
sittings whose account was changed elsewhere have ended. What is done in a therapist's case meets there too: what was
ended in it is read and shown by no service (`_case_acts`). Every call on the store is held against the checker of
histories.
"""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from unittest import mock

from tests.proofs import _case_acts, _history, _partners
from tests.proofs._history import Recorder, check_all
from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.service.keyed import with_key
from workbook.content.document import consent_hash
from workbook.errors import ConflictError, WorkbookError
from workbook.service.couple.drawers import Drawer, drawer_log
from workbook.service.couple.sealing import CoupleStore
from workbook.service.couple.tables import Fold, fold_table, table_log
from workbook.service.couple.waiting import Waiting, pending_log, waiting_cell
from workbook.service.desks.caseload import Caseload
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.erasing.rights import blocks_log
from workbook.service.formats.values import Actor
from workbook.service.identity.couple_keys import open_couple_key
from workbook.service.identity.directory import Directory, account_log, couple_log
from workbook.service.identity.sittings import Sittings
from workbook.service.studies.blob import research_log
from workbook.service.studies.study import Study
from workbook.sharing import Grain
from workbook.storage.base import NOTHING, Cell, Entry, Row, Store
from workbook.storage.sqlcipher import SqlCipherStore

STUDY = with_key(Study("Talk", "How couples talk.", (_partners.INSTRUMENT,), "team@example.org", 12))
WORDS, NEW_WORDS = "a quiet lantern of ada", "another quiet lantern"
BROKEN = (
    "left", "crowded", "unsettled", "missing", "still_in", "read_on", "shown_on", "conflicts", *_history.BROKEN,
)  # fmt: skip
MOST_CALLS = 12
PER_STORE = 12  # worlds over one store: a therapist looks into the places of all who are there


class Meeting(Recorder):
    """Does something once, before the n-th write (or call) of whoever is at it."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.left = -1
        self.counts_reads = False
        self.meet: Callable[[], object] = lambda: None
        self.acting = threading.current_thread()  # what a watcher's thread looks up is no moment of the act

    def write(
        self, entries: Sequence[Entry], *, expect: Mapping[str, int] = NOTHING, **gone: Any
    ) -> list[Row]:
        self._arrive()
        return super().write(entries, expect=expect, **gone)

    def read(self, log: str, after: int = 0) -> list[Row]:
        if self.counts_reads:
            self._arrive()
        return super().read(log, after)

    def read_cell(self, name: str) -> Cell:
        if self.counts_reads:
            self._arrive()
        return super().read_cell(name)

    def _arrive(self) -> None:
        if self.left >= 0 and threading.current_thread() is self.acting:
            self.left -= 1
            if self.left < 0:
                self.meet()


class Heedless(Meeting):
    """A store that ignores expectations."""

    def write(
        self, entries: Sequence[Entry], *, expect: Mapping[str, int] = NOTHING, **gone: Any
    ) -> list[Row]:
        self._arrive()  # the other act comes first: what it wrote is what is written over
        as_it_is = {name: self.store.read_cell(name).stamp for name in gone.get("cells", ())}
        return super().write(entries, **(gone | {"seen": as_it_is}))


class Silent(Meeting):
    """A store that notifies no watcher."""

    def watch(self, log: str, notify: Callable[[list[Row]], None]) -> Callable[[], None]:
        return lambda: None


@dataclass
class World:
    """A couple, and a person alone, at two services over one store."""

    services: tuple[Household, Household]
    code: str
    ada: tuple[Actor, Actor]
    ben: Actor
    key: bytes
    couple_key: bytes
    solo_code: str
    case: _case_acts.Case = field(init=False)  # where something is done in one
    done: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    passphrase: str = WORDS

    def ada_at(self, server: int) -> LocalPartner:
        return self.services[server].seat_partner(self.ada[server])

    def ben_at(self, _server: int) -> LocalPartner:
        return self.services[1].seat_partner(self.ben)


def _answer(world: World, server: int) -> None:
    world.kept += world.ada_at(server).save_answers(_partners.answers_of(0, 5 + server))


def _consent(world: World, server: int) -> None:
    agreed = {"text": "consent", "text_hash": consent_hash(), "agreed": True}
    world.kept.append(world.ada_at(server).add_event("consent", agreed).operation_id)


def _thank(world: World, server: int) -> None:
    world.ada_at(server).add_table_event("gratitude.written", {"text": "thanks", "day": "2026-05-01"})


def _join(world: World, server: int) -> None:
    world.services[server].accounts.join(world.solo_code, f"Cleo {server}", WORDS)


def _change(world: World, server: int) -> None:
    world.services[server].accounts.change_passphrase(world.ada[server], WORDS, NEW_WORDS)
    world.done.append(f"changed at {server}")


def _erase(world: World, server: int) -> None:
    world.ada_at(server).erase(WORDS)
    world.done.append("erased")


def _share(world: World, server: int) -> None:
    world.ada_at(server).decide(_partners.INSTRUMENT, _partners.OCCASION, Grain.SCORES)


def _give(world: World, server: int) -> None:
    world.ada_at(server).give_to_research(Grain.SCORES, linked=True, text_hash=STUDY.words_hash)


def _block(world: World, server: int) -> None:
    world.ada_at(server).block_free_text(blocked=True)


Act = Callable[[World, int], object]
FIRST: dict[str, Act] = {
    "answer": _answer,
    "consent": _consent,
    "share": _share,
    "take back": lambda world, server: world.ada_at(server).withdraw(
        _partners.INSTRUMENT, _partners.OCCASION
    ),
    "thank": _thank,
    "give": _give,
    "block": _block,
    "change": _change,
    "join": _join,
    "part": lambda world, server: world.ada_at(server).unpair(WORDS),
    "leave": lambda world, server: world.ada_at(server).leave(WORDS),
    "erase": _erase,
}
SECOND: dict[str, Act] = {
    "erase": _erase,
    "join": _join,
    "Ben shares": lambda world, server: world.ben_at(server).decide(
        _partners.INSTRUMENT, _partners.OCCASION, Grain.ANSWERS
    ),
    "Ben parts": lambda world, server: world.ben_at(server).unpair(WORDS),
    "change": _change,
    "answer": _answer,
    "Ben takes back": lambda world, server: world.ben_at(server).withdraw(
        _partners.INSTRUMENT, _partners.OCCASION
    ),
    "Ben erases": lambda world, server: world.ben_at(server).erase(WORDS),
}
Pair = tuple[Act, Act]
"""What meets another act, and the act that it meets."""
IN_CASE: list[Pair] = [
    (second, first) for second, first in product(_case_acts.SECOND.values(), _case_acts.FIRST.values())
]
_OF_TWO: list[Pair] = list(product(SECOND.values(), FIRST.values()))
PAIRS: list[Pair] = [*_OF_TWO[:24], *IN_CASE, *_OF_TWO[24:]]  # so that the short form has some of both


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key.replace('_', ' ')}" for key in BROKEN if counts[key])
    of = f"{counts['trials']:,} acts met by another server's, {counts['calls']:,} calls"
    return f"{of}: {broken or 'as one after the other'}"


@proof(
    "servers",
    bound="two services over one store, every act met by every other: nothing of the erased, never three, as one at a time",
    full=len(PAIRS) * 12,
    short=24 + len(IN_CASE),
    portion=len(PAIRS),
    holds=lambda counts: counts["met"] > counts["trials"] / 2 and not any(counts[key] for key in BROKEN),
    figure=_figure,
)
def servers(size: int, seed: int) -> Counts:
    """Interleave each act of one service with each of the other."""
    return _meet(size, seed, Meeting)


@servers.control(size=12 * 2, fails=lambda counts: counts["left"] > 0 < counts["crowded"])
def writing_whatever_was_seen(size: int, seed: int) -> Counts:
    """Without `expect`: an erased drawer with living rows, three members in a couple."""
    return _meet(size, seed, Heedless)


@servers.control(size=len(IN_CASE), fails=lambda counts: counts["read_on"] > 0)
def granting_whatever_was_seen(size: int, seed: int) -> Counts:
    """Without `expect`: a grant stands again that was taken back at the other service."""
    return _meet(size, seed, Heedless, IN_CASE)


@servers.control(size=len(IN_CASE), fails=lambda counts: counts["shown_on"] > 0)
def a_session_that_hears_of_nothing(size: int, seed: int) -> Counts:
    """A session goes on showing what was granted once, whatever was done at the other service."""
    with mock.patch.multiple(
        Caseload, follow_places=lambda *_: None, look_again=lambda *_: None, follow_grants=lambda *_: None
    ):
        return _meet(size, seed, Meeting, IN_CASE)


@servers.control(size=12, fails=lambda counts: counts["still_in"] > 0)
def nobody_told(size: int, seed: int) -> Counts:
    """Without watching, a sitting goes on whose account was erased elsewhere."""
    with mock.patch(f"{__name__}.PATIENCE", 0.05):
        return _meet(size, seed, Silent)


PATIENCE = 5.0


def _meet(size: int, seed: int, kind: type[Meeting], pairs: Sequence[Pair] = PAIRS) -> Counts:
    chance = random.Random(seed)
    counts: Counts = dict.fromkeys(("trials", "met", "calls", *BROKEN), 0)
    for start in range(0, size, PER_STORE):
        met = [(trial, *pairs[trial % len(pairs)]) for trial in range(start, min(start + PER_STORE, size))]
        with scratch() as folder:
            _meet_over(kind(SqlCipherStore(folder, KEY)), met, chance, counts, is_cut_in_reads=seed > 1)
    return counts


def _meet_over(
    store: Meeting,
    met: Sequence[tuple[int, Act, Act]],
    chance: random.Random,
    counts: Counts,
    *,
    is_cut_in_reads: bool,
) -> None:
    """Have some acts meet over one store; in the tests at each write, no more."""
    services = (_service(store), _service(store))
    for trial, second, first in met:
        world = _begin(services)
        _shape(world, chance, trial)
        if (second, first) in IN_CASE:
            both = (world.ada_at(0), world.ben_at(1))
            world.case = _case_acts.begin_case(world.services, both, world.ada_at(1))
        before_reads = is_cut_in_reads and chance.random() < 0.8
        n = chance.randrange(MOST_CALLS) * before_reads
        _run(world, store, first, second, n, before_reads, counts)
        _look(world, store, counts)
    kept = {log: store.store.read(log) for log in store.logs()}
    counts["calls"] += len(store.calls)
    for name, n_found in check_all(store.calls, kept).items():
        counts[name] += n_found
    for service in services:
        service.sittings.end_where(lambda _actor: True)
    for service in services:
        service.close()


def _service(store: Store) -> Household:
    forever = float("inf")
    sittings = Sittings(heartbeat=forever, idle=forever)
    return Household(store, sittings=sittings, cost=_partners.CHEAP, study=STUDY)


def _begin(services: tuple[Household, Household]) -> World:
    doors = services[0].accounts
    first = doors.create_couple("Ada", WORDS)
    doors.join(first.code, "Ben", WORDS)
    again = services[1].accounts
    ada, ben = again.sign_in(first.code, "Ada", WORDS), again.sign_in(first.code, "Ben", WORDS)
    solo = doors.create_couple("Dan", WORDS)
    key = services[0].sittings.key_of(first.actor)
    account = services[0]._core.account_of(first.actor)
    couple_key = open_couple_key(services[0]._core.store, account, key) or b""
    return World(services, first.code, (first.actor, ada), ben, key, couple_key, solo.code)


def _shape(world: World, chance: random.Random, trial: int) -> None:
    """Both have answered and agreed; Ben may have decided, or both."""
    for partner in (world.ada_at(0), world.ben_at(1)):
        agreed = {"text": "consent", "text_hash": consent_hash(), "agreed": True}
        partner.add_event("consent", agreed)
        partner.save_answers(_partners.answers_of(0, 1))
    world.ada_at(1).read_events()  # her drawer is open at both
    for partner in [world.ben_at(1), world.ada_at(0)][: chance.choice((0, 1, 2)) if trial else 0]:
        partner.decide(_partners.INSTRUMENT, _partners.OCCASION, Grain.ANSWERS)


def _run(
    world: World,
    store: Meeting,
    first: Act,
    second: Act,
    n: int,
    before_reads: bool,
    counts: Counts,
) -> None:
    def meet() -> None:
        counts["met"] += 1
        _do(second, world, 1, counts)

    counts["trials"] += 1
    store.meet, store.left, store.counts_reads = meet, n, before_reads
    _do(first, world, 0, counts)
    store.left, store.counts_reads = -1, False


def _do(act: Act, world: World, server: int, counts: Counts) -> None:
    try:
        act(world, server)
    except ConflictError:  # somebody always gets on: one other act is no reason to give up
        counts["conflicts"] += 1
    except WorkbookError:
        pass


def _look(world: World, store: Meeting, counts: Counts) -> None:
    person_id, couple_id = world.ada[0].person_id, world.ada[0].couple_id
    plain = CoupleStore(store.store, couple_id, world.couple_key)
    is_erased = "erased" in world.done
    own = [drawer_log(person_id), account_log(person_id), research_log(person_id)]
    shared = [pending_log(couple_id), blocks_log(couple_id), table_log(couple_id)]
    living = [row for log in own for row in plain.read(log) if row.payload is not None]
    living += [
        row
        for log in shared
        for row in plain.read(log)
        if row.payload is not None and person_id.encode() in row.payload
    ]
    cells = [name for name in plain.cells() if person_id in name]
    if is_erased:
        counts["left"] += bool(cells) or any(row.kind != "erased" for row in living)
    else:
        drawer = Drawer(plain, person_id, world.key)
        there = {record.operation_id for record in drawer.records()}
        counts["missing"] += any(operation_id not in there for operation_id in world.kept)
    for code in (world.code, world.solo_code):
        couple = world.services[0].accounts._directory.couple_by_code(code) or ""
        counts["crowded"] += sum(row.kind == "member" for row in plain.read(couple_log(couple))) > 2
    if hasattr(world, "case"):
        counts["read_on"] += _case_acts.n_read_on(world.case, person_id)
        counts["shown_on"] += _case_acts.is_shown_otherwise(world.case, (world.ada_at(1), world.ben_at(1)))
    counts["unsettled"] += _is_unsettled(plain, couple_id, person_id)
    counts["still_in"] += not _have_ended(world)


def _is_unsettled(store: CoupleStore, couple_id: str, person_id: str) -> bool:
    """Tell whether a round is half open, or both wait for one that did not open, or anything after parting."""
    fold = fold_table(store.read(table_log(couple_id)))
    pending = store.cells(waiting_cell(couple_id, ""))
    if _both_wait(store, fold, Directory(store).pair(couple_id).people):
        return True
    laid = [len(rows) for rows in fold.publications.values()]
    is_unpaired = any(row.kind == "unpaired" for row in store.read(couple_log(couple_id)))
    n_open = sum(fold.is_open(key) for key in fold.opened)
    return laid != [2] * n_open or (is_unpaired and (bool(laid) or bool(pending)))


def _both_wait(store: CoupleStore, fold: Fold, people: Sequence[str]) -> bool:
    waiting = Waiting(store, people)
    entries = [waiting._entries(store.read_cell(waiting_cell(store.couple_id, one))) for one in people]
    keys = set.intersection(*(set(own) for own in entries)) if len(entries) == 2 else set()
    return any(all(own[key]["round"] == fold.standing_round(key) for own in entries) for key in keys)


def _have_ended(world: World) -> bool:
    """Tell whether the sittings that a change at the other service ends have ended; it may take a moment."""
    ended = {0, 1} if "erased" in world.done else set()
    ended |= {1} if "changed at 0" in world.done else set()
    ended |= {0} if "changed at 1" in world.done else set()
    latest = time.monotonic() + PATIENCE
    while time.monotonic() < latest:
        if all(world.services[k].sittings.find(world.ada[k].sitting_id) is None for k in ended):
            return True
        time.sleep(0.01)
    return False
