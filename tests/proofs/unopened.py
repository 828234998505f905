"""What a partner sees before a round opens is the same whatever the other did (noninterference).

In the service, byte for byte: whether the other is undecided, unfinished, declined or has decided.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from unittest import mock

from tests.proofs._partners import CHEAP
from tests.proofs.harness import Counts, proof
from tests.service.plain import table_as_json
from tests.ui.browser import _leaves, _state
from workbook.content.document import consent_hash
from workbook.errors import WorkbookError
from workbook.instruments import catalogue
from workbook.service.couple import drawer_contents as reading
from workbook.service.desks.household import Household
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.rows import dump
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.sharing import Grain
from workbook.storage.memory import MemoryStore
from workbook.ui.app import App

OCCASION = "assessment-1"
# What is drawn by chance: ids, and the numbers of the browser's history entries.
_IDS = re.compile(r"[pc]_[0-9a-f]{24}|[0-9a-f]{32}|IPY_MODEL_\w+|\('entry', \d+\)")
STATES = (
    "undecided",
    "unfinished",
    "declined",
    "decided for scores",
    "decided for answers",
    "took it back",
    "offline",
)


@proof(
    "not-open-yet",
    bound="what one sees before opening is the same in all 7 states of the other; private answers never come back",
    full=20,
    short=2,
    zero=("told_apart", "given_back"),
)
def not_open_yet(size: int, seed: int) -> Counts:
    """``size`` times all states of the other, whose private answers differ as well."""
    return _compare(size)


@not_open_yet.control(size=1, fails=lambda counts: counts["given_back"] > 0)
def private_answers_like_any_other(size: int, seed: int) -> Counts:
    """When nothing is private, the answers come back."""
    with mock.patch.object(reading, "is_hidden", return_value=False):
        return _compare(size)


@not_open_yet.control(size=1, fails=lambda counts: counts["told_apart"] > 0)
def a_page_that_knows_the_others_decision(size: int, seed: int) -> Counts:
    """As if the couple's record said who has decided."""
    return _compare(size, telling=True)


def _compare(size: int, *, telling: bool = False) -> Counts:
    counts: Counts = {"trials": 0, "told_apart": 0, "given_back": 0}
    for n in range(size):
        for has_decided in (False, True):
            seen = set()
            # Once the reader has decided, the other's decision would open the round.
            for state in (one for one in STATES if not (has_decided and one.startswith("decided"))):
                with _in_state(state, n, has_decided=has_decided) as (reader, other):
                    seen.add(_seen_by(reader) + (state if telling else ""))
                    counts["given_back"] += _n_given_back(other) if state != "offline" else 0
            counts["told_apart"] += len(seen) - 1
        counts["trials"] += 1
    return counts


@contextmanager
def _in_state(state: str, n: int, *, has_decided: bool) -> Iterator[tuple[PartnerService, PartnerService]]:
    household = Household(MemoryStore(), cost=CHEAP)
    first = household.accounts.create_couple("Ann", "a long passphrase of hers")
    second = household.accounts.join(first.code, "Ben", "a long passphrase of his")
    reader, other = (household.seat_partner(one.actor) for one in (first, second))
    session = Session(reader)
    session.mark_seen("introduction")
    session.agree("consent", consent_hash(), agreed=True)
    reader.save_answers(_answers("connection"))
    if has_decided:
        reader.decide("connection", OCCASION, Grain.ANSWERS)
    _bring_to(other, state, n)
    if state == "offline":
        household.sittings.end(other.actor.sitting_id)
    try:
        yield reader, other
    finally:
        household.close()


def _bring_to(other: PartnerService, state: str, n: int) -> None:
    """The other's private answers and their own differ with ``n``, and so does what they decide."""
    key = ("connection", OCCASION)
    if state != "undecided":
        other.save_answers(_answers("safety", shift=n))
        answers = _answers("connection", shift=n)
        other.save_answers(answers[: len(answers) // 2] if state == "unfinished" else answers)
    if state in ("declined", "took it back"):
        other.decide(*key, Grain.NOTHING)
    if state == "took it back":
        other.withdraw(*key)
    if state.startswith("decided"):
        other.decide(*key, Grain.ANSWERS if state.endswith("answers") else Grain.SCORES)


def _answers(instrument: str, shift: int = 0) -> list[Answer]:
    return [
        Answer(f"{item.id}-{shift}", OCCASION, item.id, item.scale.lowest + (shift + k) % 2)
        for k, item in enumerate(catalogue()[instrument].items)
    ]


def _seen_by(reader: PartnerService) -> str:
    """All that the service and the pages tell somebody about the two of them, without the ids."""
    told = [
        str(reader.couple()),
        dump(table_as_json(reader.read_table())).decode(),
    ]
    told += [f"{event.kind} {event.payload}" for event in reader.read_audit()]
    told.append(str(reader.my_decision("connection", OCCASION)))
    told.append(str(reader.my_held_back("connection", OCCASION)))
    app = App(Session(reader))
    for page in ("home", "together:now", "share:connection", "decided", "sharing", "results"):
        with suppress(WorkbookError):
            app.go(page)
        told += [page, *(str(sorted(_state(leaf).items())) for leaf in _leaves(app.root))]
    return _IDS.sub("id", "\n".join(told)).replace(reader.couple().code, "code")


def _n_given_back(other: PartnerService) -> int:
    """Private answers in whatever their own writer can ask for."""
    told = str(other.my_data()) + other.read_responses().to_json()
    told += str(other.read_events()) + str(other.read_table()) + str(other.read_audit())
    return sum(item.id in told for item in catalogue()["safety"].items)
