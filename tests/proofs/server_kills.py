"""Acknowledged means durable, IV: ``kill -9`` of the whole server, and of its kernels, from outside.

Both partners are signed in to a real server and post answers as the page does, one of them with the
workbook open in a kernel. At a random moment a kernel is killed, a moment later the server. Then
the data folder is opened: each partner's answers must be exactly what the acknowledged posts add
up to, or that and the one that was on its way; the next server begins with that one again.
"""

import json
import os
import random
import re
import signal
import threading
import time
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
from workbook.errors import WorkbookError
from workbook.server.testing import RunningServer, running_server
from workbook.service.local import LocalService
from workbook.service.verbs import Answer
from workbook.storage.opening import open_store

BROKEN = ("lost", "unopened")
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

    def _token(self) -> str:
        found = re.search(r'name="_xsrf" value="([^"]+)"', self.client.get("/leave").text)
        return unescape(found[1]) if found else ""


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key}" for key in BROKEN if counts[key])
    of = f"{counts['acknowledged']:,} posts acknowledged in {counts['trials']:,} kills"
    return f"{of} of servers, {counts['n_kernels']:,} of kernels: {broken or '0 lost'}"


@proof(
    "server-kills",
    bound="0 acknowledged answers lost in ≥100 kill -9 of the whole server and its kernels",
    full=100,
    short=1,
    portion=10,
    holds=lambda counts: (
        counts["acknowledged"] > counts["trials"]
        and counts["n_kernels"] >= counts["trials"]
        and not any(counts[key] for key in BROKEN)
    ),
    figure=_figure,
)
def server_kills(size: int, seed: int) -> Counts:
    """Kill ``size`` servers, one after the other over the same data."""
    return _kill(size, seed, hopeful=False)


@server_kills.control(size=1, fails=lambda counts: counts["lost"] > 0)
def saved_before_it_is_sent(size: int, seed: int) -> Counts:
    """A page that says "saved" of what it has yet to send."""
    return _kill(size, seed, hopeful=True)


def _kill(size: int, seed: int, *, hopeful: bool) -> Counts:
    chance = random.Random(seed)
    counts: Counts = dict.fromkeys(("trials", "acknowledged", "n_kernels", *BROKEN), 0)
    with scratch() as folder:
        code, n_acts = "", [0, 0]
        for _ in range(size):
            partners, code = _one_life(folder, code, n_acts, chance, counts)
            # A hopeful page has said "saved" of two more that still wait to be sent.
            told = [partner.n_acts + 2 * hopeful for partner in partners]
            counts["acknowledged"] += sum(told) - sum(n_acts)
            n_acts = _look(folder, code, told, counts)
            counts["trials"] += 1
    return counts


def _one_life(
    folder: Path, code: str, starts: list[int], chance: random.Random, counts: Counts
) -> tuple[list[Partner], str]:
    with running_server(folder) as server:
        partners = [Partner(server.url, person, start) for person, start in enumerate(starts)]
        code = _let_in(partners, code)
        partners[0].client.get("/workbook", timeout=60)  # one of them has a kernel
        threads = [threading.Thread(target=partner.post_until_gone) for partner in partners]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.05, 0.6))
        counts["n_kernels"] += kill_kernels(server)
        time.sleep(chance.uniform(0.0, 0.5))
        os.kill(server.pid, signal.SIGKILL)
        for thread in threads:
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
    """Kill every kernel of a server, and give how many that were. They are forked from one warm process, which stays."""
    processes = psutil.Process(server.pid).children(recursive=True)
    warm = [process for process in processes if "workbook.server.nursery" in process.cmdline()]
    kernels = sorted(warm, key=lambda process: process.create_time())[1:]
    for process in kernels:
        process.kill()
    return len(kernels)


def _look(folder: Path, code: str, told: list[int], counts: Counts) -> list[int]:
    with mock.patch.dict(os.environ, {"WORKBOOK_KEYS": str(folder / "keys"), **_KEYRING}):
        try:
            service = LocalService(open_store(folder / "data"), cost=_partners.CHEAP)
        except WorkbookError:
            counts["unopened"] += 1
            return told
    found = list(told)
    for person, actor in enumerate(_partners.sign_in(service, code)):
        values = _partners.state_of(service, actor, person).values
        right = [n for n in (told[person], told[person] + 1) if values == _values_after(person, n)]
        counts["lost"] += not right
        found[person] = right[0] if right else told[person]
    service.close()
    return found


def _values_after(person: int, n_acts: int) -> dict[str, int]:
    answers = [answer for k in range(n_acts) for answer in _partners.answers_of(person, k)]
    return {answer.item: answer.value for answer in answers if answer.value is not None}
