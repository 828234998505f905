"""How long B's `decide` and `withdraw` take, and what they ask of the store, is the same whatever A has decided.

A has decided nothing yet, *nothing*, scores or answers, of every questionnaire but the one that B decides about; and
of that one nothing that would open it. The calls to the store, with the names and sizes of all that is read and
written, are compared exactly. The times are compared by how often one of the one world is longer than one of the
other (AUC); a difference that shows has to show in a second sample, too.
"""

import gc
import random
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from unittest import mock

from tests.proofs import _deeds
from tests.proofs._history import Recorder
from tests.proofs._partners import CHEAP
from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.service.couple.waiting import Waiting
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.identity.sittings import Sittings
from workbook.sharing import Grain
from workbook.storage.base import NOTHING, Cell, Entry, Row
from workbook.storage.sqlcipher import SqlCipherStore

WORLDS: Mapping[str, Grain | None] = {
    "undecided": None,
    "nothing": Grain.NOTHING,
    "scores": Grain.SCORES,
    "answers": Grain.ANSWERS,
}
ABOUT, OTHERS, OCCASION = "skills", ("connection", "warning_signs", "needs"), "assessment-1"
ACTS: Mapping[str, Callable[[LocalPartner], object]] = {
    "decide nothing": lambda ben: ben.decide(ABOUT, OCCASION, Grain.NOTHING),
    "decide scores": lambda ben: ben.decide(ABOUT, OCCASION, Grain.SCORES),
    "decide answers": lambda ben: ben.decide(ABOUT, OCCASION, Grain.ANSWERS),
    "withdraw": lambda ben: ben.withdraw(ABOUT, OCCASION),
}
AUC_AT_MOST = 0.55
_PARTS = 20  # by so many trials of one world in a row, the worlds take turns


@proof(
    "told-by-time",
    bound="B's decide and withdraw: equal calls in 4 worlds of A's; AUC of times ≤ .55 at 400 trials a world",
    full=400,
    short=2,
    holds=lambda counts: not counts["calls_differ"] and counts["auc"] <= AUC_AT_MOST,
    alone=True,
    timed=("auc",),
)
def told_by_time(size: int, seed: int) -> Counts:
    """``size`` trials of every act in every world; twice, where the first sample tells a difference."""
    return _compare(size, seed)


@told_by_time.control(size=2, fails=lambda counts: counts["calls_differ"] > 0)
def looking_twice_where_something_waits(size: int, seed: int) -> Counts:
    """The other's cell is read once more where something waits in it."""
    others = Waiting.others

    def look(self: Waiting) -> list[Cell]:
        found = others(self)
        return others(self) if any(self._entries(cell) for cell in found) else found

    with mock.patch.object(Waiting, "others", look):
        return _compare(size, seed)


class Noting(Recorder):
    """Notes each call with names and sizes, and nothing that is drawn by chance."""

    def __init__(self, store: SqlCipherStore) -> None:
        super().__init__(store)
        self.asked: list[object] = []

    def write(
        self,
        entries: Sequence[Entry],
        *,
        expect: Mapping[str, int] = NOTHING,
        cells: Mapping[str, bytes | None] = NOTHING,
        seen: Mapping[str, bytes] = NOTHING,
        **gone: Any,
    ) -> list[Row]:
        rows = [(entry.log, entry.kind, len(entry.payload)) for entry in entries]
        changed = {name: len(content or b"") for name, content in cells.items()}
        self.asked.append(
            ("write", rows, dict(expect), sorted(gone.items()), sorted(changed.items()), sorted(seen))
        )
        return super().write(entries, expect=expect, cells=cells, seen=seen, **gone)

    def read(self, log: str, after: int = 0) -> list[Row]:
        rows = super().read(log, after)
        self.asked.append(("read", log, after, [len(row.payload or b"") for row in rows]))
        return rows

    def read_cell(self, name: str) -> Cell:
        cell = super().read_cell(name)
        self.asked.append(("read cell", name, len(cell.content or b"")))
        return cell

    def heads(self, logs: Iterable[str]) -> dict[str, int]:
        found = super().heads(logs)
        self.asked.append(("heads", sorted(found.items())))
        return found

    def logs(self, prefix: str = "") -> list[str]:
        self.asked.append(("logs", prefix))
        return super().logs(prefix)

    def cells(self, prefix: str = "") -> list[str]:
        self.asked.append(("cells", prefix))
        return super().cells(prefix)


