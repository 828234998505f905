"""What is shown to whom: every standing decision, to change or take back."""

from collections.abc import Callable

from workbook.address import at
from workbook.content import say
from workbook.sharing import Grain
from workbook.ui.blocks import note, opening, paragraph, table
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
        titles = {one.id: one.title for one in session.shareable()}
        rows = [
            [
                titles[instrument],
                say(f"ui.sharing.grain_{grain.value}"),
                say(
                    "ui.sharing.open"
                    if (instrument, occasion) in session.table.open_rounds
                    else "ui.sharing.not_open"
                ),
            ]
            for (instrument, occasion), grain in session.decisions.items()
        ]
        head = opening("sharing")
        if self.address.name == "withdrawn":
            head.append(paragraph(say("ui.sharing.withdrawn")))
        if session.is_parted or not rows:
            key = "parted" if session.is_parted else "nothing"
            self.say_words([*head, paragraph(say(f"ui.sharing.{key}"))])
            self.offer(self.home())
            return
        columns = [say(f"ui.sharing.column_{name}") for name in ("part", "choice", "state")]
        self.say_words(
            [*head, table(say("ui.sharing.caption"), columns, rows), note(say("ui.sharing.withdraw_note"))]
        )
        self.offer(*self._buttons(titles), self.home())

    def _buttons(self, titles: dict[str, str]) -> list[Button]:
        buttons = []
        for (instrument, occasion), grain in self.session.decisions.items():
            title = titles[instrument]
            if grain is Grain.NOTHING or (instrument, occasion) not in self.session.table.open_rounds:
                buttons.append(
                    Button(f"{title}: {say('ui.sharing.change')}", self.to(at("share", instrument)))
                )
            if grain is not Grain.NOTHING:
                buttons.append(
                    Button(
                        f"{title}: {say('ui.sharing.withdraw')}", self._taker(instrument, occasion), "danger"
                    )
                )
        return buttons

    def _taker(self, instrument: str, occasion: str) -> Callable[[], None]:
        def take_back() -> None:
            self.session.withdraw(instrument, occasion)
            self.desk.go(at("sharing", "withdrawn"))

        return take_back
