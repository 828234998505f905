"""A therapist and a couple for tests: an account, a case, both joined, and what each grants."""

from dataclasses import dataclass
from typing import Any

from tests.service.household import OCCASION, House, answers
from workbook.service.formats.case_values import CaseSeen, Granted, ToCase
from workbook.service.formats.values import Actor

PASSPHRASE = "nine quiet rooms"
NOTHING: dict[str, Granted] = {}
SCORES = {"connection": Granted(ToCase.SCORES, in_session=True)}
FACET = "connection.listening"


@dataclass
class Practice:
    """A therapist at their page, with one case and its invite code."""

    service: Any
    actor: Actor
    code: str
    recovery_code: str
    case: CaseSeen


def practice_in(house: House, name: str = "Dr. Grey", label: str = "Tuesday, ten") -> Practice:
    """Set up a therapist, who says what holds for secrets, and makes a case."""
    made = house.local.therapists.create(name, PASSPHRASE)
    service, actor = house.reach(made.actor)
    service.set_policy("no_secrets", "What you tell me alone I may bring up with both.", 365)
    return Practice(service, actor, made.code, made.recovery_code, service.make_case(label))


def agree(service: Any) -> None:
    """Agree to take part, as everybody does before they answer."""
    service.add_event("consent", {"text": "consent", "text_hash": "0", "agreed": True})


def join(service: Any, practice: Practice, grants: dict[str, Granted] = NOTHING, until: str = "") -> None:
    """Have a partner join the case and grant something."""
    mine = service.join_case(practice.case.code)
    if grants:
        service.grant_case(grants, until=until, policy_hash=mine.policy_hash)


def begun(house: House, practice: Practice, grants: dict[str, Granted] = SCORES) -> None:
    """Have both answer, join and grant; the therapist has seen each alone, and opens a session."""
    for service, _ in (house.a, house.b):
        agree(service)
        service.save_answers(answers(2))
        join(service, practice, grants)
    for _, actor in (house.a, house.b):
        practice.service.tick_case(practice.case.case_id, f"alone/{actor.person_id}", stands=True)
    practice.service.open_session(practice.case.case_id)


def reveal(practice: Practice, facet: str = FACET) -> Any:
    """Ask to show a topic of the first round."""
    return practice.service.reveal(practice.case.case_id, facet, OCCASION)
