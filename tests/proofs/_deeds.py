"""What A does that nobody is to learn of, what B does, and what stands between them: all from a seed.

The ids and codes of a couple come from the seed as well, so that two worlds of one couple differ in
nothing but A's doings.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from unittest import mock

from workbook.content.document import consent_hash
from workbook.errors import SharingError, TooManyTriesError, WorkbookError
from workbook.instruments import catalogue
from workbook.service import accounts
from workbook.service.local import LocalService
from workbook.service.study import Study
from workbook.service.verbs import Actor, Answer
from workbook.sharing import Grain, grains_for

OCCASION, NEXT_OCCASION, DAY = "assessment-1", "assessment-2", "2026-05-01"
NAMES = ("Ana", "Ben")
PASSPHRASES = ("nine quiet lanterns of ana", "nine quiet lanterns of ben")
OTHER_PASSPHRASE = "eleven quiet lanterns of ana"
OPEN = "skills"  # what both opened to each other, in every world alike
A_ONLY = ("connection", "needs")  # what only A may show, so that no decision of A's opens anything
B_ONLY = ("warning_signs",)  # and what only B may
STUDY = Study("Talk", "How couples talk.", ("connection",), "team@example.org", 12)


@dataclass
class Couple:
    """One couple in one world; ``passphrase`` is A's as it is at the end."""

    code: str
    ana: Actor
    ben: Actor
    recovery_code: str
    passphrase: str = PASSPHRASES[0]
    did: list[str] = field(default_factory=list)


class _Fixed:
    """Stands where `secrets` stands while a couple is made."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def token_hex(self, n_bytes: int) -> str:
        return self._chance.randbytes(n_bytes).hex()


@contextmanager
def _pinned(seed: str) -> Iterator[None]:
    """Ids and codes drawn from ``seed``, of the very shape of the real ones."""
    chance = random.Random(seed)
    words = "".join(chance.choice("bdjlmnrsvz" if n % 2 == 0 else "aiou") for n in range(20))
    code = "-".join(words[n : n + 5] for n in range(0, 20, 5))
    with mock.patch.multiple(accounts, secrets=_Fixed(chance), new_couple_code=lambda: code):
        yield


def make_couple(service: LocalService, seed: str) -> Couple:
    """Two who joined, consented, and opened one questionnaire; the same in every world of the seed."""
    with _pinned(seed):
        first = service.accounts.create_couple(NAMES[0], PASSPHRASES[0])
        second = service.accounts.join(first.code, NAMES[1], PASSPHRASES[1])
    chance = random.Random(f"{seed}/both")
    for actor in (first.actor, second.actor):
        service.add_event(actor, "consent", {"text": "consent", "text_hash": consent_hash(), "agreed": True})
        service.save_answers(actor, answers_of(chance, OPEN, OCCASION, share=1.0))
    for actor in (first.actor, second.actor):
        service.decide(actor, OPEN, OCCASION, Grain.SCORES)
        thanks = {"text": "for the tea", "day": DAY}
        service.add_table_event(actor, "gratitude.written", thanks, operation_id=f"thanks-{actor.person_id}")
    return Couple(first.code, first.actor, second.actor, first.recovery_code)


def answers_of(chance: random.Random, instrument: str, occasion: str, share: float) -> list[Answer]:
    """Answers to about this share of an instrument's items, some of them declined."""
    given = []
    for item in catalogue()[instrument].items:
        if chance.random() < share:
            declined = chance.random() < 0.1
            value = None if declined else chance.choice(item.scale.values)
            operation_id = f"{item.id}-{chance.randrange(10**9)}"
            given.append(Answer(operation_id, occasion, item.id, value, declined))
    return given


# -- what A does -----------------------------------------------------------------------------
def _answer(service: LocalService, couple: Couple, chance: random.Random) -> None:
    instrument = chance.choice(list(catalogue()))
    occasion = "week-1" if instrument == "weekly" else chance.choice((OCCASION, NEXT_OCCASION))
    service.save_answers(couple.ana, answers_of(chance, instrument, occasion, chance.choice((0.2, 0.7, 1.0))))


