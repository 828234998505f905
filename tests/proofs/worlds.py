"""Two worlds that differ only in what A keeps private: B observes the same bytes (noninterference).

Worlds come in groups of five: one couple with the same ids, codes and past in each, in which A then does other
things that nobody is to learn of (answers of every questionnaire, the safety questions above all; decisions that
open nothing; weeks, thanks, own words; a changed passphrase; exports; blocking; what is given to a study or
granted to a therapist; what lies on the table and stays hidden there until B has written too). In the second world of every group A has answered all of it and decided to show it, in the
third answered otherwise and declined, whatever else A did. The first world of a group makes a pair with each of
the others. We compare everything B observes: the replies of every verb of the service, the notifications while A
acts, and, on one real server per world, every address and the websocket of the real kernel with every page turned,
before and after a decision of B's: contents, sizes, number and order, ids numbered by their first appearance.
B's page stays open while A comes and answers; in the first world A stays away. The server's log is compared as well.
Each group has also worlds with a therapist (`_session_worlds`): before a session, and in one that asks to show a topic
which A has not granted, does not show, takes back or declined.

The order in which a kernel is notified of its own person's writes is not deterministic: a page is sometimes
redrawn before the next press and sometimes after it. So a pair that differs is visited again, up to three times,
and counts as different only if no visit to one world equals any visit to the other: an effect of A's acts would
show at every visit. How many pairs differed once is counted, bounded and shown, and the first differing line
is printed.
"""

import os
import random
import re
import sys
import uuid
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

from tests.proofs import _deeds, _session_worlds
from tests.proofs._partners import CHEAP
from tests.proofs._telling import Reading, ask_every_verb
from tests.proofs._transcript import plain
from tests.proofs._visitors import Visitor
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.service.keyed import write_keyed
from workbook.content import say
from workbook.server.testing import RunningServer, running_server
from workbook.service.cases import sessions
from workbook.service.cases.live import Live
from workbook.service.couple import rounds, waiting
from workbook.service.couple.tables import audit_entry
from workbook.service.desks import at_table
from workbook.service.desks.household import Household
from workbook.service.formats.case_values import Revealed
from workbook.service.formats.values import Change
from workbook.service.identity.sittings import Sittings
from workbook.sharing import WEEKS, Grain
from workbook.storage.base import Store, Writing
from workbook.storage.memory import MemoryStore
from workbook.storage.opening import open_store

OCCASIONS = (_deeds.OCCASION, _deeds.NEXT_OCCASION, "week-1", WEEKS)
PAIRS_IN_GROUP = 4
ANEW, ANEW_IN_CONTROLS = 3, 1
OTHERWISE_AT_MOST = 0.02  # of all pairs
APART = (
    "told_apart_by_verbs",
    "told_apart_by_pages",
    "told_apart_by_frames",
    "told_apart_by_logs",
    "told_apart_in_session",
    "heard_of_it",
)
LEAKY = Path(__file__).parents[1] / "walk" / "leaky"
Told = list[list[str]]
"""What was told in each group of worlds, in the order in which it came."""


@proof(
    "worlds",
    bound="B's verbs, pages, frames, sizes, order and the server's log are equal in ≥200 pairs of worlds",
    full=200,
    short=2,
    portion=3 * PAIRS_IN_GROUP,
    holds=lambda counts: (
        not any(counts[key] for key in (*APART, "n_too_short", "undecided"))
        and counts["told_otherwise_once"] <= max(1, OTHERWISE_AT_MOST * counts["trials"])
    ),
)
def worlds(size: int, seed: int) -> Counts:
    """Compare ``size`` pairs. Repeat a comparison that crosses midnight, since pages show dates."""
    while True:
        today = datetime.now(UTC).date()
        counts = _compare(size, seed)
        if today == datetime.now(UTC).date():
            return counts


@worlds.control(size=1, fails=lambda counts: counts["told_apart_by_frames"] > 0)
def a_table_that_opens_for_one(size: int, seed: int) -> Counts:
    """One decision alone opens a round, on the server as in the service."""
    with mock.patch.object(_deeds, "act_as_ana", _decide_only):
        return _compare(size, seed, environment=_leaking("decision"))


