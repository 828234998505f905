"""A's private acts, B's acts, and their shared past, all drawn from a seed.

The ids, codes and drawers' keys of a couple come from the seed as well, so that two worlds of one couple differ in
nothing but A's doings.
"""

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from unittest import mock

from tests.service.keyed import with_key
from workbook.content.document import consent_hash
from workbook.errors import SharingError, TooManyTriesError, WorkbookError
from workbook.instruments import catalogue
from workbook.service.cases import therapists
from workbook.service.desks import therapist
from workbook.service.desks.household import Household
from workbook.service.desks.in_case import SHOWS_SCORES
from workbook.service.desks.therapist import LocalTherapist
from workbook.service.formats import crypto
from workbook.service.formats.case_values import Granted, Policy, ToCase
from workbook.service.formats.values import Actor, Answer
from workbook.service.identity import accounts
from workbook.service.studies.study import Study
from workbook.sharing import WEEKS, Grain, grains_for

OCCASION, NEXT_OCCASION, DAY = "assessment-1", "assessment-2", "2026-05-01"
NAMES = ("Ana", "Ben")
PASSPHRASES = ("nine quiet lanterns of ana", "nine quiet lanterns of ben")
OTHER_PASSPHRASE = "eleven quiet lanterns of ana"
OPEN = "skills"  # what both opened to each other, in every world alike
A_ONLY = ("connection", "needs")  # what only A may show, so that no decision of A's opens anything
B_ONLY = ("warning_signs",)  # and what only B may
POLICY = Policy("no_secrets", "What you tell me alone I may bring up.", 365)
STUDY = with_key(Study("Talk", "How couples talk.", ("connection",), "team@example.org", 12))


@dataclass
class Couple:
    """One couple in one world; ``passphrase`` is A's as it is at the end."""

    code: str
    ana: Actor
    ben: Actor
    recovery_code: str
    invite: str
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
    """Ids, codes and keys drawn from ``seed``, of the very shape of the real ones."""
    chance = random.Random(seed)
    words = "".join(chance.choice("bdjlmnrsvz" if n % 2 == 0 else "aiou") for n in range(20))
    code = "-".join(words[n : n + 5] for n in range(0, 20, 5))
    with (
        mock.patch.object(crypto, "new_key", side_effect=partial(chance.randbytes, crypto.KEY_BYTES)),
        mock.patch.multiple(accounts, secrets=_Fixed(chance), new_couple_code=lambda: code),
    ):
        yield


def make_couple(household: Household, seed: str) -> Couple:
    """Two who joined, consented, and opened one questionnaire; the same in every world of the seed."""
    with _pinned(seed):
        first = household.accounts.create_couple(NAMES[0], PASSPHRASES[0])
        second = household.accounts.join(first.code, NAMES[1], PASSPHRASES[1])
    chance = random.Random(f"{seed}/both")
    both = [household.seat_partner(actor) for actor in (first.actor, second.actor)]
    for partner in both:
        partner.add_event("consent", {"text": "consent", "text_hash": consent_hash(), "agreed": True})
        partner.save_answers(answers_of(chance, OPEN, OCCASION, share=1.0))
    for partner in both:
        partner.decide(OPEN, OCCASION, Grain.SCORES)
        thanks = {"text": "for the tea", "day": DAY}
        partner.add_table_event("gratitude.written", thanks, operation_id=f"thanks-{partner.actor.person_id}")
    planned = {"what": "A walk", "at": f"{DAY}T18:00Z", "exercise": ""}
    both[0].add_table_event("our_plan.planned", planned, operation_id="plan")
    both[1].add_table_event("our_plan.joined", {"step": "plan"}, operation_id="plan-joined")
    with mock.patch.object(therapists, "secrets", _Fixed(random.Random(f"{seed}/therapist"))):
        _invite(household, invite_of(seed))
    return Couple(first.code, first.actor, second.actor, first.recovery_code, invite_of(seed))


def invite_of(seed: str) -> str:
    """Return the invite code of the case that a therapist has made for the couple of a seed."""
    return f"invite {hashlib.sha256(seed.encode()).hexdigest()[:20]}"


