"""What a page of the cockpit is: one page of a therapist's, most of them about one case."""

from datetime import date
from typing import ClassVar, Protocol

from workbook.address import at
from workbook.content import say
from workbook.content.formats import day_in_words
from workbook.service.formats.case_values import CaseRead, CaseSeen
from workbook.session.practice import CASES, PracticeSession
from workbook.ui.blocks import Block, heading, kicker, lead
from workbook.ui.buttons import Button
from workbook.ui.leaf import Leaf, Turning


class CockpitDesk(Turning, Protocol):
    """What a page of the cockpit may ask."""

    session: PracticeSession


class CockpitPage(Leaf):
    """One page. ``kind`` is the first word of its address; of a case, the next is the case's id.

    Attributes
    ----------
    kind : str
    is_of_case : bool
        Whether it is about one case, and stands in that case's row of pages.
    """

    kind: ClassVar[str]
    is_of_case: ClassVar[bool] = True

    def __init__(self, desk: CockpitDesk) -> None:
        self.desk = desk
        self.session = desk.session
        super().__init__(desk, at(self.kind))

    @property
    def case_id(self) -> str:
        return self.address.name

    @property
    def case(self) -> CaseRead:
        return self.session.case(self.case_id)

    def head(self) -> list[Block]:
        """Return the page's title, below the case's own label where it is about one."""
        above = self.case.seen.label if self.is_of_case else say("cockpit.kicker")
        return [
            kicker(above),
            heading(1, say(f"cockpit.{self.kind}.title")),
            lead(say(f"cockpit.{self.kind}.lead")),
        ]

    def back(self) -> Button:
        """Return the quiet way back to the list."""
        return Button(say("cockpit.to_cases"), self.to(CASES), "quiet")


def due(seen: CaseSeen) -> str:
    """Return what a case waits for, as its line in the list says it."""
    if seen.is_in_session:
        return say("cockpit.cases.in_session")
    if len(seen.members) < 2:
        return say("cockpit.cases.joined", n=len(seen.members), code=seen.code)
    if not seen.is_seen_alone:
        return say("cockpit.cases.see_alone")
    if seen.last_day:
        return say("cockpit.cases.last", n=seen.n_sessions, day=in_words(seen.last_day))
    return say("cockpit.cases.ready")


def in_words(day: str) -> str:
    """Return a day as people say it.

    >>> in_words("2026-05-03")
    '3 May 2026'
    """
    return day_in_words(date.fromisoformat(day))
