"""Acknowledged means durable, III: ``kill -9`` of the process that holds service and store.

Both partners write through the service at full speed, acknowledgements go out over a pipe, and at
a random moment the process is killed. Then the store is opened again: it must open (chains and
heads whole), and each partner's answers, events and table must be exactly what the acknowledged acts
add up to, or that and the one act that was on its way. The next process begins with that act
again, under the same operation ids.
"""

import multiprocessing
import os
import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

from tests.proofs import _partners
from tests.proofs.harness import Counts, proof
from tests.proofs.ledger import ROOT
from tests.proofs.power_cuts import scratch
from workbook.errors import WorkbookError

KILLS_PER_FOLDER = 25  # so that the store stays small, and beginning anew is killed as well
BROKEN = ("lost", "unopened", "unsettled")


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key}" for key in BROKEN if counts[key])
    return f"{counts['acknowledged']:,} acknowledged in {counts['trials']:,} kills: {broken or '0 lost'}"


@proof(
    "kills",
    bound="0 acknowledged answers lost in ≥1,000 kill -9 while two write",
    full=1_000,
    short=6,
    portion=KILLS_PER_FOLDER,
    holds=lambda counts: (
        counts["acknowledged"] >= counts["trials"] and not any(counts[key] for key in BROKEN)
    ),
    figure=_figure,
)
def kills(size: int, seed: int) -> Counts:
    """Kill the writing process ``size`` times."""
    return _kill(size, seed, hasty=False)


@kills.control(size=4, fails=lambda counts: counts["lost"] > 0)
def told_before_it_is_kept(size: int, seed: int) -> Counts:
    """A process that acknowledges what it has yet to write."""
    return _kill(size, seed, hasty=True)


def _kill(size: int, seed: int, *, hasty: bool) -> Counts:
    chance = random.Random(seed)
    counts: Counts = {"trials": 0, "acknowledged": 0} | dict.fromkeys(BROKEN, 0)
    context = forking()
    with scratch() as folder:
        code = _partners.begin(folder)
        n_acts = [0, 0]
        for _ in range(size):
            told = _write_and_kill(context, folder, code, n_acts, chance.uniform(0.0, 0.25), hasty=hasty)
            counts["trials"] += 1
            counts["acknowledged"] += told[0] - n_acts[0] + told[1] - n_acts[1]
            n_acts = _look(folder, code, told, counts)
    return counts


def forking() -> multiprocessing.context.ForkServerContext:
    """Forked from a process that has everything imported: a kill costs a fraction of a start."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))  # or the preload is passed over silently
    context = multiprocessing.get_context("forkserver")
    # All at once: the process to fork from is started once, with what was asked for first.
    context.set_forkserver_preload(["tests.proofs._partners", "tests.proofs._migrating"])
    return context


def _write_and_kill(
    context: multiprocessing.context.ForkServerContext,
    folder: Path,
    code: str,
    starts: list[int],
    seconds: float,
    *,
    hasty: bool,
) -> list[int]:
    """Let them write for so long after the first acknowledgement; return how many acts each had confirmed."""
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_partners.write_until_killed, args=(folder, code, starts, theirs), kwargs={"hasty": hasty}
    )
    process.start()
    theirs.close()
    try:
        if not ours.poll(60) or not process.is_alive():
            raise RuntimeError("the partners never began to write")
        time.sleep(seconds)
    finally:
        process.kill()
    told = _drain(ours, list(starts))
    process.join()
    process.close()
    return told


def _drain(ours: Connection, told: list[int]) -> list[int]:
    while True:
        try:
            person, k = map(int, ours.recv_bytes().split())
        except (EOFError, OSError):  # the end, or half a message
            ours.close()
            return told
        told[person] = max(told[person], k + 1)


def _look(folder: Path, code: str, told: list[int], counts: Counts) -> list[int]:
    """Open what is left and count what is broken; return how many acts of each are in it."""
    try:
        household = _partners.open_household(folder)
    except WorkbookError:
        counts["unopened"] += 1
        return told
    found = list(told)
    try:
        for person, partner in enumerate(_partners.sign_in(household, code)):
            state = _partners.state_of(partner)
            right = [n for n in (told[person], told[person] + 1) if state == _partners.state_after(person, n)]
            if right:
                found[person] = right[0]
            else:
                counts["lost"] += 1
                found[person] = _longest_prefix(state, person, told[person])
            table = partner.read_table()
            of_round = [(p.instrument, p.occasion) for p in table.publications]
            counts["unsettled"] += sorted(of_round) != sorted([*table.open_rounds, *table.open_rounds])
    finally:
        household.close()
    return found


def _longest_prefix(state: _partners.State, person: int, most: int) -> int:
    fitting = (n for n in range(most, -1, -1) if _partners.state_after(person, n) == state)
    return next(fitting, most)
