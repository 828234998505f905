"""Acknowledged means durable, IV: ``kill -9`` of the whole server, and of its kernels, from outside.

Both partners are signed in to a real server. Each posts answers as the page does, and has a notebook open
whose kernel writes as well, through the kernel's own door, and notes in a file what was acknowledged. At random
moments both kernels are killed and opened again, five times over; then the server is. The data folder is
opened: each partner's answers, and what their kernels wrote, must be exactly what was acknowledged, in order,
or that and the one that was on its way; the next kernel and the next server begin with that one again.
"""

import json
import os
import random
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from html import unescape
from pathlib import Path
from unittest import mock

import httpx
import psutil

from tests.proofs import _partners
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.server.conftest import NOTEBOOK
from workbook.errors import WorkbookError
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household
from workbook.service.formats.values import Answer
from workbook.storage.opening import open_store

BROKEN = ("lost", "lost_by_kernels", "unopened")
ROUNDS = 5  # kernels that each partner has in the life of one server
# What a kernel does: write and note what was acknowledged, from where the last one was killed.
_WRITING = """
import os
import threading
from workbook.service.desks.roles import PartnerService
from workbook.service.link.remote import connect

service, _tell_defect = connect(PartnerService)
notes = os.open({folder!r} + "/" + service.actor.person_id, os.O_APPEND | os.O_CREAT | os.O_RDWR, 0o600)

def write():
    k = os.pread(notes, os.fstat(notes).st_size, 0).count(b".")
    while True:
        hasty = {hasty} and os.write(notes, b"..")
        service.add_event("setting", {{"name": "week", "value": k}}, operation_id=f"kernel.{{k}}")
        k += 1
        hasty or os.write(notes, b".")

threading.Thread(target=write, daemon=True).start()
"""
_KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


class Partner:
    """One partner's browser: signs in, then posts act after act until the server is gone."""

    def __init__(self, url: str, person: int, start: int) -> None:
        self.n_acts, self._person, self._xsrf = start, person, ""
        self.client = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def send(self, path: str, **fields: str) -> httpx.Response:
        reply = self.client.post(path, data={"_xsrf": self._token(), **fields})
        if not reply.is_redirect:
            raise RuntimeError(f"{path} answered {reply.status_code}")
        return reply

    def post_until_gone(self) -> None:
        with suppress(httpx.TransportError):
            while True:
                self.post(_partners.answers_of(self._person, self.n_acts))
                self.n_acts += 1

    def post(self, answers: list[Answer]) -> None:
        """Post answers as the page does; returns once they are acknowledged."""
        self._xsrf = self._xsrf or self._token()
        headers = {
            "X-XSRFToken": self._xsrf,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        body = json.dumps({"answers": [asdict(answer) for answer in answers]})
        reply = self.client.post("/api/answers", content=body, headers=headers)
        if reply.status_code != httpx.codes.OK or len(reply.json()["saved"]) != len(answers):
            raise RuntimeError(f"answers refused: {reply.status_code}")

    def open_workbook(self) -> None:
        """Open the notebook, whose kernel begins to write."""
        self.client.get("/workbook", timeout=60).raise_for_status()

    def _token(self) -> str:
        found = re.search(r'name="_xsrf" value="([^"]+)"', self.client.get("/leave").text)
        return unescape(found[1]) if found else ""


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key}" for key in BROKEN if counts[key])
    of = f"{counts['acknowledged']:,} posts and {counts['by_kernels']:,} acts of kernels acknowledged"
    kills = f"{counts['trials']:,} kills of servers, {counts['n_kernels']:,} of kernels"
    return f"{of} in {kills}: {broken or '0 lost'}"


@proof(
    "server-kills",
    bound="0 acknowledged answers lost in ≥100 kill -9 of the whole server and ≥1,000 of its kernels",
    full=100,
    short=1,
    portion=10,
    holds=lambda counts: (
        min(counts["acknowledged"], counts["by_kernels"]) > counts["trials"]
        and counts["n_kernels"] >= 2 * ROUNDS * counts["trials"]
        and not any(counts[key] for key in BROKEN)
    ),
    figure=_figure,
)
def server_kills(size: int, seed: int) -> Counts:
    """Kill ``size`` servers, one after the other over the same data, and all their kernels."""
    return _kill(size, seed)


@server_kills.control(size=1, fails=lambda counts: counts["lost"] > 0)
def saved_before_it_is_sent(size: int, seed: int) -> Counts:
    """A page that marks answers as saved before sending them."""
    return _kill(size, seed, hopeful=True)


