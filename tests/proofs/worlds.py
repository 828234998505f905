"""Two worlds that differ only in what A keeps to themselves: B is told the same, to the byte.

Worlds come in groups of five: one couple with the same ids, codes and past in each, in which A then does other
things that nobody is to learn of (answers of every questionnaire, the safety questions above all; decisions that
open nothing; moods, drafts, own words; a changed passphrase; exports; blocking; what is given to a study or
granted to a therapist). The first world of a group
makes a pair with each of the others. Compared is what B gets by every verb of the service, with what B hears
while A acts, and, on one real server for each world, by every address and by the websocket of the real
kernel, every page turned: contents and sizes, and what the server says meanwhile.
"""

import os
import random
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from tests.proofs import _deeds
from tests.proofs._partners import CHEAP
from tests.proofs._telling import Reading, ask_every_verb
from tests.proofs._visitors import Visitor
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.walk.transcript import plain
from workbook.server.testing import RunningServer, running_server
from workbook.service import rounds
from workbook.service.local import LocalService
from workbook.service.sittings import Sittings
from workbook.service.study import write_study
from workbook.service.tables import audit_entry
from workbook.sharing import Grain
from workbook.storage.base import Store
from workbook.storage.memory import MemoryStore
from workbook.storage.opening import open_store

OCCASIONS = (_deeds.OCCASION, _deeds.NEXT_OCCASION, "week-1")
PAIRS_IN_GROUP = 4
APART = ("told_apart_by_verbs", "told_apart_by_pages", "told_apart_by_logs", "heard_of_it")
LEAKY = Path(__file__).parents[1] / "walk" / "leaky"
Told = list[set[str]]
Compare = Callable[[int, int, Counts], None]


@proof(
    "worlds",
    bound="B's verbs, pages, frames, sizes and the server's log are equal in ≥200 pairs of worlds",
    full=200,
    short=1,
    portion=100,
    zero=(*APART, "n_too_short"),
)
def worlds(size: int, seed: int) -> Counts:
    """``size`` pairs."""
    return _compare(size, seed)


@worlds.control(size=1, fails=lambda counts: counts["told_apart_by_pages"] > 0)
def a_table_that_opens_for_one(size: int, seed: int) -> Counts:
    """One decision alone opens a round, on the server as in the service."""
    with mock.patch.object(_deeds, "act_as_ana", _decide_only):
        return _compare(size, seed, environment={"PYTHONPATH": os.pathsep.join([str(LEAKY), str(Path.cwd())])})


@worlds.control(size=4, fails=lambda counts: counts["told_apart_by_verbs"] > 0 and counts["heard_of_it"] == 0)
def an_audit_that_tells(size: int, seed: int) -> Counts:
    """Each decision leaves a row without a name in the couple's record."""
    decide = rounds.decide

    def tell(store: Store, decision: rounds.Decision, responses: Any) -> None:
        decide(store, decision, responses)
        store.append([audit_entry(decision.couple_id, uuid.uuid4().hex, "decided")])

    with mock.patch.object(rounds, "decide", tell):
        return _compare(size, seed, pages=False)


@worlds.control(size=4, fails=lambda counts: counts["heard_of_it"] > 0)
def a_table_that_stirs(size: int, seed: int) -> Counts:
    """Whoever watches the table is told of the other's pending decisions too."""
    with mock.patch.object(rounds, "pending_log", lambda couple_id: f"table/{couple_id}"):
        return _compare(size, seed, pages=False)


def _decide_only(service: LocalService, couple: _deeds.Couple, world: str) -> None:
    if not world.endswith("/0"):
        answers = _deeds.answers_of(random.Random(world), "connection", _deeds.OCCASION, 1.0)
        service.save_answers(couple.ana, answers)
        service.decide(couple.ana, "connection", _deeds.OCCASION, Grain.ANSWERS)


