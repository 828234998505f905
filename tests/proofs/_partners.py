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
from workbook.instruments import ASKED, edition
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.crypto import Cost
from workbook.service.formats.values import Answer
from workbook.service.identity.sittings import Sittings
from workbook.service.studies.study import Study
from workbook.sharing import Grain
from workbook.storage.sqlcipher import SqlCipherStore

CHEAP = Cost(memory_kib=64, passes=1, lanes=1)
NAMES = ("Ada", "Bo")
PASSPHRASES = ("a long passphrase of Ada", "a long passphrase of Bo")
OCCASION = "assessment-1"
INSTRUMENT = "connection"


@dataclass(slots=True)
class State:
    """The state that one person's acts so far add up to."""

    values: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    thanks: list[str] = field(default_factory=list)


@cache
def _items(asked: int) -> list[tuple[str, tuple[int, ...]]]:
    return [(item.id, tuple(item.scale.values)) for item in edition(asked)[INSTRUMENT].items]


def answers_of(person: int, k: int, asked: int = ASKED) -> list[Answer]:
    """Return the answers of one act: three items of an edition, each with a value specific to this act."""
    items = _items(asked)
    given = []
    for part in range(3):
        item, values = items[(3 * k + part) % len(items)]
        given.append(
            Answer(f"{person}.{k}.{part}", OCCASION, item, values[(k // 5 + part + person) % len(values)])
        )
    return given


def act(partner: PartnerService, person: int, k: int) -> None:
    """Do the k-th act. Doing it again, as a page does that got no answer, is harmless."""
    kind = k % 5
    if kind < 3:
        partner.save_answers(answers_of(person, k))
    elif kind == 3:
        partner.add_event("setting", {"name": "week", "value": k}, operation_id=f"{person}.{k}")
    else:
        thanks = {"text": f"thank you for {k}", "day": "2026-05-01"}
        partner.add_table_event("gratitude.written", thanks, operation_id=f"{person}.{k}")
        _share(partner, person, k)


def _share(partner: PartnerService, person: int, k: int) -> None:
    """Reveal or take back: whether it is allowed depends on the other, so a refusal is fine."""
    try:
        if (k // 5 + person) % 4 == 0:
            partner.withdraw(INSTRUMENT, OCCASION)
        else:
            partner.decide(INSTRUMENT, OCCASION, (Grain.SCORES, Grain.ANSWERS)[k // 5 % 2])
    except SharingError:
        pass


def state_after(person: int, n_acts: int, asked: int = ASKED) -> State:
    """The state that the first ``n_acts`` acts of a person add up to."""
    state = State()
    for k in range(n_acts):
        if k % 5 < 3:
            state.values |= {
                answer.item: answer.value
                for answer in answers_of(person, k, asked)
                if answer.value is not None
            }
        else:
            (state.notes if k % 5 == 3 else state.thanks).append(f"{person}.{k}")
    return state


def state_of(partner: PartnerService) -> State:
    """Return a person's state as the service returns it."""
    responses = partner.read_responses(INSTRUMENT)
    values = {str(row.item): int(row.value) for row in responses.itertuples()}
    notes = [event.operation_id for event in partner.read_events(["setting"])]
    events = partner.read_table().events
    return State(
        values, notes, [event.operation_id for event in events if event.person_id == partner.actor.person_id]
    )


def open_household(folder: Path, study: Study | None = None) -> Household:
    """A household over the real store; only guessing a passphrase is made cheap."""
    forever, store = float("inf"), SqlCipherStore(folder, KEY)
    sittings = Sittings(heartbeat=forever, idle=forever)
    return Household(store, sittings=sittings, cost=CHEAP, study=study)


def begin(folder: Path) -> str:
    """Make a couple; return their code."""
    household = open_household(folder)
    code = household.accounts.create_couple(NAMES[0], PASSPHRASES[0]).code
    household.accounts.join(code, NAMES[1], PASSPHRASES[1])
    household.close()
    return code


def sign_in(household: Household, code: str) -> list[LocalPartner]:
    """Both partners' interfaces, signed in."""
    pairs = zip(NAMES, PASSPHRASES, strict=True)
    return [household.seat_partner(household.accounts.sign_in(code, *pair)) for pair in pairs]


def write_until_killed(folder: Path, code: str, starts: list[int], told: Connection, *, hasty: bool) -> None:
    """Act endlessly from where each stopped; report each act once it is acknowledged.

    ``hasty`` breaks the promise on purpose: it tells before it asks.
    """
    household = open_household(folder)
    telling = threading.Lock()

    def write(person: int, partner: PartnerService) -> None:
        k = starts[person]
        while True:
            if hasty:
                _tell(told, telling, person, k + 3)
            act(partner, person, k)
            _tell(told, telling, person, k)
            k += 1

    threads = [
        threading.Thread(target=write, args=(person, partner))
        for person, partner in enumerate(sign_in(household, code))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _tell(told: Connection, telling: threading.Lock, person: int, k: int) -> None:
    with telling:
        told.send_bytes(b"%d %d" % (person, k))
