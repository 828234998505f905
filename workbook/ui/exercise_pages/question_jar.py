"""Question jar: one's own questions while they lie in it, and those that were drawn, without their writer."""

import secrets
from collections.abc import Mapping
from dataclasses import replace

from workbook.exercises.question_jar import Slip
from workbook.ui.blocks import note
from workbook.ui.buttons import Button
from workbook.ui.exercise_pages.activity import Activity, Scene


class QuestionJar(Activity[Slip]):
    """What was drawn, the newest first, and what one dropped in oneself."""

    of = "question_jar"

    @property
    def things(self) -> Mapping[str, Slip]:
        """Return what may be listed: of the jar one's own alone, and nothing that was drawn a second time."""
        return {
            name: slip
            for name, slip in super().things.items()
            if slip.is_drawn or (slip.stage == "in_the_jar" and slip.by == self.me)
        }

    def begin(self) -> Scene:
        scene, all_slips = super().begin(), super().things
        slips = [slip.id for slip in all_slips.values() if slip.stage == "in_the_jar"]
        is_one_out = any(slip.stage == "drawn" for slip in all_slips.values())
        if not slips or is_one_out:
            told = [] if is_one_out else [note(self.say("empty"))]
            return replace(scene, key=f"begin {bool(slips)}", blocks=[*told, *scene.blocks])

        def draw() -> None:
            kept = self.act("drawn", {"slip": secrets.choice(slips)})
            self.turn(kept.operation_id)

        drawer = Button(self.say("draw"), draw, "primary")
        return replace(scene, key="begin draw", buttons=[drawer, *scene.buttons])

    def beside(self, thing: Slip) -> str:
        return self.stage(thing)