def _compare(
    size: int, seed: int, *, pages: bool = True, environment: dict[str, str] | None = None
) -> Counts:
    counts: Counts = dict.fromkeys(("trials", "n_worlds", "n_lines", "n_too_short", *APART), 0)
    n_groups, n_others = -(-size // PAIRS_IN_GROUP), min(size, PAIRS_IN_GROUP)
    groups = [f"{seed}/{group}" for group in range(n_groups)]
    by_verbs = [[_tell_by_verbs(group, n, counts) for group in groups] for n in range(n_others + 1)]
    by_pages, logs = _tell_by_pages(groups, n_others, environment or {}) if pages else ([], [])
    counts["n_worlds"] += n_groups * (n_others + 1)
    counts["trials"] += n_groups * n_others
    for n in range(1, n_others + 1):
        counts["told_apart_by_verbs"] += _n_apart(by_verbs[0], by_verbs[n])
        if pages:
            counts["told_apart_by_pages"] += _n_apart(by_pages[0], by_pages[n])
            counts["told_apart_by_logs"] += logs[0] != logs[n]
    # A visit that was told hardly anything would be equal to another such.
    counts["n_too_short"] += sum(len(told) < 100 for world in by_pages for told in world)
    counts["n_lines"] += sum(len(told) for world in [*by_verbs, *by_pages] for told in world)
    return counts


def _n_apart(first: Told, other: Told) -> int:
    return sum(one != another for one, another in zip(first, other, strict=True))


# -- by verbs ----------------------------------------------------------------------------------
def _tell_by_verbs(group: str, n: int, counts: Counts) -> set[str]:
    service = _service(MemoryStore())
    couple = _deeds.make_couple(service, group)
    _deeds.act_as_ben(service, couple, group)
    heard: list[str] = []
    stop = service.watch(couple.ben, heard.append)
    _deeds.act_as_ana(service, couple, f"{group}/{n}")
    stop()
    counts["heard_of_it"] += len(heard)
    told = ask_every_verb(service, _deeds.signed_in_again(service, couple).ben, OCCASIONS)
    service.close()
    return {f"{place} {line}" for place, line in enumerate(told)}


def _service(store: Store) -> LocalService:
    forever = float("inf")
    return LocalService(store, sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP, study=_deeds.STUDY)


# -- by pages ----------------------------------------------------------------------------------
def _tell_by_pages(groups: list[str], n_others: int, environment: dict[str, str]) -> tuple[list[Told], list[set[str]]]:
    """One server for each world; two at a time, for there are two cores to most computers."""
    with scratch() as folder:
        seeded = [_seed(folder, groups, n) for n in range(n_others + 1)]
        with ThreadPoolExecutor(2) as threads:
            visits = list(threads.map(partial(_visit_all, environment=environment), seeded))
    return [told for told, _ in visits], [log for _, log in visits]


def _seed(folder: Path, groups: list[str], n: int) -> tuple[Path, list[str]]:
    """The ``n``-th world of every group, in a folder that a server will open."""
    world = folder / str(n)
    world.mkdir()
    keys = {"WORKBOOK_KEYS": str(world / "keys"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    codes = []
    with mock.patch.dict(os.environ, keys):
        service = _service(open_store(world / "data"))
        for group in groups:
            couple = _deeds.make_couple(service, group)
            _deeds.act_as_ben(service, couple, group)
            _deeds.act_as_ana(service, couple, f"{group}/{n}")
            codes.append(couple.code)
        service.close()
    write_study(_deeds.STUDY, world / "data")
    return world, codes


def _visit_all(seeded: tuple[Path, list[str]], *, environment: dict[str, str]) -> tuple[Told, set[str]]:
    folder, codes = seeded
    with running_server(folder, environment=environment) as server:
        told = [_visit(server, code) for code in codes]
    said = (folder / "server.txt").read_text(encoding="utf-8", errors="replace")
    return told, {re.sub(r"localhost:\d+", "<host>", plain(line)) for line in said.splitlines()}


def _visit(server: RunningServer, code: str) -> set[str]:
    visitor = Visitor(server, "Ben")
    visitor.client.post("/sign-in", data={"_xsrf": visitor.token(), "code": code, "name": "Ben", "passphrase": _deeds.PASSPHRASES[1]})
    reading = Reading(visitor)
    reading.look_at_addresses()
    answer = {"operation_id": "on-a-visit", "occasion": "assessment-1", "item": "connection.listening.1", "value": 1}
    reading.say("/api/answers", {"answers": [answer]})
    reading.open_and_turn()
    visitor.ask("/api/close", {"kernel": visitor.kernel})
    visitor.send("/sign-out")
    visitor.close()
    return reading.lines
