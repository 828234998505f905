"""A disk that fails one sync: that write and all later ones are refused, and after a restart nothing is lost.

When a sync fails, the system lets go of what it could not write; asked again, it says that all is well. A
store that goes on after such a failure acknowledges what a power cut takes. The real store runs with one sync
failing at a random moment of its life (`_recorder.c`), goes on being asked, then the power is cut.
"""

import json
import random
import shutil
from pathlib import Path

from tests.proofs._checking import BROKEN as AFTER_CRASH
from tests.proofs._checking import check_after_crash
from tests.proofs._disk import Disk, read_trace
from tests.proofs._writing import TOLD
from tests.proofs.harness import Counts, merge, proof
from tests.proofs.power_cuts import build_recorder, lay_down, record, scratch

BROKEN = (*AFTER_CRASH, "went_on", "unclear")


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key.replace('_', ' ')}" for key in BROKEN if counts[key])
    of = f"{counts['acknowledged']:,} acknowledged, {counts['n_refused']:,} refused on {counts['trials']:,} disks"
    return f"{of}: {broken or '0 lost, none went on'}"


@proof(
    "failed-syncs",
    bound="after a failed sync nothing is written or acknowledged until a restart, 0 lost, ≥500 failing disks",
    full=500,
    short=20,
    portion=100,
    holds=lambda counts: (
        counts["n_refused"] >= counts["trials"] // 2 and not any(counts[key] for key in BROKEN)
    ),
    figure=_figure,
)
def failed_syncs(size: int, seed: int) -> Counts:
    """Fail one sync of ``size`` stores, ask on, cut the power, open again."""
    return _fail(size, seed)


@failed_syncs.control(size=20, fails=lambda counts: counts["lost"] > 0)
def a_sync_asked_for_again(size: int, seed: int) -> Counts:
    """The second answer, which is a lie, taken for the truth: acknowledged rows are gone."""
    return _fail(size, seed, "lies")


@failed_syncs.control(size=10, fails=lambda counts: counts["went_on"] > 0)
def a_writer_that_goes_on(size: int, seed: int) -> Counts:
    """Without the refusal, whatever comes next is taken again."""
    return _fail(size, seed, "goes-on")


def _fail(size: int, seed: int, *how: str) -> Counts:
    total: Counts = {"trials": 0, "n_refused": 0} | dict.fromkeys(BROKEN, 0)
    with scratch() as folder:
        watched, trace = folder / "data", folder / "trace"
        watched.mkdir(mode=0o700)
        record("tests.proofs._failing", watched, trace, build_recorder(folder), [str(seed), str(size), *how])
        disk = Disk(str(watched), TOLD)
        for call in read_trace(trace):
            disk.play(call)
        left = disk.after_power_cut(random.Random(seed))
        facts = [json.loads(line) for line in disk.told]
        for number in range(size):
            told = [fact for fact in facts if fact["store"] == number]
            total = merge(total, _look(folder / f"after-{number}", number, left, told))
    return total


def _look(after: Path, number: int, left: dict[str, bytes], told: list[dict]) -> Counts:
    own = {name.partition("/")[2]: content for name, content in left.items() if name.startswith(f"{number}/")}
    lay_down(after, own)
    refused = [fact["refused"] for fact in told if "refused" in fact]
    was_open = any(fact["after"] == 0 and "refused" not in fact for fact in told)
    found: Counts = {
        "trials": 1,
        "n_refused": len(refused),
        # The first write after the failure may have been acknowledged before it: it is the next that must not.
        # (Of a folder's sync SQLite makes nothing; opening ends with another one of ours, or is refused.)
        "went_on": sum(fact["after"] > 1 and "refused" not in fact for fact in told if was_open),
        "unclear": sum("not saved" not in text for text in refused),
    }
    found |= check_after_crash(after, [json.dumps(fact) for fact in told if "refused" not in fact])
    shutil.rmtree(after)
    return found