@server_kills.control(size=1, fails=lambda counts: counts["lost_by_kernels"] > 0)
def a_kernel_that_says_so_too_soon(size: int, seed: int) -> Counts:
    """A kernel that notes as done what it has yet to do."""
    return _kill(size, seed, hasty=True)


def _kill(size: int, seed: int, *, hopeful: bool = False, hasty: bool = False) -> Counts:
    chance = random.Random(seed)
    counts: Counts = dict.fromkeys(("trials", "acknowledged", "by_kernels", "n_kernels", *BROKEN), 0)
    with scratch() as folder:
        (folder / "notes").mkdir()
        source = _WRITING.format(folder=str(folder / "notes"), hasty=hasty)
        cell = NOTEBOOK["cells"][1] | {"source": source}
        (folder / "writing.ipynb").write_text(json.dumps(NOTEBOOK | {"cells": [cell]}), encoding="utf-8")
        code, n_acts = "", [0, 0]
        for _ in range(size):
            partners, code = _one_life(folder, code, n_acts, chance, counts)
            # A hopeful page has said "saved" of two more that still wait to be sent.
            told = [partner.n_acts + 2 * hopeful for partner in partners]
            counts["acknowledged"] += sum(told) - sum(n_acts)
            n_acts = _look(folder, code, told, counts)
            counts["trials"] += 1
        counts["by_kernels"] += sum(notes.stat().st_size for notes in (folder / "notes").iterdir())
    return counts


def _one_life(
    folder: Path, code: str, starts: list[int], chance: random.Random, counts: Counts
) -> tuple[list[Partner], str]:
    with running_server(folder, "--notebook", str(folder / "writing.ipynb")) as server:
        partners = [Partner(server.url, person, start) for person, start in enumerate(starts)]
        code = _let_in(partners, code)
        posting = [threading.Thread(target=partner.post_until_gone) for partner in partners]
        for thread in posting:
            thread.start()
        for _ in range(ROUNDS):
            with ThreadPoolExecutor(2) as opening:
                list(opening.map(Partner.open_workbook, partners))
            time.sleep(chance.uniform(0.0, 0.3))
            counts["n_kernels"] += kill_kernels(server)
        time.sleep(chance.uniform(0.0, 0.2))
        os.kill(server.pid, signal.SIGKILL)
        for thread in posting:
            thread.join()
        for partner in partners:
            partner.client.close()
    return partners, code


def _let_in(partners: list[Partner], code: str) -> str:
    if code:
        for person, partner in enumerate(partners):
            name, passphrase = _partners.NAMES[person], _partners.PASSPHRASES[person]
            partner.send("/sign-in", code=code, name=name, passphrase=passphrase)
        return code
    first, second = partners
    first.send("/begin", name=_partners.NAMES[0], passphrase=_partners.PASSPHRASES[0])
    found = re.search(r'id="couple-code">([^<]+)<', first.client.get("/recovery-code").text)
    code = found[1] if found else ""
    second.send("/join", code=code, name=_partners.NAMES[1], passphrase=_partners.PASSPHRASES[1])
    return code


def kill_kernels(server: RunningServer) -> int:
    """Kill every kernel of a server and return how many there were. Their fork server stays."""
    processes = psutil.Process(server.pid).children(recursive=True)
    warm = [process for process in processes if "workbook.server.kernels.fork_server" in process.cmdline()]
    kernels = sorted(warm, key=lambda process: process.create_time())[1:]
    for process in kernels:
        process.kill()
    return len(kernels)


def _look(folder: Path, code: str, told: list[int], counts: Counts) -> list[int]:
    with mock.patch.dict(os.environ, {"WORKBOOK_KEYS": str(folder / "keys"), **_KEYRING}):
        try:
            household = Household(open_store(folder / "data"), cost=_partners.CHEAP)
        except WorkbookError:
            counts["unopened"] += 1
            return told
    found = list(told)
    for person, partner in enumerate(_partners.sign_in(household, code)):
        state = _partners.state_of(partner)
        right = [n for n in (told[person], told[person] + 1) if state.values == _values_after(person, n)]
        counts["lost"] += not right
        found[person] = right[0] if right else told[person]
        n_noted = (folder / "notes" / partner.actor.person_id).stat().st_size
        n_written = len(state.notes)
        is_whole = state.notes == [f"kernel.{k}" for k in range(n_written)]
        counts["lost_by_kernels"] += not (is_whole and n_written in (n_noted, n_noted + 1))
    household.close()
    return found


def _values_after(person: int, n_acts: int) -> dict[str, int]:
    answers = [answer for k in range(n_acts) for answer in _partners.answers_of(person, k)]
    return {answer.item: answer.value for answer in answers if answer.value is not None}
