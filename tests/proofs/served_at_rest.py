"""Two worlds look the same on the disk of a real server: after a sign-out, and after kill -9 and the next start.

As `worlds-at-rest`, whose worlds and observers these are, but nothing is done in process: A signs in by the form,
and her page's kernel does the rest through its own door. In one half of the pairs she signs out and the server
is asked to end; in the other the server is killed while she is at it, and another is started and ended. What is compared is the
folder of the data and that of its key. Asking for the private copy has a page of its own, without a kernel, and
is left to `worlds-at-rest`.
"""

import json
import os
import pickle
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from tests.proofs import _at_rest, _deeds
from tests.proofs._visitors import Visitor
from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.proofs.worlds_at_rest import AGAIN, DEEDS, OBSERVERS, household_of, record_acts
from tests.server.conftest import NOTEBOOK
from tests.service.keyed import write_keyed
from workbook.server.testing import running_server
from workbook.storage.keys import adopt_key, make_key_id
from workbook.storage.opening import open_store

SERVED = tuple(name for name in DEEDS if name != "private copy")
MOMENTS = ("ended", "killed")
APART = tuple(f"{who}_{moment}" for who in OBSERVERS for moment in MOMENTS)
UNKEPT = Path(__file__).parent / "unkept"
KEY_ID = "0123456789abcdef"  # of the file's key, which is the same in every world
PATIENCE = 180.0  # seconds that a page may take to do everything
# What A's kernel does: calls that were recorded, in their order; then it says so.
_ACTING = """
import pickle
from pathlib import Path
from workbook.service.desks.roles import PartnerService
from workbook.service.link.remote import connect

service, _tell_defect = connect(PartnerService)
for verb, given, named in pickle.loads(bytes.fromhex({calls!r})):
    getattr(service, verb)(*given, **named)
Path({done!r}).touch()
"""


@dataclass(frozen=True, slots=True)
class _World:
    """A couple in a folder of its own, and what A does there; the same couple in every world of a group."""

    folder: Path
    name: str
    deeds: list[str]


@proof(
    "served-at-rest",
    bound="0 of ≥20 pairs told apart on a real server's disk by any of 3 observers, after sign-out or kill -9",
    full=20,
    short=2,
    portion=5,
    zero=APART,
)
def served_at_rest(size: int, seed: int) -> Counts:
    """Compare ``size`` pairs, of which every second one is killed."""
    return _compare(size, seed)


@served_at_rest.control(size=2, fails=lambda counts: counts["with_key_killed"] > 0)
def one_kind_left_in_rows(size: int, seed: int) -> Counts:
    """Whom one blocks is a row of the drawer."""
    environment = {"PYTHONPATH": os.pathsep.join([str(UNKEPT), str(Path.cwd())])}
    return _compare(size, seed, ["blocked"], environment)


def _compare(
    size: int, seed: int, only: list[str] | None = None, environment: dict[str, str] | None = None
) -> Counts:
    counts: Counts = dict.fromkeys(("trials", *APART), 0)
    for number in range(size):
        chance, moment = random.Random(f"{seed}/{number}"), MOMENTS[number % 2]
        # Nothing fills up rows before A comes again, so a crash leaves them counted, as SECURITY.md says.
        names = [*SERVED, *([AGAIN] if moment == "ended" else [])]
        drawn = [names[(number // 2) % len(names)], *chance.sample(names, chance.randint(0, 3))]
        deeds = only or list(dict.fromkeys(drawn))
        with scratch() as one, scratch() as other, ThreadPoolExecutor(2) as threads:
            group = f"{seed}/{number}"
            worlds = [_World(one, f"{group}/0", []), _World(other, f"{group}/1", deeds)]
            for (
                world
            ) in worlds:  # one after the other: ids are drawn from the group's seed for the whole process
                _prepare(world)
            run = partial(_live, is_killed=moment == "killed", environment=environment or {})
            seen = list(threads.map(run, worlds))
        for who in OBSERVERS:
            counts[f"{who}_{moment}"] += getattr(seen[0], who) != getattr(seen[1], who)
        counts["trials"] += 1
    return counts


def _in_folder(folder: Path, make: Callable[[Path], Any]) -> Any:
    keys = {"WORKBOOK_KEYS": str(folder / "keys"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    with mock.patch.dict(os.environ, keys):
        return make(folder / "data")


def _prepare(world: _World) -> None:
    """Make the couple, and the notebook with what A's kernel will do."""

    def make(data: Path) -> _deeds.Couple:
        data.mkdir(mode=0o700)
        make_key_id(data, KEY_ID)
        adopt_key(KEY_ID, KEY)
        household = household_of(open_store(data))
        couple = _deeds.make_couple(household, world.name.rpartition("/")[0])
        _deeds.act_as_ben(household, couple, world.name.rpartition("/")[0])
        household.close()
        return couple

    couple = _in_folder(world.folder, make)
    write_keyed(_deeds.STUDY, world.folder / "data")
    (world.folder / "code").write_text(couple.code, encoding="utf-8")
    calls = pickle.dumps(record_acts(world.name, world.deeds)).hex()
    source = _ACTING.format(calls=calls, done=str(world.folder / "done"))
    cell = NOTEBOOK["cells"][1] | {"source": source}
    notebook = json.dumps(NOTEBOOK | {"cells": [cell]})
    (world.folder / "acting.ipynb").write_text(notebook, encoding="utf-8")


def _live(world: _World, *, is_killed: bool, environment: dict[str, str]) -> _at_rest.Seen:
    """Let A come and act; end or kill the server; return what is seen on its disk then."""
    folder, options = world.folder, ("--notebook", str(world.folder / "acting.ipynb"))
    with running_server(folder, *options, environment=environment) as server:
        visitor = Visitor(server, _deeds.NAMES[0])
        code = (folder / "code").read_text(encoding="utf-8")
        visitor.send("/sign-in", code=code, name=_deeds.NAMES[0], passphrase=_deeds.PASSPHRASES[0])
        visitor.open_workbook()
        _wait_for(folder / "done")
        if is_killed:
            os.kill(server.pid, signal.SIGKILL)
        else:
            visitor.send("/sign-out")
        visitor.close()
    if is_killed:
        with running_server(folder, *options, environment=environment):
            pass
    places = [folder / "data", folder / "keys"]
    return _at_rest.look(folder, _deeds.NAMES[1], _deeds.PASSPHRASES[1], places)


def _wait_for(done: Path) -> None:
    latest = time.monotonic() + PATIENCE
    while not done.exists():
        if time.monotonic() > latest:
            raise AssertionError("A's page never did all that it should")
        time.sleep(0.1)
