"""A simulated practice: a therapist with three cases, plainly labelled so."""

from dataclasses import dataclass

from workbook.content import say, speaking
from workbook.content.language import SOURCE
from workbook.service.demo import fill_with_simulated_couple, forever_household
from workbook.service.desks.household import Household
from workbook.service.desks.roles import PartnerService, TherapistService
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.values import Actor
from workbook.storage.base import Store

_PASSPHRASE = "a simulated therapist's passphrase"  # noqa: S105  nobody's secret is guarded here
ALL = ("connection", "warning_signs", "skills", "needs")
SHOWN = ("connection", "warning_signs")
KEPT_DAYS = 365


@dataclass(frozen=True, slots=True)
class DemoPractice:
    """What leads into a demo: the code of its first couple, and that of the therapist."""

    couple_code: str
    therapist_code: str


def open_demo_practice(*, store: Store | None = None) -> tuple[Household, TherapistService]:
    """Open an in-memory household with a simulated practice, and its therapist's place in it.

    Examples
    --------
    >>> household, service = open_demo_practice()
    >>> [len(case.members) for case in service.cases()]
    [2, 2, 1]
    >>> household.close()
    """
    household = forever_household(store)
    code, actors = fill_with_simulated_couple(household)
    made = fill_with_practice(household, code, actors)
    return household, household.seat_therapist(sit_down_as_therapist(household, made.therapist_code))


def sit_down_as_therapist(household: Household, code: str) -> Actor:
    """Sign in to a demo's practice once more."""
    return household.therapists.sign_in(code, _PASSPHRASE)


def fill_with_practice(household: Household, code: str, first: tuple[Actor, Actor]) -> DemoPractice:
    """Make a therapist with three cases: one well under way, one just begun, one that waits for a partner.

    ``first`` are the signed-in two of the couple whose case is the first.
    """
    with speaking(SOURCE):
        welcome = household.therapists.create(say("errors.demo.therapist"), _PASSPHRASE)
        desk = household.seat_therapist(welcome.actor)
        desk.set_policy("no_secrets", say("errors.demo.policy"), KEPT_DAYS)
        couples = [first, _second_couple(household), _third_couple(household)]
        for number, actors in enumerate(couples, start=1):
            case = desk.make_case(say(f"errors.demo.label_{number}"))
            for actor in actors:
                household.seat_partner(actor).join_case(case.code)
            if number == 1:
                _well_under_way(desk, case.case_id, [household.seat_partner(actor) for actor in actors])
            elif number == len(couples) - 1:
                _just_begun([household.seat_partner(actor) for actor in actors])
    for actor in (welcome.actor, *couples[1], *couples[2]):
        household.sittings.end(actor.sitting_id)
    return DemoPractice(code, welcome.code)


def _second_couple(household: Household) -> tuple[Actor, ...]:
    names = (say("errors.demo.third"), say("errors.demo.fourth"))
    return fill_with_simulated_couple(household, names=names, seed=7)[1]


def _third_couple(household: Household) -> tuple[Actor, ...]:
    return (household.accounts.create_couple(say("errors.demo.fifth"), _PASSPHRASE).actor,)


def _well_under_way(desk: TherapistService, case_id: str, partners: list[PartnerService]) -> None:
    """Both grant scores, and that topics may be shown; each was seen alone, and there is a note."""
    for partner in partners:
        granted = {name: Granted(ToCase.ANSWERS, name in SHOWN) for name in ALL}
        _grant(partner, granted)
        desk.tick_case(case_id, f"alone/{partner.actor.person_id}", stands=True)
    desk.write_note(case_id, "formulation", say("errors.demo.note"))
    desk.suggest_homework(case_id, "twenty_minutes", say("errors.demo.homework"))


def _just_begun(partners: list[PartnerService]) -> None:
    """One grants how far they are, the other nothing yet."""
    _grant(partners[0], dict.fromkeys(ALL, Granted(ToCase.PROGRESS)))


def _grant(partner: PartnerService, granted: dict[str, Granted]) -> None:
    case = partner.my_case()
    if case is not None:
        partner.grant_case(granted, until="", policy_hash=case.policy_hash)
