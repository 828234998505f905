"""What is shown to whom: every standing decision, to change or take back."""

from collections.abc import Callable

from workbook.address import at
from workbook.content import say
from workbook.frames import occasion_number
from workbook.sharing import WEEKS, Grain
from workbook.ui.blocks import Block, note, opening, paragraph, table
from workbook.ui.buttons import Button
from workbook.ui.locks import always
from workbook.ui.pages.base import Page


class Sharing(Page):
    """The address ``sharing:withdrawn`` confirms that something was just taken back."""

    kind = "sharing"
    part = "anytime"
    lock = staticmethod(always)

    def fill(self) -> None:
        session = self.session
        self._standing = session.standing_decisions()
        rows = [
            [
                self._title(instrument, occasion),
                say(f"ui.sharing.grain_{grain.value}"),
                say("ui.sharing.open" if self._is_open(instrument, occasion) else "ui.sharing.not_open"),
            ]
            for (instrument, occasion), grain in self._standing.items()
        ]
        head = opening("sharing")
        if self.address.name == "withdrawn":
            head.append(paragraph(say("ui.sharing.withdrawn")))
        if session.is_parted or not rows:
            key = "parted" if session.is_parted else "nothing"
            self.say_words([*head, paragraph(say(f"ui.sharing.{key}")), self._therapist()])
            self.offer(*self._to_therapist(), self.home())
            return
        columns = [say(f"ui.sharing.column_{name}") for name in ("part", "choice", "state")]
        self.say_words(
            [
                *head,
                table(say("ui.sharing.caption"), columns, rows),
                note(say("ui.sharing.withdraw_note")),
                self._therapist(),
            ]
        )
        self.offer(*self._buttons(), *self._to_therapist(), self.home())

    def _therapist(self) -> Block:
        """Say whether a therapist sees anything: to this person, of this person."""
        case = self.session.case
        grants = case is not None and case.grants and case.is_standing
        return note(say("ui.sharing.therapist_some" if grants else "ui.sharing.therapist_none"))

    def _to_therapist(self) -> list[Button]:
        """Return the way to what a therapist sees, where this person has joined a case."""
        there = self.to(at("therapist"))
        return [Button(say("ui.steps.therapist"), there, "quiet")] if self.session.case is not None else []

    def _is_open(self, instrument: str, occasion: str) -> bool:
        table = self.session.table
        return bool(table.weeks) if occasion == WEEKS else (instrument, occasion) in table.open_rounds

    def _title(self, instrument: str, occasion: str) -> str:
        """Return what a part is called; with its round where there are several."""
        if occasion == WEEKS:
            return say("ui.sharing.weeks")
        title = self.session.instruments[instrument].title
        number = occasion_number(occasion)
        return title if self.session.round == 1 else say("ui.sharing.of_round", title=title, n=number)

    def _buttons(self) -> list[Button]:
        buttons = []
        for (instrument, occasion), grain in self._standing.items():
            title = self._title(instrument, occasion)
            is_now = occasion == self.session.occasion  # a round before can be taken back, not decided anew
            is_open = self._is_open(instrument, occasion)
            if is_now and (grain is Grain.NOTHING or not is_open):
                buttons.append(
                    Button(say("ui.sharing.change_of", title=title), self.to(at("share", instrument)))
                )
            if grain is not Grain.NOTHING:
                buttons.append(
                    Button(
                        say("ui.sharing.withdraw_of", title=title),
                        self._taker(instrument, occasion),
                        "danger",
                    )
                )
        return buttons

    def _taker(self, instrument: str, occasion: str) -> Callable[[], None]:
        def take_back() -> None:
            self.session.withdraw(instrument, occasion)
            self.desk.go(at("sharing", "withdrawn"))

        return take_back
