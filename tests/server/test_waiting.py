"""One kernel waits that is nobody's: what it may be taken for, by whom, and when it ends."""

import contextlib
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from tests.server.conftest import CHEAP, Person, forked_of, kernels_of, waiting_of
from tests.server.test_door import DOORS, wait_until
from tests.server.test_kernels import is_running, open_socket
from workbook.server.kernels.manager import AT_REST_SECONDS, WorkbookKernels
from workbook.server.testing import RunningServer, running_server

Visit = Callable[[], Person]
NAME, SECRET = "Quillebert", "nine unlikely herons"
CODED = re.compile(r"kernel-([0-9a-f-]{36})\.json")
# How a ticket stands in the environment that a kernel is told; the word alone stands in our code as well.
TICKET = b'"WORKBOOK_TICKET": "'


def one_waits(server: RunningServer) -> psutil.Process:
    """Wait until a kernel waits; no more than one ever does."""
    wait_until(lambda: len(waiting_of(server)) == 1, 30)
    return waiting_of(server)[0]


def memory_of(process: psutil.Process) -> bytes:
    """Return all that a process has in memory of its own or shared, but for files that it maps."""
    found = []
    with Path(f"/proc/{process.pid}/mem").open("rb") as memory:
        for line in Path(f"/proc/{process.pid}/maps").read_text().splitlines():
            place, rights, *_, name = [*line.split(maxsplit=5), ""][:6]
            if "rw" in rights and not name.strip().startswith(("/usr", "/lib", "/dev")):
                start, end = (int(part, 16) for part in place.split("-"))
                memory.seek(start)
                with contextlib.suppress(OSError):
                    found.append(memory.read(end - start))
    return b"".join(found)


def ids_of(server: RunningServer) -> set[str]:
    """Return the ids of all kernels there are: only the server's own folder tells them."""
    folder = Path(psutil.Process(server.pid).cwd())
    return set(CODED.findall(" ".join(path.name for path in folder.rglob("kernel-*.json"))))


@pytest.fixture
def own(notebook, tmp_path) -> Iterator[RunningServer]:
    """A server to which nobody has come yet."""
    with running_server(tmp_path, "--notebook", str(notebook), "--most-pages", "9", environment=CHEAP) as one:
        yield one


@pytest.fixture
def people(own) -> Iterator[Visit]:
    with contextlib.ExitStack() as at_end:
        yield lambda: Person(
            at_end.enter_context(httpx.Client(base_url=own.url, timeout=60, trust_env=False))
        )


def test_strangers_have_no_other_made_and_get_none(own, people) -> None:
    waits = one_waits(own)
    ann, eve = people().begin(), people()
    for path in DOORS:
        eve.client.get(path)
    for _ in range(3):
        eve.send("/sign-in", code=ann.code, name="Ann", passphrase="not hers at all")
    assert eve.client.get("/workbook").status_code != 200
    assert "data-kernel" not in eve.client.get("/workbook").text
    time.sleep(AT_REST_SECONDS + 1)
    assert [process.pid for process in forked_of(own)] == [waits.pid]


def test_nobody_reaches_it_who_knows_its_id_not_even_signed_in(own, people) -> None:
    waits = one_waits(own)
    (kernel_id,) = ids_of(own)
    ann, stranger = people().begin(), people()
    for person in (ann, stranger):
        assert open_socket(own, person, kernel_id) == 403
        person.ask("/api/close", {"kernel": kernel_id})
        assert person.ask("/api/alive", {"kernel": kernel_id, "active": True}).json()["kernel_alive"] is False
    assert waits.pid in {process.pid for process in waiting_of(own)}


def test_whoever_signed_in_takes_it_and_another_comes_to_wait(own, people) -> None:
    first = one_waits(own)
    (kernel_id,) = ids_of(own)
    ann, eve = people().begin(), people().begin("Eve")
    assert ann.open_workbook() == kernel_id
    assert [process.pid for process in kernels_of(own)] == [first.pid]
    assert (open_socket(own, ann, kernel_id), open_socket(own, eve, kernel_id)) == (101, 403)
    second = one_waits(own)
    assert second.pid != first.pid
    assert eve.open_workbook() != kernel_id
    assert {process.pid for process in kernels_of(own)} == {first.pid, second.pid}