def _invite(household: Household, code: str) -> None:
    """Make a case for a couple; whether anybody joins it is theirs."""
    made = household.therapists.create("Dr. Grey", "nine quiet rooms")
    page = household.seat(made.actor)
    assert isinstance(page, LocalTherapist)
    page.set_policy(POLICY.choice, POLICY.words, POLICY.kept_days)
    with mock.patch.object(therapist, "new_couple_code", return_value=code):
        page.make_case("Tuesday, ten")
    household.sittings.end(made.actor.sitting_id)


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
def _answer(household: Household, couple: Couple, chance: random.Random) -> None:
    instrument = chance.choice(list(catalogue()))
    occasion = "week-1" if instrument == "weekly" else chance.choice((OCCASION, NEXT_OCCASION))
    household.seat_partner(couple.ana).save_answers(
        answers_of(chance, instrument, occasion, chance.choice((0.2, 0.7, 1.0)))
    )


def _answer_safety(household: Household, couple: Couple, chance: random.Random) -> None:
    household.seat_partner(couple.ana).save_answers(
        answers_of(chance, "safety", OCCASION, chance.choice((0.3, 1.0)))
    )


def _decide(household: Household, couple: Couple, chance: random.Random) -> None:
    ana = household.seat_partner(couple.ana)
    instrument = chance.choice(A_ONLY)
    ana.save_answers(answers_of(chance, instrument, OCCASION, 0.9))
    grain = chance.choice(grains_for(catalogue()[instrument]))
    items = [item.id for item in catalogue()[instrument].items]
    ana.decide(instrument, OCCASION, grain, chance.sample(items, chance.randrange(3)))
    ana.my_held_back(instrument, OCCASION)


def _decline(household: Household, couple: Couple, chance: random.Random) -> None:
    household.seat_partner(couple.ana).decide(chance.choice((*A_ONLY, *B_ONLY)), OCCASION, Grain.NOTHING)


def _take_back(household: Household, couple: Couple, chance: random.Random) -> None:
    household.seat_partner(couple.ana).withdraw(chance.choice((*A_ONLY, *B_ONLY)), OCCASION)


def _show_weeks(household: Household, couple: Couple, chance: random.Random) -> None:
    """Choose the line of one's weeks, or not, and take it back, all by oneself."""
    ana = household.seat_partner(couple.ana)
    for number in range(1, chance.randint(2, 5)):
        day = f"2026-03-{7 * number:02}"
        ana.add_event("setting", {"name": "week", "value": number, "day": day})
        ana.save_answers(answers_of(chance, "weekly", f"week-{number}", 1.0))
    with suppress(WorkbookError):  # all of it may be declined
        ana.decide("weekly", WEEKS, chance.choice((Grain.NOTHING, Grain.SCORES, Grain.SCORES)))
    if chance.random() < 0.3:
        ana.withdraw("weekly", WEEKS)


def _begin_a_week(household: Household, couple: Couple, chance: random.Random) -> None:
    household.seat_partner(couple.ana).add_event("setting", {"name": "week", "value": chance.randint(1, 5)})


def _say_thanks(household: Household, couple: Couple, chance: random.Random) -> None:
    text = "x" * chance.randrange(1, 280)
    household.seat_partner(couple.ana).add_event(
        "free_text", {"field": "weekly.gratitude", "text": text, "occasion": "week-1"}
    )


def _write(household: Household, couple: Couple, chance: random.Random) -> None:
    ana = household.seat_partner(couple.ana)
    need = {
        "id": f"needs.own.{chance.randbytes(4).hex()}",
        "text": "to be left alone" * chance.randrange(1, 7),
    }
    ana.add_event("own_need", need)
    ana.add_event("free_text", {"field": "background.gender_words", "text": "words"})


def _walk(household: Household, couple: Couple, chance: random.Random) -> None:
    ana = household.seat_partner(couple.ana)
    for page in chance.sample(
        ("home", "exercise:request", "share:connection", "results", "chapter:connection.talk"), 2
    ):
        ana.add_event("bookmark", {"page": page, "occasion": OCCASION})
    ana.add_event("setting", {"name": "occasion", "value": NEXT_OCCASION})
    ana.add_event("setting", {"name": f"needs-now.{OCCASION}", "value": "needs.seen needs.safe"})
    ana.order_for_me(["one", "two"], ["two"])


def _revoke(household: Household, couple: Couple, chance: random.Random) -> None:
    household.seat_partner(couple.ana).add_event(
        "consent", {"text": "consent", "text_hash": consent_hash(), "agreed": False}
    )


