"""One case: who has joined, how far each is as far as that is granted, and whether each was seen alone."""

from collections.abc import Callable

from workbook.address import at
from workbook.content import say
from workbook.instruments import Chapter
from workbook.service.formats.case_values import InCase
from workbook.service.formats.values import Member
from workbook.ui.blocks import Block, Words, callout, code, heading, name_of, note, paragraph, table
from workbook.ui.buttons import Button
from workbook.ui.cockpit.base import CockpitPage, in_words
from workbook.ui.cockpit.cases import limits

ALONE = "alone/"
"""What stands before a person's id in the tick that says they were seen alone."""
CLOSE = "close"


class CasePage(CockpitPage):
    """The address ``case:<id>:close`` asks before a case is closed for good."""

    kind = "case"

    def fill(self) -> None:
        if self.address.rest(1) == CLOSE:
            self._ask_to_close()
            return
        seen = self.case.seen
        self.say_words(
            [
                *self.head(),
                *(self._invite() if len(seen.members) < 2 else []),
                *self._alone(),
                heading(2, say("cockpit.case.progress")),
                *self._progress(),
                limits(),
            ]
        )
        ticks = [self._tick(one) for one in seen.members]
        start = [Button(self._session_words(), self.to(at("live", self.case_id)), "primary")]
        close = Button(say("cockpit.case.close"), self.to(at("case", self.case_id, CLOSE)), "quiet")
        self.offer(*(start if seen.is_seen_alone else []), *ticks, close)

    def _session_words(self) -> str:
        return say("cockpit.case.go_on" if self.case.seen.is_in_session else "cockpit.case.session")

    def _invite(self) -> list[Block]:
        seen = self.case.seen
        told: list[Block] = [
            paragraph(say("cockpit.case.invite")),
            code(seen.code),
            note(say("cockpit.case.invite_alone")),
        ]
        return [callout(say("cockpit.case.invite_title", n=len(seen.members)), told)]

    def _alone(self) -> list[Block]:
        """Say what comes before anything joint: each is seen alone, by voice. No software can do that."""
        if self.case.seen.is_seen_alone:
            return [callout("", [paragraph(say("cockpit.case.seen_alone"))], tone="good")]
        told = [paragraph(say("cockpit.case.alone")), note(say("cockpit.case.alone_ask"))]
        return [callout(say("cockpit.case.alone_title"), told, tone="care")]

    def _tick(self, one: InCase) -> Button:
        stands = f"{ALONE}{one.person_id}" in self.case.seen.ticks
        key = "cockpit.case.untick" if stands else "cockpit.case.tick"
        look = "quiet" if stands else "secondary"
        return Button(say(key, name=one.name), self._ticker(one.person_id, stands=not stands), look)

    def _ticker(self, person_id: str, *, stands: bool) -> Callable[[], None]:
        def tick() -> None:
            verb = self.session.service.tick_case
            self.session.act(verb, self.case_id, f"{ALONE}{person_id}", stands=stands)

        return tick

    # -- how far each is ------------------------------------------------------------------------
    def _progress(self) -> list[Block]:
        members = self.case.seen.members
        shown = [one for one in self._chapters() if any(one.id in each.progress for each in members)]
        if not shown:
            return [note(say("cockpit.case.no_progress"))]
        names = [name_of(Member(one.person_id, one.name, one.place)) for one in members]
        head: list[Words] = [say("cockpit.case.part"), *([name] for name in names)]
        rows = [[one.title, *(_far(each, one) for each in members)] for one in shown]
        joined = [
            note(say("cockpit.case.joined", name=one.name, day=in_words(one.joined))) for one in members
        ]
        shown_far = table(say("cockpit.case.progress"), head, rows, below_its_name=True)
        return [shown_far, note(say("cockpit.case.dash")), *joined]

    def _chapters(self) -> list[Chapter]:
        asked = [one for one in self.session.instruments.values() if not one.is_private]
        return [chapter for one in asked for chapter in one.chapters]

    # -- closing --------------------------------------------------------------------------------
    def _ask_to_close(self) -> None:
        words = [paragraph(say(f"cockpit.case.close_{n}")) for n in (1, 2)]
        self.say_words([heading(1, say("cockpit.case.close_title")), callout("", words, tone="care")])
        self.offer(
            Button(say("cockpit.case.close_not"), self.to(at("case", self.case_id)), "primary"),
            Button(say("cockpit.case.close_now"), self._close, "danger"),
        )

    def _close(self) -> None:
        case_id = self.case_id
        self.desk.go(at("cases"))
        self.session.act(self.session.service.close_case, case_id)


def _far(member: InCase, chapter: Chapter) -> str:
    """Return how far somebody is with a chapter; a dash where that is not granted, or there is nothing."""
    found = member.progress.get(chapter.id)
    return say(f"cockpit.progress.{found}") if found else "–"