@worlds.control(
    size=1, fails=lambda counts: counts["told_apart_by_logs"] > 0 and counts["told_apart_by_frames"] > 0
)
def a_server_that_cannot_keep_it(size: int, seed: int) -> Counts:
    """Log a line when a private answer is saved, and put thanks on the table."""
    with mock.patch.object(_deeds, "act_as_ana", return_value=None):
        return _compare(size, seed, environment=_leaking("saving"))


def _leaking(what: str) -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join([str(LEAKY), str(Path.cwd())]), "LEAK": what}


@worlds.control(size=4, fails=lambda counts: counts["told_apart_by_verbs"] > 0 and counts["heard_of_it"] == 0)
def an_audit_that_tells(size: int, seed: int) -> Counts:
    """Each decision leaves a row without a name in the couple's record."""
    deciding = rounds.deciding

    def tell(fold: Any, stands: Any, decision: rounds.Decision, responses: Any, **how: bool) -> Writing:
        told = audit_entry(decision.couple_id, uuid.uuid4().hex, "decided")
        return Writing.of(deciding(fold, stands, decision, responses, **how), Writing([told]))

    with mock.patch.object(rounds, "deciding", tell):
        return _compare(size, seed, pages=False)


@worlds.control(size=4, fails=lambda counts: counts["heard_of_it"] > 0)
def a_table_that_stirs(size: int, seed: int) -> Counts:
    """Notify watchers of the table about what waits too: one of the two cells is called as the table is."""
    first, cell_of = {}, waiting.waiting_cell

    def named(couple_id: str, person_id: str) -> str:
        is_first = bool(person_id) and first.setdefault(couple_id, person_id) == person_id
        return f"table/{couple_id}" if is_first else cell_of(couple_id, person_id)

    with mock.patch.object(waiting, "waiting_cell", named):
        return _compare(size, seed, pages=False)


@worlds.control(size=4, fails=lambda counts: counts["told_apart_by_verbs"] > 0)
def a_table_that_hides_nothing(size: int, seed: int) -> Counts:
    """Give each of the two all that lies on the table, also what is hidden until both have written."""
    with mock.patch.object(at_table, "given_to", lambda _reader, events: [one.payload for one in events]):
        return _compare(size, seed, pages=False)


@worlds.control(size=1, fails=lambda counts: counts["told_apart_in_session"] > 0)
def a_topic_that_one_shows_alone(size: int, seed: int) -> Counts:
    """What one of the two lays out is shown, whatever the other does."""
    counts: Counts = dict.fromkeys(("trials", "n_session_worlds", "n_lines", "n_too_short", *APART), 0)

    def shown(live: Live) -> tuple[Any, ...]:
        return tuple(one for one in live.standing if any((who, one) in live.laid for who in live.people))

    def revealed(live: Live, topic: tuple[str, str]) -> Revealed:
        rows = [live.laid[who, topic] for who in live.people if (who, topic) in live.laid]
        return Revealed(topic[0], topic[0].partition(".")[0], topic[1], pd.concat(rows))

    with (
        mock.patch.object(Live, "shown", property(shown)),
        mock.patch.multiple(sessions, _revealed=revealed, _is_told_alike=lambda *_: False),
    ):
        _compare_in_session(f"{seed}/0", counts)
    counts["trials"] = size
    return counts


def _decide_only(household: Household, couple: _deeds.Couple, world: str) -> None:
    if not world.endswith("/0"):
        answers = _deeds.answers_of(random.Random(world), "connection", _deeds.OCCASION, 1.0)
        household.seat_partner(couple.ana).save_answers(answers)
        household.seat_partner(couple.ana).decide("connection", _deeds.OCCASION, Grain.ANSWERS)


