"""A request: one clear wish. The answer is yes, no, or "I want to negotiate"; a no costs nothing."""

from typing import ClassVar

from workbook.content import say
from workbook.content.document import documents
from workbook.exercises.requests import Request as Asked
from workbook.exercises.requests import Requests
from workbook.ui.activities.base import KEPT, Activity, Line, Scene, is_filled
from workbook.ui.blocks import Block, details, note, paragraph, quote
from workbook.ui.components import Choices, TextField


class Request(Activity[Requests]):
    """Requests of both, the newest first."""

    exercise_id: ClassVar[str] = "request"

    def lines(self) -> list[Line]:
        return [
            Line(
                one.id,
                one.wording,
                f"{self.name(one.by)}. {self._stage(one)}",
                one.waits_for(self.me),
                one.stage != "waiting",
            )
            for one in reversed(list(self.state.values()))
        ]

    def _stage(self, one: Asked) -> str:
        if one.stage == "waiting":
            return self.say("state.your_turn" if one.waits_for(self.me) else "state.waiting")
        return self.say(f"state.{one.stage}")

    def begin(self) -> Scene:
        text = self.text("wish", most=400)
        about = self._yes_no("intimate")
        return Scene("begin", [], [text, about], [self.button("send", lambda: self._send(text, about))])

    def _send(self, text: TextField, about: Choices) -> None:
        about.error = "" if about.choice() else say("ui.trouble.no_choice")
        if is_filled(text) and about.choice():
            self.act("sent", then=KEPT, text=text.typed(), need="", is_intimate=about.choice() == "yes")

    def scene(self, thing: str) -> Scene | None:
        one = self.state.get(thing)
        if one is None:
            return None
        blocks = self._rounds(one)
        key = f"{thing} {one.stage} {one.n_rounds}"
        if one.waits_for(self.me):
            return self._answer(one, key, blocks)
        buttons = []
        if one.stage == "waiting" and one.by == self.me:
            buttons.append(
                self.button("withdraw", lambda: self.act("withdrawn", request=one.id), "secondary")
            )
        if one.stage == "agreed":
            blocks.append(note(self.say("may_change")))
            buttons.append(
                self.button("take_back", lambda: self.act("taken_back", request=one.id), "secondary")
            )
        return Scene(key, [*blocks, paragraph(self._stage(one))], [], buttons)

    def _answer(self, one: Asked, key: str, blocks: list[Block]) -> Scene:
        if one.is_intimate:
            blocks.append(self._consent())
        blocks.append(details(self.say("guilt.title"), [paragraph(self.say("guilt.text"))]))
        choice = Choices(
            legend=self.say("answer.legend"),
            options=[
                {
                    "value": value,
                    "label": self.say(f"answer.{value}"),
                    "note": self.say(f"answer.{value}_note"),
                }
                for value in ("yes", "no", "negotiate")
            ],
        )
        proposal = self.text("proposal", most=400)
        remark = self.text("remark", most=400)

        def reply() -> None:
            choice.error = "" if choice.choice() else say("ui.trouble.no_choice")
            negotiates = choice.choice() == "negotiate"
            if choice.choice() and (not negotiates or is_filled(proposal)):
                offer = proposal.typed() if negotiates else ""
                self.act(
                    "answered",
                    then=one.id,
                    request=one.id,
                    answer=choice.choice(),
                    note=remark.typed(),
                    proposal=offer,
                )

        return Scene(key, blocks, [choice, proposal, remark], [self.button("answer", reply)])

    def _rounds(self, one: Asked) -> list[Block]:
        blocks: list[Block] = []
        for number, offer in enumerate(one.offers):
            said = "asked" if number == 0 else "proposed"
            blocks += [note(self.say(said, name=self.name(offer.by))), quote(offer.text)]
            blocks += [note(offer.note)] if offer.note else []
        return [
            *blocks,
            *(
                [note(self.say("with_note", name=self.name(one.closed_by))), quote(one.note)]
                if one.note
                else []
            ),
        ]

    def _consent(self) -> Block:
        touch = documents()["touch"]
        return details(touch.title, [paragraph(text) for text in touch.paragraphs])

    def _yes_no(self, key: str) -> Choices:
        options = [{"value": value, "label": self.say(f"{key}.{value}")} for value in ("yes", "no")]
        return Choices(legend=self.say(f"{key}.legend"), options=options, in_row=True)