def _lock_anew(household: Household, couple: Couple, chance: random.Random) -> None:
    household.accounts.change_passphrase(couple.ana, couple.passphrase, OTHER_PASSPHRASE)
    couple.passphrase = OTHER_PASSPHRASE


def _come_and_go(household: Household, couple: Couple, chance: random.Random) -> None:
    for _ in range(chance.randrange(3)):
        with suppress(WorkbookError):
            household.accounts.sign_in(couple.code, NAMES[0], "not the passphrase")
    with suppress(TooManyTriesError):  # after many wrong ones the right one has to wait too
        actor = household.accounts.sign_in(couple.code, NAMES[0], couple.passphrase)
        household.sittings.end(actor.sitting_id)


def _export(household: Household, couple: Couple, chance: random.Random) -> None:
    household.seat_partner(couple.ana).my_data()


def _block(household: Household, couple: Couple, chance: random.Random) -> None:
    household.seat_partner(couple.ana).block_free_text(blocked=chance.random() < 0.7)


def _give_to_research(household: Household, couple: Couple, chance: random.Random) -> None:
    grain = chance.choice((Grain.NOTHING, Grain.SCORES, Grain.ANSWERS))
    with suppress(WorkbookError):  # who took the consent back gives nothing
        household.seat_partner(couple.ana).give_to_research(
            grain, linked=chance.random() < 0.5, text_hash=STUDY.words_hash
        )


def _grant(household: Household, couple: Couple, chance: random.Random) -> None:
    ana = household.seat_partner(couple.ana)
    with suppress(WorkbookError):  # who took the consent back grants nothing
        mine = ana.join_case(couple.invite)
        ana.grant_case(some_grants(chance), until="", policy_hash=mine.policy_hash)
    if chance.random() < 0.4:
        ana.leave_case()


def some_grants(chance: random.Random) -> dict[str, Granted]:
    """What somebody grants a therapist: each part by itself, and apart from that what may be shown."""
    drawn = {name: chance.choice(list(ToCase)) for name in (*A_ONLY, *B_ONLY, "weekly")}
    return {
        name: Granted(to_case, in_session=to_case in SHOWS_SCORES and chance.random() < 0.5)
        for name, to_case in drawn.items()
    }


def _ask_for_private_answers(household: Household, couple: Couple, chance: random.Random) -> None:
    household.seat_partner(couple.ana).private_copy(
        couple.passphrase, chance.choice(("ask", "fetch", "cancel"))
    )


def _choose_exercises(household: Household, couple: Couple, chance: random.Random) -> None:
    # B says nothing of these, so that nothing becomes joint.
    for exercise, choice in (("fun_list", "aside"), ("request", "done"), ("step_more_open", "aside")):
        household.seat_partner(couple.ana).choose_exercise(exercise, choice, stands=chance.random() < 0.7)


Deed = Callable[[Household, Couple, random.Random], None]
DEEDS: tuple[Deed, ...] = (
    _answer, _answer, _answer, _answer_safety, _answer_safety, _decide, _decide, _decline, _take_back, _begin_a_week,
    _say_thanks, _write, _walk, _revoke, _lock_anew, _come_and_go, _export, _block, _choose_exercises, _show_weeks,
    _give_to_research, _give_to_research, _grant, _grant, _ask_for_private_answers,
)  # fmt: skip


def _answer_all_and_decide_to_show_it(household: Household, couple: Couple, chance: random.Random) -> None:
    ana = household.seat_partner(couple.ana)
    for instrument in ("connection", "warning_signs", "needs", "skills", "safety"):
        ana.save_answers(answers_of(chance, instrument, OCCASION, 1.0))
    for instrument in A_ONLY:
        ana.decide(instrument, OCCASION, Grain.ANSWERS)


def _answer_otherwise_and_decline(household: Household, couple: Couple, chance: random.Random) -> None:
    ana = household.seat_partner(couple.ana)
    for instrument in ("connection", "safety"):
        ana.save_answers(answers_of(chance, instrument, OCCASION, 1.0))
    ana.decide("connection", OCCASION, Grain.NOTHING)


# What makes the most difference is done first in these worlds of every group, whatever the seed; the others have
# nothing but chance.
FIRST: dict[str, Deed] = {"1": _answer_all_and_decide_to_show_it, "2": _answer_otherwise_and_decline}