class _World:
    """A couple of whom A has decided; B does an act again and again."""

    def __init__(self, folder: Path, grain: Grain | None, seed: int) -> None:
        folder.mkdir(mode=0o700)
        self.store = Noting(SqlCipherStore(folder, KEY))
        forever = float("inf")
        self.household = Household(
            self.store, sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP, study=_deeds.STUDY
        )
        with _deeds._pinned(f"{seed}"):
            first = self.household.accounts.create_couple(_deeds.NAMES[0], _deeds.PASSPHRASES[0])
            second = self.household.accounts.join(first.code, _deeds.NAMES[1], _deeds.PASSPHRASES[1])
        chance = random.Random(seed)
        ana, self.ben = (self.household.seat_partner(one.actor) for one in (first, second))
        for instrument in (*OTHERS, ABOUT):
            for partner in (ana, self.ben):
                partner.save_answers(_deeds.answers_of(chance, instrument, OCCASION, 1.0))
        for instrument in OTHERS if grain is not None else ():
            ana.decide(instrument, OCCASION, grain)  # type: ignore[arg-type]
        if grain is Grain.NOTHING:
            ana.decide(ABOUT, OCCASION, grain)
        self.ben.read_table()
        self.calls: dict[str, list[object]] = {}

    def do(self, act: str) -> float:
        """Do an act; return how long it took, and note what it asked of the store."""
        self.store.asked.clear()
        started = time.perf_counter()
        ACTS[act](self.ben)
        took = time.perf_counter() - started
        self.calls.setdefault(act, [_plain(call) for call in self.store.asked])
        self.store.calls.clear()
        return took


def _compare(size: int, seed: int) -> Counts:
    with scratch() as folder:
        worlds = {name: _World(folder / name, grain, seed) for name, grain in WORLDS.items()}
        for act in ACTS:
            for world in worlds.values():  # once beforehand: what B had decided before is the same then
                world.do(act)
        differ = sum(
            one.calls[act] != other.calls[act]
            for act in ACTS
            for one, other in combinations(worlds.values(), 2)
        )
        times = _times(worlds, size)
        auc = _worst(times)
        if auc > AUC_AT_MOST:
            auc = min(auc, _worst(_times(worlds, size), like=times))
        for world in worlds.values():
            world.household.close()
    return {"trials": size * len(ACTS) * len(WORLDS), "calls_differ": differ, "auc": float(auc)}


def _times(worlds: Mapping[str, _World], size: int) -> dict[tuple[str, str], list[float]]:
    """Return the times by act and world; the worlds take turns, so that what else the computer does hits all."""
    times: dict[tuple[str, str], list[float]] = {(act, name): [] for act in ACTS for name in worlds}
    order = list(worlds)
    for _ in range(size):
        random.shuffle(order)
        for act in ACTS:
            for name in order:
                gc.collect(0)
                times[act, name].append(worlds[name].do(act))
    return times


def _worst(
    times: Mapping[tuple[str, str], list[float]], like: Mapping[tuple[str, str], list[float]] | None = None
) -> float:
    """Return the largest AUC over acts and pairs of worlds; ``like`` another sample, in the direction seen there."""
    worst = 0.5
    for act in ACTS:
        for one, other in combinations(WORLDS, 2):
            auc = _auc(times[act, one], times[act, other])
            if like is None:
                auc = max(auc, 1 - auc)
            else:
                before = _auc(like[act, one], like[act, other])
                if max(before, 1 - before) <= AUC_AT_MOST:
                    continue
                auc = auc if before > 0.5 else 1 - auc
            worst = max(worst, auc)
    return worst


def _auc(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return how often one of the first is longer than one of the second (Mann-Whitney U by the product)."""
    ranked = sorted([(value, 0) for value in ones] + [(value, 1) for value in others])
    below, won = 0, 0
    for _, which in ranked:
        if which:
            below += 1
        else:
            won += below
    return won / (len(ones) * len(others))


def _plain(call: object) -> str:
    return re.sub(r"[0-9a-f]{32,}", "drawn", str(call))
