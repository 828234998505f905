"""Needs talk: one says a need, the other says back what they heard, then a way on is chosen."""

from typing import ClassVar

from workbook.content import say
from workbook.exercises.needs_talk import Talk, Talks
from workbook.instruments.facets import facet_of
from workbook.ui.activities.base import KEPT, Activity, Line, Scene, is_filled
from workbook.ui.blocks import Block, note, paragraph, quote
from workbook.ui.buttons import Button
from workbook.ui.components import Choices, TextField


class NeedsTalk(Activity[Talks]):
    """Talks of both, the newest first."""

    exercise_id: ClassVar[str] = "needs_talk"

    def lines(self) -> list[Line]:
        return [
            Line(
                one.id,
                self._need(one.need),
                f"{self.name(one.by)}. {self._stage(one)}",
                one.waits_for(self.me),
                one.stage == "settled",
            )
            for one in reversed(list(self.state.values()))
        ]

    def _stage(self, one: Talk) -> str:
        if one.waits_for(self.me):
            return self.say("state.your_turn")
        return self.say(
            "state.waiting" if one.stage in ("said", "heard", "understood") else f"state.{one.stage}"
        )

    def _needs(self) -> dict[str, str]:
        instrument = self.session.instruments.get("needs")
        found = {facet_of(one.id): one.topic for one in instrument.subscales} if instrument else {}
        return found | self.session.own_needs

    def _need(self, need: str) -> str:
        return self._needs().get(need, self.say("own_need"))

    def begin(self) -> Scene:
        need = TextField(label=self.say("need.label"), hint=self.say("need.hint"), kind="select")
        need.options = [
            ["", self.say("need.choose")],
            *[[key, title] for key, title in self._needs().items()],
        ]
        words = self.text("words", most=600)

        def begin() -> None:
            if is_filled(need) and is_filled(words) and need.typed() in self._needs():
                self.act("said", then=KEPT, need=need.typed(), words=words.typed())

        return Scene("begin", [], [need, words], [self.button("begin", begin)])

    def scene(self, thing: str) -> Scene | None:
        one = self.state.get(thing)
        if one is None:
            return None
        key, blocks = f"{thing} {one.stage} {one.n_tries}", self._told(one)
        if one.waits_for(self.me):
            return {"said": self._hear, "heard": self._check, "understood": self._settle}[one.stage](
                one, key, blocks
            )
        return Scene(key, [*blocks, paragraph(self._stage(one))], [], self._take_back(one))

    def _told(self, one: Talk) -> list[Block]:
        blocks: list[Block] = [
            note(self.say("said", name=self.name(one.by), need=self._need(one.need))),
            quote(one.words),
        ]
        if one.heard:
            blocks += [note(self.say("heard")), quote(one.heard)]
        if one.missing:
            blocks += [note(self.say("missing_was")), quote(one.missing)]
        if one.way:
            blocks += [note(self.say(f"way.{one.way}")), *([quote(one.plan)] if one.plan else [])]
        return blocks

    def _take_back(self, one: Talk) -> list[Button]:
        if one.by != self.me or one.stage in ("settled", "withdrawn"):
            return []
        return [self.button("withdraw", lambda: self.act("withdrawn", talk=one.id), "secondary")]

    def _hear(self, one: Talk, key: str, blocks: list[Block]) -> Scene:
        words = self.text("say_back", most=600)

        def hear() -> None:
            if is_filled(words):
                self.act("heard", then=one.id, talk=one.id, words=words.typed())

        return Scene(key, [*blocks, paragraph(self.say("listen"))], [words], [self.button("heard", hear)])

    def _check(self, one: Talk, key: str, blocks: list[Block]) -> Scene:
        choice = self._choice("understood", ("yes", "not_yet"))
        missing = self.text("missing", most=400)

        def check() -> None:
            choice.error = "" if choice.choice() else say("ui.trouble.no_choice")
            if choice.choice():
                self.act(
                    "checked", then=one.id, talk=one.id, understood=choice.choice(), missing=missing.typed()
                )

        return Scene(key, blocks, [choice, missing], [self.button("checked", check), *self._take_back(one)])

    def _settle(self, one: Talk, key: str, blocks: list[Block]) -> Scene:
        choice = self._choice("way", ("request", "elsewhere", "later"))
        plan = self.text("plan", most=400)

        def settle() -> None:
            choice.error = "" if choice.choice() else say("ui.trouble.no_choice")
            if choice.choice():
                self.act("settled", then=one.id, talk=one.id, way=choice.choice(), plan=plan.typed())

        return Scene(
            key,
            [*blocks, paragraph(self.say("ways"))],
            [choice, plan],
            [self.button("settle", settle), *self._take_back(one)],
        )

    def _choice(self, key: str, values: tuple[str, ...]) -> Choices:
        options = [{"value": value, "label": self.say(f"{key}.{value}")} for value in values]
        return Choices(legend=self.say(f"{key}.legend"), options=options)
