"""Start and doctor refuse every unsafe setup, and each refusal names the way out.

Each case makes one thing unsafe, for real wherever this machine can: folders with such rights, files
that lie there, variables, a disk that is full. What can't be made here (another's file system, an old
SQLite) is what the look is told instead. The last ones start the real server and must not get one.
"""

import contextlib
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from workbook.server.preflight import environment, folders
from workbook.server.preflight.base import Setup
from workbook.server.preflight.checks import examine
from workbook.storage import connections

WAY_OUT = re.compile(
    r"`[^`]+`|--\w+|WORKBOOK_KEYS|TMPDIR|Set this|Install |Start |Take |Choose |choose |Give |move |Free |Make "
)
Case = Callable[[Path], "AbstractContextManager[dict[str, object]]"]
CASES: dict[str, tuple[str, Case]] = {}


def case(code: str, name: str) -> Callable[[Callable[[Path], Iterator[dict[str, object]]]], None]:
    """Register how to make a setup unsafe; it yields what differs in the `Setup`."""

    def register(make: Callable[[Path], Iterator[dict[str, object]]]) -> None:
        CASES[name] = (code, contextmanager(make))

    return register


def plain(code: str, name: str, **differs: object) -> None:
    """A case that needs nothing made."""

    @case(code, name)
    def _make(_folder: Path) -> Iterator[dict[str, object]]:
        yield differs


def patched(code: str, name: str, what: str, value: object) -> None:
    """A case that this machine can't be brought to: the look is told so."""

    @case(code, name)
    def _make(_folder: Path) -> Iterator[dict[str, object]]:
        with mock.patch(what, value):
            yield {}


plain("plain_http", "every interface, unencrypted", listens_on="0.0.0.0")
plain("plain_http", "every IPv6 interface, unencrypted", listens_on="::")
plain("proxy_address", "a proxy without https", proxy="http://workbook.example.org")
plain("proxy_address", "a password in the public address", proxy="https://ann:secret@workbook.example.org")
plain("proxy_address", "a path in the public address", proxy="https://workbook.example.org/couples")
plain("proxy_is_loopback", "a public address that is this computer", proxy="https://127.0.0.1:8443")
for spelling in ("127.1", "0.0.0.0", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "[::]"):
    plain("proxy_is_loopback", f"this computer, written as {spelling}", proxy=f"https://{spelling}")
plain("proxy_is_loopback", "a name that leads to this computer", proxy="https://localhost.")
plain("shared_demo", "a demo shared in the network", demo=True, share=True)
plain("shared_demo", "a demo on a public server", demo=True, proxy="https://workbook.example.org")
plain(
    "in_package",
    "data among the served files",
    data=Path(str(folders.files("workbook"))) / "server" / "assets" / "static" / "d",
)
plain("clock_ahead", "a clock a century ahead", now=datetime(2126, 1, 1, tzinfo=UTC))
plain("clock_behind", "a clock at its beginning", now=datetime(1970, 1, 1, tzinfo=UTC))
plain(
    "keyring",
    "a keyring in plain text",
    environment={"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"},
)
for _name in environment.REFUSED:
    plain("environment", f"the variable {_name}", environment={_name: "1"})
patched(
    "network_disk", "a network disk", "workbook.server.preflight.folders.file_system_of", lambda _path: "nfs4"
)
patched(
    "no_room",
    "a full disk",
    "workbook.server.preflight.folders.shutil.disk_usage",
    lambda _p: SimpleNamespace(free=10**6),
)
patched(
    "not_writable",
    "a disk that can't be written",
    "workbook.server.preflight.folders.os.access",
    lambda *_: False,
)
patched("sqlite", "an old SQLite", "sqlcipher3.sqlite_version_info", (3, 40, 1))
patched(
    "another_user",
    "the rights of another user",
    "workbook.server.preflight.environment.os.getuid",
    lambda: 12345,
)
patched("traced", "a debugger", "workbook.server.preflight.environment.sys.gettrace", lambda: print)
for _flag, _code in {"optimize": "optimised", "inspect": "interactive", "dev_mode": "development"}.items():
    _flags = {"optimize": 0, "inspect": 0, "interactive": 0, "dev_mode": 0} | {_flag: 1}
    patched(
        _code,
        f"Python's flag {_flag}",
        "workbook.server.preflight.environment.sys.flags",
        SimpleNamespace(**_flags),
    )
for _setting, _weak in {
    "synchronous = FULL": "NORMAL",
    "secure_delete = ON": "OFF",
    "temp_store = MEMORY": "FILE",
}.items():
    _found = tuple(p.replace(_setting, f"{_setting.split()[0]} = {_weak}") for p in connections._PRAGMAS)
    patched(
        "database_setting",
        f"{_setting.split()[0]} = {_weak}",
        "workbook.storage.connections._PRAGMAS",
        _found,
    )


@case("in_checkout", "data in a repository's working folder")
def _checkout(folder: Path) -> Iterator[dict[str, object]]:
    (folder / "clone" / ".git").mkdir(parents=True)
    yield {"data": folder / "clone" / "data"}


@case("in_checkout", "keys in a repository's working folder")
def _keys_in_checkout(folder: Path) -> Iterator[dict[str, object]]:
    (folder / "clone" / ".git").mkdir(parents=True)
    yield {"keys": folder / "clone" / "keys"}


@case("keys_beside", "the key inside the data")
def _key_inside(folder: Path) -> Iterator[dict[str, object]]:
    yield {"keys": folder / "data" / "keys"}


