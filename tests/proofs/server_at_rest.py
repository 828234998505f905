"""Nothing of a couple is left by a running server in logs, environments, command lines or files.

Two sign in to a real server under marked names and passphrases, post answers and open the workbook; one
mistypes a passphrase, one asks for an address that is not there. Then every file below the server's
folders and its temporary folder is searched, and the environment and command line of the server
and of each process it started. Looked for: names, passphrases, recovery codes, cookies, the drawers'
rows, and the key of the file (outside its own folder). A process that may leave a picture of its memory
when it crashes, and a file that others of this computer may open, are counted as well.
"""

import json
import os
import re
import resource
import stat
from contextlib import suppress
from pathlib import Path

import psutil

from tests.proofs import _partners, _seeding
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.proofs.server_kills import Partner
from workbook.server.testing import RunningServer, running_server


@proof(
    "server-at-rest",
    bound="0 of ≥40 names, secrets, cookies and rows in files, logs, environments, command lines",
    full=40,
    short=1,
    portion=20,
    zero=("found", "may_dump_core", "open_to_others"),
    figure=lambda c: (
        f"{c['found']:,} (cores: {c['may_dump_core']:,}, open files: {c['open_to_others']:,}) of {c['trials']:,} found in {c['n_places']:,} files and processes"
    ),
)
def server_at_rest(size: int, seed: int) -> Counts:
    """One server after another until ``size`` secrets were looked for."""
    counts = _nothing()
    while counts["trials"] < size:
        _one_server(counts, leaky=False)
    return counts


@server_at_rest.control(size=1)
def a_secret_in_the_environment(size: int, seed: int) -> Counts:
    """Put a secret into one environment variable: the search finds it."""
    counts = _nothing()
    _one_server(counts, leaky=True)
    return counts


@server_at_rest.control(
    size=1, fails=lambda counts: counts["may_dump_core"] > 0 and counts["open_to_others"] > 0
)
def a_server_that_is_not_private(size: int, seed: int) -> Counts:
    """It leaves limits and file modes as whoever started it has them."""
    limits, umask = resource.getrlimit(resource.RLIMIT_CORE), os.umask(0o022)
    resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
    folders = [str(Path(__file__).parent / "unprivate"), str(Path.cwd())]
    counts = _nothing()
    try:
        _one_server(counts, leaky=False, environment={"PYTHONPATH": os.pathsep.join(folders)})
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, limits)
        os.umask(umask)
    return counts


def _nothing() -> Counts:
    return dict.fromkeys(("trials", "found", "n_places", "may_dump_core", "open_to_others"), 0)


def _one_server(counts: Counts, *, leaky: bool, environment: dict[str, str] | None = None) -> None:
    seeds = [_seeding.Seeds(), _seeding.Seeds()]
    names = [seed.mark(seed.names) for seed in seeds]
    passphrases = [seed.mark(seed.secret) for seed in seeds]
    with scratch() as folder:
        temporary = folder / "t"
        temporary.mkdir()
        environment = {"TMPDIR": str(temporary), **(environment or {})} | (
            {"LEAK": passphrases[0]} if leaky else {}
        )
        with running_server(folder, environment=environment) as server:
            secrets = [marker for seed in seeds for marker in seed.all()]
            secrets += _live(server, names, passphrases)
            places = [*_files(folder), *_processes(server)]
            counts["may_dump_core"] += _n_that_dump_core(server)
            counts["open_to_others"] += _n_open_to_others(folder / "data", temporary)
        places += _files(folder)
        secrets += [path.read_bytes().strip() for path in (folder / "keys").glob("*.key")]
    counts["trials"] += len(secrets)
    counts["n_places"] += len(places)
    counts["found"] += _seeding.n_found(secrets, places)


def _live(server: RunningServer, names: list[str], passphrases: list[str]) -> list[bytes]:
    """Sign in, answer, cause an error; return what else must stay secret."""
    first, second = Partner(server.url, 0, 0), Partner(server.url, 1, 0)
    first.send("/begin", name=names[0], passphrase=passphrases[0])
    page = first.client.get("/recovery-code").text
    code, recovery_code = (
        re.search(rf'id="{name}">([^<]+)<', page) for name in ("couple-code", "recovery-code")
    )
    if code is None or recovery_code is None:
        raise RuntimeError("no codes on the page of codes")
    second.send("/join", code=code[1], name=names[1], passphrase=passphrases[1])
    first.client.get("/workbook", timeout=60)
    for person, partner in enumerate((first, second)):
        partner.post(_partners.answers_of(person, 0))
        partner.client.get(f"/{names[person]}?passphrase={passphrases[person]}")  # typed into the wrong line
        with suppress(RuntimeError):
            partner.send("/sign-in", code=code[1], name=names[person], passphrase=passphrases[person][:-1])
    jars = [cookie.value or "" for partner in (first, second) for cookie in partner.client.cookies.jar]
    cookies = [value.strip('"').encode() for value in jars if len(value) > 8]
    for partner in (first, second):
        partner.client.close()
    rows = _seeding.numeric_patterns(0)[:3]
    return [recovery_code[1].encode(), *cookies, *rows]


def _files(folder: Path) -> list[bytes]:
    own = folder / "keys"
    return [content for path, content in _seeding.bytes_of(folder).items() if not path.is_relative_to(own)]


def _n_that_dump_core(server: RunningServer) -> int:
    """The server and its kernels, where their limits allow a core file."""
    process = psutil.Process(server.pid)
    limits = [
        Path(f"/proc/{one.pid}/limits").read_text() for one in [process, *process.children(recursive=True)]
    ]
    return sum(re.search(r"^Max core file size +0 +0 ", text, re.MULTILINE) is None for text in limits)


def _n_open_to_others(*folders: Path) -> int:
    """What lies below these folders and others than its owner may do something with."""
    return sum(
        bool(stat.S_IMODE(path.stat().st_mode) & 0o077) for folder in folders for path in folder.rglob("*")
    )


def _processes(server: RunningServer) -> list[bytes]:
    process = psutil.Process(server.pid)
    found = []
    for one in [process, *process.children(recursive=True)]:
        with suppress(psutil.Error):
            found += ["\n".join(one.cmdline()).encode(), json.dumps(one.environ()).encode()]
    return found