def _answer_safety(service: LocalService, couple: Couple, chance: random.Random) -> None:
    service.save_answers(couple.ana, answers_of(chance, "safety", OCCASION, chance.choice((0.3, 1.0))))


def _decide(service: LocalService, couple: Couple, chance: random.Random) -> None:
    instrument = chance.choice(A_ONLY)
    service.save_answers(couple.ana, answers_of(chance, instrument, OCCASION, 0.9))
    grain = chance.choice(grains_for(catalogue()[instrument]))
    service.decide(couple.ana, instrument, OCCASION, grain)


def _decline(service: LocalService, couple: Couple, chance: random.Random) -> None:
    service.decide(couple.ana, chance.choice((*A_ONLY, *B_ONLY)), OCCASION, Grain.NOTHING)


def _take_back(service: LocalService, couple: Couple, chance: random.Random) -> None:
    service.withdraw(couple.ana, chance.choice((*A_ONLY, *B_ONLY)), OCCASION)


def _begin_a_week(service: LocalService, couple: Couple, chance: random.Random) -> None:
    service.add_event(couple.ana, "setting", {"name": "week", "value": chance.randint(1, 5)})


def _say_thanks(service: LocalService, couple: Couple, chance: random.Random) -> None:
    text = "x" * chance.randrange(1, 280)
    service.add_event(
        couple.ana, "free_text", {"field": "weekly.gratitude", "text": text, "occasion": "week-1"}
    )


def _write(service: LocalService, couple: Couple, chance: random.Random) -> None:
    need = {
        "id": f"needs.own.{chance.randbytes(4).hex()}",
        "text": "to be left alone" * chance.randrange(1, 7),
    }
    service.add_event(couple.ana, "own_need", need)
    service.add_event(couple.ana, "free_text", {"field": "background.gender_words", "text": "words"})


def _walk(service: LocalService, couple: Couple, chance: random.Random) -> None:
    for page in chance.sample(
        ("home", "exercise:request", "share:connection", "results", "chapter:connection.talk"), 2
    ):
        service.add_event(couple.ana, "bookmark", {"page": page, "occasion": OCCASION})
    service.add_event(couple.ana, "setting", {"name": "occasion", "value": NEXT_OCCASION})
    service.order_for_me(couple.ana, ["one", "two"], ["two"])


def _revoke(service: LocalService, couple: Couple, chance: random.Random) -> None:
    service.add_event(
        couple.ana, "consent", {"text": "consent", "text_hash": consent_hash(), "agreed": False}
    )


def _lock_anew(service: LocalService, couple: Couple, chance: random.Random) -> None:
    service.accounts.change_passphrase(couple.ana, couple.passphrase, OTHER_PASSPHRASE)
    couple.passphrase = OTHER_PASSPHRASE


def _come_and_go(service: LocalService, couple: Couple, chance: random.Random) -> None:
    for _ in range(chance.randrange(3)):
        with suppress(WorkbookError):
            service.accounts.sign_in(couple.code, NAMES[0], "not the passphrase")
    with suppress(TooManyTriesError):  # after many wrong ones the right one has to wait too
        actor = service.accounts.sign_in(couple.code, NAMES[0], couple.passphrase)
        service.sittings.end(actor.sitting_id)


def _export(service: LocalService, couple: Couple, chance: random.Random) -> None:
    service.my_data(couple.ana)


def _block(service: LocalService, couple: Couple, chance: random.Random) -> None:
    service.block_free_text(couple.ana, blocked=chance.random() < 0.7)


def _give_to_research(service: LocalService, couple: Couple, chance: random.Random) -> None:
    grain = chance.choice((Grain.NOTHING, Grain.SCORES, Grain.ANSWERS))
    with suppress(WorkbookError):  # who took the consent back gives nothing
        service.give_to_research(couple.ana, grain, linked=chance.random() < 0.5, text_hash=STUDY.words_hash)