@case("keys_beside", "the data beside its key")
def _data_inside(folder: Path) -> Iterator[dict[str, object]]:
    yield {"data": folder / "keys" / "data"}


def _open(code: str, name: str, where: str, mode: int, *, file: str = "") -> None:
    @case(code, name)
    def _make(folder: Path) -> Iterator[dict[str, object]]:
        place = folder / where
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        target = place / (file or "something")
        target.touch(0o600)
        (target if file else place).chmod(mode)
        yield {}


_open("open_folder", "a data folder that others may read", "data", 0o755)
_open("open_folder", "a data folder of a group", "data", 0o750)
_open("open_folder", "a database that others may read", "data", 0o644, file="workbook.db")
_open("open_folder", "a key that others may read", "keys", 0o644, file="abc.key")
_open("open_folder", "a folder of keys that others may read", "keys", 0o755)


@case("owner", "data that belongs to somebody else")
def _others(folder: Path) -> Iterator[dict[str, object]]:
    (folder / "data").mkdir(mode=0o700)
    (folder / "data" / "workbook.db").touch(0o600)
    with mock.patch("workbook.server.preflight.folders.os.geteuid", return_value=os.getuid() + 1):
        yield {}


@case("open_parent", "a parent in which anybody may rename")
def _parent(folder: Path) -> Iterator[dict[str, object]]:
    (folder / "all").mkdir()
    (folder / "all").chmod(0o777)
    yield {"data": folder / "all" / "data"}


@case("umask", "files that everybody may write")
def _umask(_folder: Path) -> Iterator[dict[str, object]]:
    before = os.umask(0)
    try:
        yield {}
    finally:
        os.umask(before)


for _file in ("voila.py", "voila.json", "jupyter_config.py", "jupyter_server_config.py"):

    @case("configuration", f"{_file} in the working folder")
    def _configuration(folder: Path, file: str = _file) -> Iterator[dict[str, object]]:
        (folder / file).write_text("raise SystemExit('this ran')")
        yield {"started_in": folder}


@case("socket_path", "a folder for sockets with too long a name")
def _long(folder: Path) -> Iterator[dict[str, object]]:
    yield {"temporary": folder / ("l" * 60) / ("o" * 40)}


@case("temporary", "a folder for temporary files where anybody may replace them")
def _temporary(folder: Path) -> Iterator[dict[str, object]]:
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o777)
    yield {"temporary": folder / "tmp"}


def safe(folder: Path) -> dict[str, object]:
    """A setup in which nothing is unsafe."""
    return {"data": folder / "data", "keys": folder / "keys", "started_in": folder, "environment": {}}


@proof(
    "unsafe-setups",
    bound="≥20 unsafe setups, each refused for its own reason with a way out; a safe one begins",
    full=len(CASES),
    short=len(CASES),
    zero=("accepted", "without_way_out", "safe_refused", "started"),
)
def unsafe_setups(size: int, seed: int) -> Counts:
    """Every case once, and the real start for some of them."""
    counts = _look()
    counts["started"] += sum(_starts(*refused) for refused in REFUSED_STARTS)
    return counts


@unsafe_setups.control(size=1, fails=lambda counts: counts["accepted"] == counts["trials"])
def a_check_that_looks_at_nothing(size: int, seed: int) -> Counts:
    """Without its looks, every case is accepted."""
    from workbook.server.preflight import exposure

    with contextlib.ExitStack() as stack:
        for module in (exposure, folders, environment):
            stack.enter_context(mock.patch.object(module, "CHECKS", ()))
        return _look()


def _look() -> Counts:
    counts: Counts = dict.fromkeys(("trials", "accepted", "without_way_out", "safe_refused", "started"), 0)
    before = os.umask(0o022)
    try:
        for code, make in CASES.values():
            with scratch() as folder:
                folder.chmod(stat.S_IRWXU)
                counts["safe_refused"] += bool(examine(Setup(**safe(folder))))  # type: ignore[arg-type]
                with make(folder) as differs:
                    found = examine(Setup(**safe(folder) | differs))  # type: ignore[arg-type]
            counts["trials"] += 1
            texts = [str(one.problem) for one in found if one.code == code]
            counts["accepted"] += not texts
            counts["without_way_out"] += not all(WAY_OUT.search(text) for text in texts)
    finally:
        os.umask(before)
    return counts


# Variables, files in the working folder and arguments with which the real server must not start.
REFUSED_STARTS: tuple[tuple[dict[str, str], tuple[str, ...], tuple[str, ...]], ...] = (
    ({"PYTHONINSPECT": "1"}, (), ()),
    ({}, ("voila.py",), ()),
    ({}, (), ("--demo", "--share")),
    ({}, (), ("--behind-proxy", "http://workbook.example.org")),
)


def _starts(variables: dict[str, str], names: tuple[str, ...], options: tuple[str, ...]) -> bool:
    with scratch() as folder:
        for name in names:
            (folder / name).write_text("raise SystemExit('this ran')")
        command = [sys.executable, "-m", "workbook.server", "--no-browser", "--port", "0"]
        environment = os.environ | {"WORKBOOK_KEYS": str(folder / "keys")} | variables
        ended = subprocess.run(
            [*command, "--data", str(folder / "data"), *options],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    return ended.returncode == 0 or "READY" in ended.stdout or "this ran" in ended.stderr or not ended.stderr
