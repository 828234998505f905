"""Acknowledged means durable, I: the power fails at any moment of a real process's writing.

The real store runs in a process whose file-system calls are recorded (`_recorder.c`, preloaded);
the trace is then played up to thousands of cuts, what was not synced is lost or torn
(`_disk.py`), and each disk that may be left is opened by the real store. The file of heads,
first creation, closing and opening again, forgetting and checkpoints are all in the trace.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.proofs._checking import BROKEN, check_after_crash
from tests.proofs._disk import Disk, cuts, read_trace
from tests.proofs._writing import TOLD
from tests.proofs.harness import CannotRun, Counts, merge, proof
from tests.proofs.reach import ROOT

N_OPERATIONS = 150


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key}" for key in BROKEN if counts[key])
    return f"{counts['acknowledged']:,} acknowledged in {counts['trials']:,} cuts: {broken or '0 lost'}"


@proof(
    "power-cuts",
    bound="0 acknowledged rows lost, halved or wrong in ≥10,000 power cuts",
    full=10_000,
    short=60,
    portion=500,
    zero=BROKEN,
    figure=_figure,
)
def power_cuts(size: int, seed: int) -> Counts:
    """Cut the power ``size`` times while two write."""
    return _cut(size, seed)


@power_cuts.control(size=60, fails=lambda counts: counts["lost"] > 0)
def synchronous_normal(size: int, seed: int) -> Counts:
    """The same with ``synchronous=NORMAL``: acknowledged rows go missing."""
    return _cut(size, seed, "unsafe")


@power_cuts.control(size=60, fails=lambda counts: counts["halves"] > 0)
def adding_and_destroying_apart(size: int, seed: int) -> Counts:
    """A row put in the place of another by two writes: a cut between them leaves both."""
    return _cut(size, seed, "apart")


def _cut(size: int, seed: int, *how: str) -> Counts:
    total: Counts = {"trials": 0}
    chance = random.Random(seed)
    with scratch() as folder:
        watched, trace = folder / "data", folder / "trace"
        watched.mkdir(mode=0o700)
        arguments = [str(seed), str(N_OPERATIONS), *how]
        record("tests.proofs._writing", watched, trace, build_recorder(folder), arguments)
        disk = Disk(str(watched), TOLD)
        for position, (at, left) in enumerate(cuts(read_trace(trace), disk, size, chance)):
            after = folder / f"after-{position}"
            lay_down(after, left)
            total = merge(total, {"trials": 1} | check_after_crash(after, at.told))
            shutil.rmtree(after)
    return total


def record(module: str, watched: Path, trace: Path, recorder: Path, arguments: list[str]) -> None:
    """Run a module as a process whose file-system calls below a folder are recorded."""
    recording = {"LD_PRELOAD": str(recorder), "RECORD_FOLDER": str(watched), "RECORD_TRACE": str(trace)}
    subprocess.run(
        [sys.executable, "-m", module, str(watched), *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | recording,
        check=True,
        timeout=120,
    )


def lay_down(folder: Path, files: dict[str, bytes]) -> None:
    """Write files as they are left, by name."""
    folder.mkdir(mode=0o700)
    for name, content in files.items():
        (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)


def build_recorder(folder: Path) -> Path:
    """Compile the recorder.

    Raises
    ------
    CannotRun
        There is no C compiler, or this is not Linux.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        raise CannotRun("recording file-system calls needs Linux and a C compiler (apt-get install gcc)")
    built = folder / "recorder.so"
    source = Path(__file__).with_name("_recorder.c")
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(built), str(source), "-ldl", "-lpthread"]
    subprocess.run(command, check=True, capture_output=True)
    return built


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder in memory if there is one: nothing here is about the speed of this disk."""
    shared = Path("/dev/shm")
    where = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="proof-", dir=where) as folder:
        yield Path(folder).resolve()