def _compare(
    size: int, seed: int, *, pages: bool = True, environment: dict[str, str] | None = None
) -> Counts:
    counts: Counts = dict.fromkeys(
        (
            "trials",
            "n_worlds",
            "n_session_worlds",
            "n_lines",
            "n_too_short",
            "undecided",
            "told_otherwise_once",
            *APART,
        ),
        0,
    )
    n_groups, n_others = -(-size // PAIRS_IN_GROUP), min(size, PAIRS_IN_GROUP)
    groups = [f"{seed}/{group}" for group in range(n_groups)]
    for group in groups if pages else ():
        _compare_in_session(group, counts)
    by_verbs = [[_tell_by_verbs(group, n, counts) for group in groups] for n in range(n_others + 1)]
    readings, logs = _tell_by_pages(groups, range(n_others + 1), environment or {}) if pages else ([], [])
    counts["n_worlds"] += n_groups * (n_others + 1)
    counts["trials"] += n_groups * n_others
    for n in range(1, n_others + 1):
        counts["told_apart_by_verbs"] += _n_apart(by_verbs[0], by_verbs[n])
        for group, first, other in zip(groups, readings[0], readings[n], strict=True) if pages else ():
            _compare_visits(group, n, first, other, environment or {}, counts)
        counts["told_apart_by_logs"] += pages and logs[0] != logs[n]
    visits = [reading.pages + reading.frames for world in readings for reading in world]
    counts["undecided"] += sum(say("ui.share.saved_title") not in "".join(told) for told in visits)
    # A visit that was told hardly anything would be equal to another such.
    counts["n_too_short"] += sum(len(told) < 100 for told in visits)
    counts["n_lines"] += sum(len(told) for told in [*visits, *(told for world in by_verbs for told in world)])
    return counts


def _compare_visits(
    group: str, n: int, first: Reading, other: Reading, environment: dict[str, str], counts: Counts
) -> None:
    """Count how two visits differ; a differing pair is visited again, up to three times."""
    ones, others = [first], [other]
    counts["told_otherwise_once"] += bool(apart := _apart(ones, others))
    if apart:
        _print_difference(f"world {group}/{n}", first, other)
    n_anew = ANEW_IN_CONTROLS if environment else ANEW
    while apart and len(ones) <= n_anew:
        again, _ = _tell_by_pages([group], (0, n), environment)
        ones += again[0]
        others += again[1]
        apart = _apart(ones, others)
    for channel in apart:
        counts[f"told_apart_by_{channel}"] += 1


def _apart(ones: list[Reading], others: list[Reading]) -> list[str]:
    """Return the channels by which every visit to one world differs from every visit to the other."""
    channels = ("pages", "frames")
    told = [
        {channel: {tuple(getattr(one, channel)) for one in visits} for channel in channels}
        for visits in (ones, others)
    ]
    return [channel for channel in channels if told[0][channel].isdisjoint(told[1][channel])]


def _print_difference(name: str, first: Reading, other: Reading) -> None:
    for channel in ("pages", "frames"):
        one, two = getattr(first, channel), getattr(other, channel)
        lines = zip_longest(one, two, fillvalue="(nothing more)")
        at, pair = next(((k, pair) for k, pair in enumerate(lines) if pair[0] != pair[1]), (0, None))
        if pair is not None:
            start = max(0, next((k for k, (a, b) in enumerate(zip(*pair, strict=False)) if a != b), 0) - 200)
            shown = "\n      ".join(text[start : start + 600] for text in pair)
            where = f"{name}, {channel}, line {at} of {len(one)} and {len(two)}"
            sys.stderr.write(f"    {where}:\n      {shown}\n")


def _compare_in_session(group: str, counts: Counts) -> None:
    """Count the worlds with a therapist in which B, or the shared screen, is told otherwise than in the first."""

    def told(setting: _session_worlds.Setting, act: _session_worlds.Act) -> list[str]:
        household = _household(MemoryStore())
        couple = _deeds.make_couple(household, group)
        found = _session_worlds.told_in(household, couple, setting, act, group)
        household.close()
        return found

    chance = random.Random(f"{group}/settings")
    for setting in _session_worlds.settings(_deeds.invite_of(group), chance):
        first, *others = (told(setting, act) for act in setting.acts)
        counts["n_session_worlds"] += len(setting.acts)
        counts["n_lines"] += len(first)
        counts["n_too_short"] += len(first) < 50
        counts["told_apart_in_session"] += sum(one != first for one in others)


def _n_apart(first: Told, other: Told) -> int:
    return sum(one != another for one, another in zip(first, other, strict=True))


# -- by verbs ----------------------------------------------------------------------------------
def _tell_by_verbs(group: str, n: int, counts: Counts) -> list[str]:
    household = _household(MemoryStore())
    couple = _deeds.make_couple(household, group)
    _deeds.act_as_ben(household, couple, group)
    _deeds.write_hidden(household, couple, f"{group}/{n}")
    heard: list[Change] = []
    stop = household.seat_partner(couple.ben).watch(heard.append)
    _deeds.act_as_ana(household, couple, f"{group}/{n}")
    stop()
    counts["heard_of_it"] += len(heard)
    told = ask_every_verb(household.seat_partner(_deeds.signed_in_again(household, couple).ben), OCCASIONS)
    household.close()
    return told


def _household(store: Store) -> Household:
    forever = float("inf")
    return Household(
        store, sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP, study=_deeds.STUDY
    )


# -- by pages ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _World:
    """A folder that a server will open, and in it, for each group, who may come."""

    folder: Path
    couples: list[_deeds.Couple]
    groups: list[str]
    n: int


def _tell_by_pages(
    groups: list[str], which: Iterable[int], environment: dict[str, str]
) -> tuple[list[list[Reading]], list[Counter[str]]]:
    """One server for each world; two at a time, for there are two cores to most computers."""
    with scratch() as folder:
        worlds = [_seed(folder, groups, n) for n in which]
        with ThreadPoolExecutor(2) as threads:
            visits = list(threads.map(partial(_visit_all, environment=environment), worlds))
    return [readings for readings, _ in visits], [log for _, log in visits]


def _seed(folder: Path, groups: list[str], n: int) -> _World:
    """The ``n``-th world of every group."""
    place = folder / str(n)
    place.mkdir()
    keys = {"WORKBOOK_KEYS": str(place / "keys"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    couples = []
    with mock.patch.dict(os.environ, keys):
        household = _household(open_store(place / "data"))
        for group in groups:
            couple = _deeds.make_couple(household, group)
            _deeds.act_as_ben(household, couple, group)
            _deeds.write_hidden(household, couple, f"{group}/{n}")
            _deeds.act_as_ana(household, couple, f"{group}/{n}")
            couples.append(couple)
        household.close()
    write_keyed(_deeds.STUDY, place / "data")
    return _World(place, couples, groups, n)


def _visit_all(world: _World, *, environment: dict[str, str]) -> tuple[list[Reading], Counter[str]]:
    """Return what each B is told, and how often the server logged each line (its threads decide the order)."""
    with running_server(world.folder, environment=environment) as server:
        readings = [
            _visit(server, couple, f"{group}/{world.n}")
            for couple, group in zip(world.couples, world.groups, strict=True)
        ]
    said = (world.folder / "server.txt").read_text(encoding="utf-8", errors="replace")
    return readings, Counter(re.sub(r"localhost:\d+", "<host>", plain(line)) for line in said.splitlines())


def _visit(server: RunningServer, couple: _deeds.Couple, world: str) -> Reading:
    visitor = _signed_in(server, couple.code, "Ben", _deeds.PASSPHRASES[1])
    reading = Reading(visitor)
    reading.look_at_addresses()
    answer = {
        "operation_id": "on-a-visit",
        "occasion": "assessment-1",
        "item": "connection.listening.1",
        "value": 1,
    }
    reading.say("/api/answers", {"answers": [answer]})
    reading.open_and_turn(meanwhile=partial(_answer_as_ana, server, couple, world))
    visitor.ask("/api/close", {"kernel": visitor.kernel})
    visitor.send("/sign-out")
    visitor.close()
    return reading


def _answer_as_ana(server: RunningServer, couple: _deeds.Couple, world: str) -> None:
    """Let A come, answer privately and leave; in the first world A stays away."""
    if world.endswith("/0"):
        return
    visitor = _signed_in(server, couple.code, "Ana", couple.passphrase)
    chance = random.Random(f"{world}/meanwhile")
    for instrument in ("safety", chance.choice(_deeds.A_ONLY)):
        answers = [asdict(answer) for answer in _deeds.answers_of(chance, instrument, _deeds.OCCASION, 0.9)]
        visitor.ask("/api/answers", {"answers": answers}).raise_for_status()
    visitor.send("/sign-out")
    visitor.close()


def _signed_in(server: RunningServer, code: str, name: str, passphrase: str) -> Visitor:
    visitor = Visitor(server, name)
    visitor.send("/sign-in", code=code, name=name, passphrase=passphrase)
    return visitor