def test_two_who_open_at_once_never_get_the_same(own, people) -> None:
    one_waits(own)
    both = [people().begin("Ann"), people().begin("Eve")]
    with ThreadPoolExecutor(2) as threads:
        opened = list(threads.map(Person.open_workbook, both))
    for person, other, kernel_id in zip(both, both[::-1], opened, strict=True):
        assert (open_socket(own, person, kernel_id), open_socket(own, other, kernel_id)) == (101, 403)


def test_it_holds_nothing_of_anybody_who_was_there_before(own, people) -> None:
    """Neither name, code, passphrase, sitting nor ticket; and the kernel of that page does hold a ticket."""
    one_waits(own)
    ann = people()
    ann.send("/begin", name=NAME, passphrase=SECRET)
    codes = re.findall(r'id="(?:couple|recovery)-code">([^<]+)<', ann.client.get("/recovery-code").text)
    ann.open_workbook()
    (taken,) = kernels_of(own)
    waits = one_waits(own)
    sitting = [cookie.value for cookie in ann.client.cookies.jar if "sitting" in cookie.name]
    marks = [one.encode() for one in (NAME, SECRET, *codes, *sitting)] + [TICKET]
    assert len(marks) == 6
    assert [mark for mark in marks if mark in memory_of(waits)] == []
    assert TICKET in memory_of(taken)  # the control: there is something to be found, and it is found
    assert b"WORKBOOK_" not in Path(f"/proc/{waits.pid}/environ").read_bytes()


def test_it_leaves_nothing_in_the_home_of_whoever_starts_the_server(notebook, tmp_path) -> None:
    """Neither it nor a kernel that is somebody's: what IPython keeps lies in the server's own folder."""
    home = tmp_path / "home"
    home.mkdir()
    with running_server(tmp_path, "--notebook", str(notebook), environment={"HOME": str(home)}) as own:
        one_waits(own)
        folder = Path(psutil.Process(own.pid).cwd())
        # A kernel that was just forked has it a moment later.
        wait_until(lambda: [path.name for path in folder.rglob("profile_default")] == ["profile_default"], 30)
        with httpx.Client(base_url=own.url, timeout=60, trust_env=False) as client:
            Person(client).begin().open_workbook()
    assert [path for path in home.rglob("*") if "ipython" in path.name] == []


def test_it_counts_as_one_of_the_pages_that_may_be_open(own, people) -> None:
    """Nine may: with eight it is the ninth, with nine there is none."""
    one_waits(own)
    pages = [person for person in (people().begin(name) for name in ("Ann", "Ben", "Cem")) for _ in range(3)]
    for person in pages[:8]:
        person.open_workbook()
    one_waits(own)
    assert (len(kernels_of(own)), len(forked_of(own))) == (8, 9)
    pages[8].open_workbook()
    time.sleep(AT_REST_SECONDS + 2)
    assert (len(kernels_of(own)), len(forked_of(own)), waiting_of(own)) == (9, 9, [])


def test_one_that_died_waiting_is_given_to_nobody(own, people) -> None:
    dead = one_waits(own)
    os.kill(dead.pid, signal.SIGKILL)
    wait_until(lambda: not is_running(dead))
    ann = people().begin()
    kernel_id = ann.open_workbook()
    assert ann.ask("/api/alive", {"kernel": kernel_id}).json()["kernel_alive"] is True
    one_waits(own)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_server_though_nobody_took_it(notebook, tmp_path, by) -> None:
    with running_server(tmp_path, "--notebook", str(notebook)) as own:
        waits = one_waits(own)
        os.kill(own.pid, by)
        wait_until(lambda: not is_running(waits), 20)


def test_where_no_room_is_left_none_is_made(monkeypatch) -> None:
    """Nor where there is nothing to fork it from."""
    from workbook.server.kernels import manager

    class There:
        is_there = True

    kernels = WorkbookKernels(most=9)
    monkeypatch.setattr(manager, "fork_server", There)
    kernels._n_opening = 9
    kernels.keep_one_waiting()
    There.is_there, kernels._n_opening = False, 0
    kernels.keep_one_waiting()
    assert kernels._waiting is None
