"""Fun list: what both like stands first, one of it can be drawn, and what is not rated yet is marked."""

import secrets
from dataclasses import replace

from workbook.exercises.fun_list import LIKED, Idea
from workbook.ui.blocks import note
from workbook.ui.buttons import Button
from workbook.ui.exercise_pages.activity import Activity, ListEntry, Scene

_ORDER = ("dated", *LIKED, "rating", "done")


class FunList(Activity[Idea]):
    """Ideas of both: planned, liked by both, a maybe for both, all others, done."""

    of = "fun_list"

    def lines(self) -> list[ListEntry]:
        ideas = sorted(self.things.values(), key=lambda one: _ORDER.index(one.stage))
        is_parted = self.session.is_parted
        return [
            ListEntry(
                one.id, one.title, self.stage(one), self._is_unrated(one) and not is_parted, one.is_done
            )
            for one in ideas
        ]

    def stage(self, thing: Idea) -> str:
        return self.say("stage.your_turn") if self._is_unrated(thing) else super().stage(thing)

    def begin(self) -> Scene:
        scene = super().begin()
        liked = [one.id for stage in LIKED for one in self.things.values() if one.stage == stage]
        best = [name for name in liked if self.things[name].stage == LIKED[0]] or liked
        if not best:
            return replace(scene, blocks=[note(self.say("none")), *scene.blocks])
        draw = Button(self.say("draw"), lambda: self.turn(secrets.choice(best)), "primary")
        return replace(scene, key="begin draw", buttons=[draw, *scene.buttons])

    def _is_unrated(self, idea: Idea) -> bool:
        return idea.stage == "rating" and self.me not in idea.ratings
