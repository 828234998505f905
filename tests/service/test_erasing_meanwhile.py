"""Whatever somebody was just writing when they erased everything is destroyed with it, or refused."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, House, answers, begin
from tests.service.research_contract import AGREED, give, prepare
from workbook.errors import WorkbookError
from workbook.service.cases.therapists import GRANTS
from workbook.service.core import Core
from workbook.service.couple.drawers import drawer_log
from workbook.service.couple.rounds import pending_log
from workbook.service.identity.accounts import Accounts
from workbook.service.rights import blocks_log
from workbook.service.studies.given import research_log
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore

Write = Callable[[House], object]


def _grant(house: House) -> None:
    house.local.seat(house.actors[0]).grant_therapist(house.therapist_code)  # type: ignore[attr-defined]


WRITES: dict[str, Write] = {
    "give": lambda house: give(house.a),
    "answer": lambda house: house.local.seat(house.actors[0]).save_answers(
        answers(4, occasion="assessment-2")
    ),
    "event": lambda house: house.local.seat(house.actors[0]).add_event("consent", AGREED),
    "block": lambda house: house.local.seat(house.actors[0]).block_free_text(blocked=True),
    "private copy": lambda house: house.local.seat(house.actors[0]).private_copy(WORDS["Ada"], "ask"),
    "decide": lambda house: house.local.seat(house.actors[0]).decide(INSTRUMENT, OCCASION, Grain.SCORES),
    "withdraw": lambda house: house.local.seat(house.actors[0]).withdraw(INSTRUMENT, OCCASION),
    "grant": _grant,
    "leave": lambda house: house.local.seat(house.actors[0]).leave(WORDS["Ada"]),
}


class PausingStore(MemoryStore):
    """Calls ``at_write`` before the first write of one thread."""

    writer: threading.Thread | None = None
    at_write: Callable[[], None]

    def append(self, entries: Any) -> Any:
        if threading.current_thread() is self.writer:
            self.writer = None
            self.at_write()
        return super().append(entries)


class Door:
    """A lock that says when somebody has to wait for it."""

    def __init__(self, lock: Any, waits: threading.Event) -> None:
        self._lock, self._waits = lock, waits

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            self._waits.set()
            self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def furnished(store: MemoryStore | None = None) -> House:
    """Ada has answered, and may give, block, grant and decide."""
    house = begin(store)
    prepare(house.a)
    _, house.therapist_code = house.local.therapists.create("Thea", "thea has words")  # type: ignore[attr-defined]
    return house


def left_of_ada(house: House) -> list[tuple[str, str]]:
    """Every row of hers that is not destroyed, as (log, kind)."""
    actor = house.actors[0]
    logs = [drawer_log(actor.person_id), research_log(actor.person_id)]
    shared = [pending_log(actor.couple_id), blocks_log(actor.couple_id), GRANTS, "directory"]
    rows = [row for log in logs for row in house.store.read(log)]
    rows += [
        row
        for log in shared
        for row in house.store.read(log)
        if actor.person_id.encode() in (row.payload or b"")
    ]
    return [(row.log, row.kind) for row in rows if row.payload is not None and row.kind != "erased"]


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_is_being_written_while_all_is_erased_is_gone_after_it(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PausingStore()
    house = furnished(store)
    assert left_of_ada(house)
    settled, plain = threading.Event(), Core.lock_of
    erasing = threading.Thread(target=lambda: (_erase(house), settled.set()))

    def table(core: Core, name: str) -> Any:
        lock = plain(core, name)
        return Door(lock, settled) if threading.current_thread() is erasing else lock

    def at_write() -> None:
        erasing.start()
        settled.wait()  # it is done already, or waits for this write

    def do() -> None:
        with suppress(WorkbookError):
            write(house)

    monkeypatch.setattr(Core, "lock_of", table)
    store.at_write, store.writer = at_write, threading.Thread(target=do)
    writing = store.writer
    writing.start()
    writing.join()
    assert store.writer is None, "the write was met"
    erasing.join()
    assert left_of_ada(house) == []


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_is_only_begun_when_all_is_erased_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = furnished()
    plain, is_erased = Core.lock_of, threading.Event()
    house.local.seat(house.actors[0]).read_events()  # the drawer is open

    def table(core: Core, name: str) -> Any:
        if not is_erased.is_set():
            is_erased.set()
            _erase(house)
        return plain(core, name)

    monkeypatch.setattr(Core, "lock_of", table)
    with pytest.raises(WorkbookError):
        write(house)
    assert is_erased.is_set() and left_of_ada(house) == []


def test_a_sitting_begun_while_all_is_erased_opens_nothing() -> None:
    house = furnished()
    account = house.local._core.directory.account(house.actors[0].person_id)
    assert account is not None
    key = house.local.sittings.key_of(house.actors[0])
    _erase(house)
    late = house.local.accounts._seat(account, key)
    seated = house.local.seat_partner(late)
    for verb in (seated.read_responses, seated.read_events, seated.my_data):
        with pytest.raises(WorkbookError):
            verb()
    assert left_of_ada(house) == []


def test_a_passphrase_changed_meanwhile_brings_no_account_back(monkeypatch: pytest.MonkeyPatch) -> None:
    house, plain = furnished(), Accounts._relock

    def relock(*given: Any) -> Any:
        _erase(house)
        return plain(*given)

    monkeypatch.setattr(Accounts, "_relock", relock)
    with pytest.raises(WorkbookError):
        house.local.accounts.change_passphrase(house.actors[0], WORDS["Ada"], "nine other quiet words")
    assert left_of_ada(house) == []


def _erase(house: House) -> None:
    house.local.seat(house.actors[0]).erase(WORDS["Ada"])