def _grant(service: LocalService, couple: Couple, chance: random.Random) -> None:
    _, code = service.therapists.create("Dr. Grey", "nine quiet rooms")
    service.grant_therapist(couple.ana, code)
    if chance.random() < 0.5:
        service.end_therapist(couple.ana)


def _ask_for_private_answers(service: LocalService, couple: Couple, chance: random.Random) -> None:
    service.private_copy(couple.ana, couple.passphrase, chance.choice(("ask", "fetch", "cancel")))


Deed = Callable[[LocalService, Couple, random.Random], None]
DEEDS: tuple[Deed, ...] = (
    _answer, _answer, _answer, _answer_safety, _answer_safety, _decide, _decide, _decline, _take_back, _begin_a_week,
    _say_thanks, _write, _walk, _revoke, _lock_anew, _come_and_go, _export, _block,
    _give_to_research, _give_to_research, _grant, _ask_for_private_answers,
)  # fmt: skip


def _answer_all_and_decide_to_show_it(service: LocalService, couple: Couple, chance: random.Random) -> None:
    for instrument in ("connection", "warning_signs", "needs", "skills", "safety"):
        service.save_answers(couple.ana, answers_of(chance, instrument, OCCASION, 1.0))
    for instrument in A_ONLY:
        service.decide(couple.ana, instrument, OCCASION, Grain.ANSWERS)


def _answer_otherwise_and_decline(service: LocalService, couple: Couple, chance: random.Random) -> None:
    for instrument in ("connection", "safety"):
        service.save_answers(couple.ana, answers_of(chance, instrument, OCCASION, 1.0))
    service.decide(couple.ana, "connection", OCCASION, Grain.NOTHING)


# What makes the most difference is done first in these worlds of every group, whatever the seed; the others have
# nothing but chance.
FIRST: dict[str, Deed] = {"1": _answer_all_and_decide_to_show_it, "2": _answer_otherwise_and_decline}


def act_as_ana(service: LocalService, couple: Couple, world: str) -> None:
    """A's doings in this world: none, a few or many, in any order."""
    chance = random.Random(world)
    first = FIRST.get(world.rpartition("/")[2])
    for deed in chain([first] if first else [], _some_deeds(chance)):
        couple.did.append(deed.__name__)
        deed(service, couple, chance)


def _some_deeds(chance: random.Random) -> Iterator[Deed]:
    for _ in range(chance.choice((0, 3, 8, 20))):
        yield chance.choice(DEEDS)


# -- what B does -----------------------------------------------------------------------------
def act_as_ben(service: LocalService, couple: Couple, seed: str) -> None:
    """B answers some, decides some: never that which A may show, so that nothing opens."""
    chance = random.Random(f"{seed}/ben")
    for page in ("introduction", "limits"):
        service.add_event(couple.ben, "setting", {"name": f"seen.{page}", "value": True})
    for instrument in ("connection", "warning_signs", "needs", "safety"):
        if chance.random() < 0.8:
            service.save_answers(
                couple.ben, answers_of(chance, instrument, OCCASION, chance.choice((0.5, 1.0)))
            )
    if chance.random() < 0.5:
        service.save_answers(couple.ben, answers_of(chance, B_ONLY[0], OCCASION, 1.0))
        service.decide(couple.ben, B_ONLY[0], OCCASION, chance.choice((Grain.SCORES, Grain.ANSWERS)))
    if chance.random() < 0.5:
        with suppress(SharingError):  # who has answered nothing of it yet has nothing to give
            service.give_to_research(couple.ben, Grain.SCORES, linked=True, text_hash=STUDY.words_hash)
    if chance.random() < 0.5:
        service.decide(couple.ben, A_ONLY[0], OCCASION, Grain.NOTHING)
        service.withdraw(couple.ben, A_ONLY[0], OCCASION)


def signed_in_again(service: LocalService, couple: Couple) -> Couple:
    """The same couple with B's new sitting."""
    return replace(couple, ben=service.accounts.sign_in(couple.code, NAMES[1], PASSPHRASES[1]))