def act_as_ana(household: Household, couple: Couple, world: str) -> None:
    """Do A's acts in this world: none, a few or many, in any order."""
    chance = random.Random(world)
    first = FIRST.get(world.rpartition("/")[2])
    for deed in chain([first] if first else [], _some_deeds(chance)):
        couple.did.append(deed.__name__)
        deed(household, couple, chance)


def _some_deeds(chance: random.Random) -> Iterator[Deed]:
    for _ in range(chance.choice((0, 3, 8, 20))):
        yield chance.choice(DEEDS)


# -- what A wrote where it is hidden ----------------------------------------------------------
HIDDEN: Mapping[str, Callable[[random.Random], dict[str, object]]] = {
    "our_plan.looked_back": lambda chance: {
        "step": "plan",
        "went": chance.choice(("done", "not_done")),
        "felt": chance.choice(("good", "mixed", "hard")),
    },
    "question.answered": lambda chance: {"text": "r" * chance.randint(1, 600), "day": DAY},
    "twenty_minutes.answered": lambda chance: {"text": "r" * chance.randint(1, 400), "day": DAY},
    "question_jar.dropped": lambda chance: {"text": "r" * chance.randint(1, 200)},
    "how_we_met.written": lambda chance: {"about": "a_memory", "text": "r" * chance.randint(1, 1_500)},
    "what_we_expect.written": lambda chance: {"topic": "money", "text": "r" * chance.randint(1, 500)},
    "step_more_open.said_today": lambda chance: {
        "today": chance.choice(("ready", "not_today")),
        "step": chance.choice((None, 1, 6)),
    },
    "weekly_talk.wanted": lambda chance: {
        "memories": chance.choice(("yes", "no")),
        "past_relationships": chance.choice(("yes", "no")),
    },
    "fun_list.added": lambda _chance: {
        "text": "Dance",
        "takes": "evening",
        "cost": "nothing",
        "is_new": True,
    },
    "fun_list.rated": lambda chance: {
        "idea": "hidden-fun_list.added",
        "how": chance.choice(("yes", "maybe", "no")),
    },
    "letting_go.chosen": lambda _chance: {"habit": "being_right", "what": "The dishes"},
    "letting_go.looked_back": lambda chance: {
        "habit_id": "hidden-letting_go.chosen",
        "how": chance.choice(("lighter", "swallowed")),
    },
}
"""For kinds of steps with something that B is not given yet: a payload, in each world another."""


def write_hidden(household: Household, couple: Couple, world: str) -> None:
    """Let A put on the table what stays hidden there until B has written too: as much in every world."""
    ana, chance = household.seat_partner(couple.ana), random.Random(f"{world}/hidden")
    for kind, payload in HIDDEN.items():
        ana.add_table_event(kind, payload(chance), operation_id=f"hidden-{kind}")


# -- what B does -----------------------------------------------------------------------------
def act_as_ben(household: Household, couple: Couple, seed: str) -> None:
    """Let B answer some and decide some, never on what A may show, so that nothing opens."""
    ben = household.seat_partner(couple.ben)
    chance = random.Random(f"{seed}/ben")
    for page in ("introduction", "limits"):
        ben.add_event("setting", {"name": f"seen.{page}", "value": True})
    for instrument in ("connection", "warning_signs", "needs", "safety"):
        if chance.random() < 0.8:
            ben.save_answers(answers_of(chance, instrument, OCCASION, chance.choice((0.5, 1.0))))
    if chance.random() < 0.5:
        ben.save_answers(answers_of(chance, B_ONLY[0], OCCASION, 1.0))
        ben.decide(B_ONLY[0], OCCASION, chance.choice((Grain.SCORES, Grain.ANSWERS)))
    if chance.random() < 0.5:
        with suppress(SharingError):  # who has answered nothing of it yet has nothing to give
            ben.give_to_research(Grain.SCORES, linked=True, text_hash=STUDY.words_hash)
    if chance.random() < 0.7:
        mine = ben.join_case(couple.invite)
        ben.grant_case(some_grants(chance), until="", policy_hash=mine.policy_hash)
    if chance.random() < 0.5:
        ben.decide(A_ONLY[0], OCCASION, Grain.NOTHING)
        ben.withdraw(A_ONLY[0], OCCASION)


def signed_in_again(household: Household, couple: Couple) -> Couple:
    """The same couple with B's new sitting."""
    return replace(couple, ben=household.accounts.sign_in(couple.code, NAMES[1], PASSPHRASES[1]))
