"""Taking part in a study: each partner alone says nothing, a summary or answers, linked or not.

The page is there only where a study is run. It says nothing of the partner, and never could: the
service gives it one's own choice alone.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from ipywidgets import VBox, Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.document import documents
from workbook.content.formats import day_in_words, listed
from workbook.errors import WorkbookError, problem
from workbook.frames import occasion_number
from workbook.service.formats.values import ResearchChoice
from workbook.service.studies.preview import snapshots
from workbook.service.studies.study import BACKGROUND, DOCUMENT, Study
from workbook.session import Session, Status
from workbook.sharing import Grain, Publication, grains_for
from workbook.ui.blocks import Block, callout, heading, lead, note, paragraph, reading, table
from workbook.ui.buttons import Button
from workbook.ui.components import Choices, Prose
from workbook.ui.pages.base import Page
from workbook.ui.path import PathStep


def _where_one_is_run(session: Session, _address: Address) -> Status:
    """Open where a study is run, once the person takes part."""
    return "open" if session.takes_part and session.study is not None else "locked"


class Research(Page):
    """The address ``research:saved`` confirms a choice."""

    kind = "research"
    part = "anytime"
    lock = staticmethod(_where_one_is_run)

    @classmethod
    def steps(cls, session: Session) -> Iterable[PathStep]:
        return super().steps(session) if cls.lock(session, at(cls.kind)) == "open" else ()

    def parts(self) -> Sequence[Widget]:
        self.choice = Choices(legend=say("study.page.legend"))
        self.link = Choices(legend=say("study.page.linked_legend"))
        self.preview = Prose()
        self.choice.observe(self.desk.guard(lambda _: self._show()), "value")
        self.place = VBox([])
        return (self.place,)

    @property
    def study(self) -> Study:
        if self.session.study is None:
            raise WorkbookError(problem("ui.trouble.not_there"))
        return self.session.study

    def arrive(self, address: Address) -> None:
        # Nothing is chosen beforehand, not even what was chosen last time: to save is to agree anew.
        self.choice.value = self.link.value = self.choice.error = self.link.error = ""
        super().arrive(address)

    def fill(self) -> None:
        if self.address.name == "saved":
            self._thank()
            return
        choice = self.session.own.my_research()
        words = reading(documents()[DOCUMENT], say("study.page.kicker"))
        never = note(say("study.page.never"))
        closed = self._closed()
        told = [callout("", [paragraph(say(f"study.page.{closed}"))], tone="care")] if closed else []
        self.say_words([*words[:2], *told, *self._standing(choice), self._facts(), *words[2:], never])
        buttons = []
        if closed:
            self.place.children = ()
        else:
            self.choice.options = [self._option(grain.value) for grain in self._grains()]
            self.link.options = [self._option(f"linked_{one}") for one in ("no", "yes")]
            self._show()
            buttons.append(Button(say("study.page.button"), self._save, "primary"))
        if choice is not None and choice.grain is not Grain.NOTHING:
            buttons.append(Button(say("study.page.take_back"), self._take_back, "danger"))
        self.offer(*buttons, self.home())

    # -- what is said ------------------------------------------------------------------------
    def _facts(self) -> Block:
        study = self.study
        asked = [
            say("study.page.background") if one.id == BACKGROUND else one.title
            for one in study.instruments.values()
        ]
        rows = {
            "name": study.name,
            "contact": study.contact,
            "purpose": study.purpose,
            "asks": "; ".join([*asked[1:], asked[0]]),
            "kept": say("study.page.until", day=day_in_words(date.fromisoformat(study.ends)))
            if study.ends
            else "",
            "sealed": say("study.page.sealed_to") if study.public_key else "",
            "key": study.key_words,
        }
        lines = [
            [{"text": say(f"study.page.{name}"), "strong": True}, text] for name, text in rows.items() if text
        ]
        key_note = [note(say("study.page.key_note"))] if study.public_key else []
        return callout("", [*(paragraph(line) for line in lines), *key_note])

    def _closed(self) -> str:
        """Return why nothing can be given, as a key of the page's words; empty where something can."""
        if not self.study.public_key:
            return "no_key"
        return "over" if self.study.is_over(datetime.now(UTC).date()) else ""

    def _standing(self, choice: ResearchChoice | None) -> list[Block]:
        if choice is None:
            return [note(say("study.page.not_asked"))]
        if choice.grain is Grain.NOTHING:
            return [callout("", [paragraph(say("study.page.now_nothing"))])]
        if not choice.is_standing:
            over = say("study.page.now_over", day=day_in_words(date.fromisoformat(choice.chosen)))
            return [callout("", [paragraph(over)], tone="care")]
        said = [
            say(
                f"study.page.now_{choice.grain.value}",
                day=day_in_words(date.fromisoformat(choice.chosen)),
                until=day_in_words(date.fromisoformat(choice.until)),
            ),
            say(f"study.page.now_{'linked' if choice.is_linked else 'alone'}"),
            say("study.page.newer"),
        ]
        return [callout("", [paragraph(text) for text in said], tone="good")]

    def _thank(self) -> None:
        self.say_words([heading(1, say("study.page.saved_title")), lead(say("study.page.saved"))])
        self.place.children = ()
        self.offer(
            Button(say("ui.button.home"), self.to(at("home")), "primary"),
            Button(say("study.page.again"), self.to(at("research"))),
        )

    # -- what is chosen ----------------------------------------------------------------------
    def _grains(self) -> list[Grain]:
        """Scores are offered only where something that is asked has any."""
        asked = [one for one in self.study.instruments.values() if one.id != BACKGROUND]
        has_scores = any(Grain.SCORES in grains_for(one) for one in asked)
        left_out = {Grain.SCORES: not has_scores, Grain.WORDS: True}
        return [grain for grain in Grain if not left_out.get(grain)]

    @staticmethod
    def _option(name: str) -> dict[str, str]:
        return {"value": name, "label": say(f"study.page.{name}"), "note": say(f"study.page.{name}_note")}

    def _show(self) -> None:
        chosen = self.choice.choice()
        if chosen in ("", Grain.NOTHING):
            self.place.children = (self.choice,)
            return
        self.preview.blocks = [callout(say("study.page.preview"), self._preview(Grain(chosen)))]
        self.place.children = (self.choice, self.link, self.preview)

    def _preview(self, grain: Grain) -> list[Block]:
        session, study = self.session, self.study
        found: list[Publication] = session.once(
            f"research.{grain}",
            (session.responses, session.decisions),
            lambda: snapshots(study, session.responses, grain, self._held_back()),
        )
        if not any(one.instrument != BACKGROUND for one in found):
            return [paragraph(say("study.page.preview_none"))]
        head = [say("study.page.column_part"), say("study.page.column_given")]
        return [table(say("study.page.preview_caption"), head, [self._line(one) for one in found])]

    def _held_back(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return what the person holds back of all that is answered, by instrument and occasion."""
        session = self.session
        own = session.responses
        own = own.loc[own["instrument"].isin([one.id for one in session.shareable()])]
        keys = {(str(one), str(time)) for one, time in zip(own["instrument"], own["occasion"], strict=True)}
        return {key: session.held_back(*key).chosen for key in sorted(keys)}

    def _line(self, publication: Publication) -> list[str]:
        title = self.study.instruments[publication.instrument].title
        number = occasion_number(publication.occasion)
        if number > 1:
            title = say("study.page.part_of", instrument=title, occasion=number)
        counts = [
            say(f"study.page.n_{name}", n=n)
            for name, n in (("answers", len(publication.responses)), ("scores", len(publication.scores)))
            if n and not (name == "scores" and publication.grain is Grain.ANSWERS)
        ]
        return [title, listed(counts)]

    # -- what is done ------------------------------------------------------------------------
    def _save(self) -> None:
        chosen, link = self.choice.choice(), self.link.choice()
        self.choice.error = "" if chosen else say("ui.trouble.no_choice")
        self.link.error = "" if link or chosen in ("", Grain.NOTHING) else say("study.page.no_link")
        if self.choice.error or self.link.error:
            return
        self._give(Grain(chosen), linked=link == "linked_yes" and chosen != Grain.NOTHING)

    def _take_back(self) -> None:
        self._give(Grain.NOTHING, linked=False)

    def _give(self, grain: Grain, *, linked: bool) -> None:
        session = self.session
        words = self.study.words_hash
        session.own.give_to_research(grain, linked=linked, text_hash=words)
        session.refresh("drawer")
        self.desk.go(at("research", "saved"))
