"""Two partners who write through the real service until they are killed.

What the k-th act of a person is follows from k alone. So after a kill there are exactly two
right states for each: all acts up to the last acknowledged one, or one more, which was on its way.
"""

import threading
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

from tests.proofs._writing import KEY
from workbook.errors import SharingError
from workbook.instruments import catalogue
from workbook.service.crypto import Cost
from workbook.service.local import LocalService
from workbook.service.sittings import Sittings
from workbook.service.verbs import Actor, Answer
from workbook.sharing import Grain
from workbook.storage.sqlcipher import SqlCipherStore

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
NAMES = ("Ada", "Bo")
PASSPHRASES = ("a long passphrase of Ada", "a long passphrase of Bo")
OCCASION = "assessment-1"
INSTRUMENT = "connection"


@dataclass(slots=True)
class State:
    """What one person's acts so far add up to."""

    values: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    thanks: list[str] = field(default_factory=list)


@cache
def _items() -> list[tuple[str, tuple[int, ...]]]:
    return [(item.id, tuple(item.scale.values)) for item in catalogue()[INSTRUMENT].items]


def answers_of(person: int, k: int) -> list[Answer]:
    """The answers of one act: three items, each with a value that only this act gives in turn."""
    items = _items()
    given = []
    for part in range(3):
        item, values = items[(3 * k + part) % len(items)]
        given.append(
            Answer(f"{person}.{k}.{part}", OCCASION, item, values[(k // 5 + part + person) % len(values)])
        )
    return given


def act(service: LocalService, actor: Actor, person: int, k: int) -> None:
    """Do the k-th act. Doing it again, as a page does that got no answer, is harmless."""
    kind = k % 5
    if kind < 3:
        service.save_answers(actor, answers_of(person, k))
    elif kind == 3:
        service.add_event(actor, "setting", {"name": "week", "value": k}, operation_id=f"{person}.{k}")
    else:
        thanks = {"text": f"thank you for {k}", "day": "2026-05-01"}
        service.add_table_event(actor, "gratitude.written", thanks, operation_id=f"{person}.{k}")
        _share(service, actor, person, k)


def _share(service: LocalService, actor: Actor, person: int, k: int) -> None:
    """Reveal or take back: whether it is allowed depends on the other, so a refusal is fine."""
    try:
        if (k // 5 + person) % 4 == 0:
            service.withdraw(actor, INSTRUMENT, OCCASION)
        else:
            service.decide(actor, INSTRUMENT, OCCASION, (Grain.SCORES, Grain.ANSWERS)[k // 5 % 2])
    except SharingError:
        pass


def state_after(person: int, n_acts: int) -> State:
    """The state that the first ``n_acts`` acts of a person add up to."""
    state = State()
    for k in range(n_acts):
        if k % 5 < 3:
            state.values |= {
                answer.item: answer.value for answer in answers_of(person, k) if answer.value is not None
            }
        else:
            (state.notes if k % 5 == 3 else state.thanks).append(f"{person}.{k}")
    return state


def state_of(service: LocalService, actor: Actor, person: int) -> State:
    """What the service gives back of a person."""
    responses = service.read_responses(actor, INSTRUMENT)
    values = {str(row.item): int(row.value) for row in responses.itertuples()}
    notes = [event.operation_id for event in service.read_events(actor, ["setting"])]
    events = service.read_table(actor).events
    return State(
        values, notes, [event.operation_id for event in events if event.person_id == actor.person_id]
    )


def open_service(folder: Path) -> LocalService:
    """The real service over the real store; only guessing a passphrase is made cheap."""
    forever = float("inf")
    return LocalService(
        SqlCipherStore(folder, KEY), sittings=Sittings(heartbeat=forever, idle=forever), cost=CHEAP
    )


def begin(folder: Path) -> str:
    """A couple of two; gives their code."""
    service = open_service(folder)
    code = service.accounts.create_couple(NAMES[0], PASSPHRASES[0]).code
    service.accounts.join(code, NAMES[1], PASSPHRASES[1])
    service.close()
    return code


def sign_in(service: LocalService, code: str) -> list[Actor]:
    """Both partners, signed in."""
    return [service.accounts.sign_in(code, *pair) for pair in zip(NAMES, PASSPHRASES, strict=True)]


def write_until_killed(folder: Path, code: str, starts: list[int], told: Connection, *, hasty: bool) -> None:
    """Act without end from where each stopped; tell of each act once it is acknowledged.

    ``hasty`` breaks the promise on purpose: it tells before it asks.
    """
    service = open_service(folder)
    telling = threading.Lock()

    def write(person: int, actor: Actor) -> None:
        k = starts[person]
        while True:
            if hasty:
                _tell(told, telling, person, k + 3)
            act(service, actor, person, k)
            _tell(told, telling, person, k)
            k += 1

    threads = [
        threading.Thread(target=write, args=(person, actor))
        for person, actor in enumerate(sign_in(service, code))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _tell(told: Connection, telling: threading.Lock, person: int, k: int) -> None:
    with telling:
        told.send_bytes(b"%d %d" % (person, k))
