"""What a therapist writes and what they read of two people, on all pages where it stands: for `markup`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.proofs._partners import CHEAP
from workbook.content.document import consent_hash
from workbook.errors import WorkbookError
from workbook.reports import to_html
from workbook.service.desks.household import Household
from workbook.service.desks.roles import PartnerService
from workbook.session import Session
from workbook.session.practice import PracticeSession
from workbook.storage.memory import MemoryStore
from workbook.ui.app import App
from workbook.ui.cockpit.desk import PAGES, Cockpit
from workbook.ui.cockpit.presentation import Presentation
from workbook.ui.cockpit.report import sheet_for_therapist

PARTNERS = ("therapist", "therapist:read", "home", "in-session")
KEPT_DAYS = 90
PASSPHRASE = "a long passphrase of theirs"


@contextmanager
def practice(name: str) -> Iterator[tuple[Any, list[PartnerService]]]:
    """Yield a therapist's desk and the two of a couple, all of whom have the same name."""
    household = Household(MemoryStore(), cost=CHEAP)
    try:
        desk = household.seat_therapist(household.therapists.create(name, PASSPHRASE).actor)
        desk.set_policy("no_secrets", "", KEPT_DAYS)
        first = household.accounts.create_couple(name, PASSPHRASE)
        second = household.accounts.join(first.code, f"{name} B", PASSPHRASE)
        partners: list[PartnerService] = [household.seat_partner(one.actor) for one in (first, second)]
        for partner in partners:
            Session(partner).agree("consent", consent_hash(), agreed=True)
        yield desk, partners
    finally:
        household.close()


def write(desk: Any, partners: Sequence[PartnerService], texts: Sequence[str]) -> str:
    """Write texts wherever a therapist can; return the case in which they stand, with a session going on.

    Each is a note; each that fits is the label of a case, and as many as may stand there homework.
    """
    for text in texts:
        _try(lambda text=text: desk.set_policy("no_secrets", text, KEPT_DAYS))
    cases = [_try(lambda text=text: desk.make_case(text)) for text in texts]
    case = next((one for one in cases if one is not None), None) or desk.make_case("A case")
    for partner in partners:
        partner.join_case(case.code)
        desk.tick_case(case.case_id, f"alone/{partner.actor.person_id}", stands=True)
    for text in texts:
        desk.write_note(case.case_id, "free", text)
        _try(lambda text=text: desk.suggest_homework(case.case_id, "twenty_minutes", text))
    desk.open_session(case.case_id)
    found: str = case.case_id
    return found


def desks_of(desk: Any, case_id: str) -> Iterator[tuple[Any, list[str]]]:
    """Yield the cockpit and the shared screen, each with the addresses of its pages."""
    pages = [f"{kind.kind}:{case_id}" if kind.is_of_case else kind.kind for kind in PAGES]
    yield Cockpit(PracticeSession(desk)), pages
    yield Cockpit(PracticeSession(desk), (Presentation,)), [Presentation.kind]


def apps_of(partners: Sequence[PartnerService]) -> Iterator[tuple[App, Sequence[str]]]:
    """Yield both partners' pages, with the addresses on which a therapist's words stand."""
    for partner in partners:
        yield App(Session(partner)), PARTNERS


def report_of(desk: Any, case_id: str) -> str:
    """Return the report as the file that a therapist saves."""
    return to_html(sheet_for_therapist(PracticeSession(desk), case_id))


def _try(write_it: Any) -> Any:
    """Write what fits; a text that is too long, or has no letter, is refused and stands elsewhere."""
    try:
        return write_it()
    except WorkbookError:
        return None
