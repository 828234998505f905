"""The view for a screen that all three look at: the step, the clock, and what both show. Nothing else."""

from collections.abc import Sequence

from ipywidgets import Widget

from workbook.content import say
from workbook.content.session_guide import session_guide
from workbook.service.formats.case_values import SessionSeen
from workbook.service.formats.values import Member
from workbook.ui.blocks import heading, lead, name_of, paragraph
from workbook.ui.cockpit.base import CockpitPage
from workbook.ui.components import Floor
from workbook.ui.revealed import RevealedTopics
from workbook.ui.session_clock import show_timer


class Presentation(CockpitPage):
    """A function of what is shown and of the step: no label, no notes, nothing of how far anybody is.

    It shows the one session that goes on; while there are two, none, since nobody could tell which is meant.
    """

    kind = "presentation"
    is_of_case = False

    def parts(self) -> Sequence[Widget]:
        self.clock = Floor()
        self.shown = RevealedTopics(self.desk.guard)
        return (self.clock, self.shown.root)

    def fill(self) -> None:
        seen, members = self._now()
        show_timer(self.clock, seen)
        self.shown.show(seen.revealed if seen else (), self.session.instruments, members)
        if seen is None:
            self.say_words(
                [heading(1, say("cockpit.presentation.title")), lead(say("cockpit.presentation.nothing"))]
            )
            return
        step = next(one for one in session_guide().agenda if one.id == seen.step)
        names = [name_of(one) for one in members]
        told = [paragraph([names[0], "  ", names[1]])] if len(names) > 1 else []
        words = say("cockpit.presentation.paused") if seen.is_paused else step.invitation
        self.say_words([heading(1, step.title), *told, lead(words)])

    def _now(self) -> tuple[SessionSeen | None, tuple[Member, ...]]:
        going_on = [one for one in self.session.cases if one.is_in_session]
        if len(going_on) != 1:
            return None, ()
        case_id = going_on[0].case_id
        seen = self.session.live(case_id)
        return (None, ()) if seen is None or seen.is_over else (seen, self.session.members(case_id))
