"""The exercises: the list, and each one's page: why, how, and what can be done right here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ipywidgets import VBox, Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.document import documents
from workbook.content.evidence import claims
from workbook.content.exercise import Exercise, exercises
from workbook.content.formats import listed
from workbook.errors import WorkbookError, problem
from workbook.exercises import MACHINES
from workbook.service.formats.values import ASIDE, DONE
from workbook.ui.blocks import (
    Block,
    bullets,
    callout,
    details,
    heading,
    kicker,
    lead,
    note,
    opening,
    paragraph,
)
from workbook.ui.buttons import Button
from workbook.ui.components import Menu, Prose
from workbook.ui.exercise_pages import KEPT, Activity, Scene, activity_of, n_waiting
from workbook.ui.exercise_pages.form import MoveForm
from workbook.ui.pages.base import Page
from workbook.ui.path import PARTNER, TOGETHER

PLACES: Mapping[str, Address] = {"speaker_listener": at("room")}
"""Exercises that are done at a page of their own."""


class ExerciseList(Page):
    """Every exercise; those with steps of their own come first."""

    kind = "exercises"
    part = "do"
    roles = PARTNER | TOGETHER

    def parts(self) -> Sequence[Widget]:
        self.menu = Menu(label=say("ui.steps.exercises"))
        self.menu.on_press(self.desk.guard_press(self.desk.go))
        return (self.menu,)

    def fill(self) -> None:
        parted = [note(say("ui.exercises.closed"))] if self.session.is_parted else []
        self.say_words([*opening("exercises"), *parted])
        here = [exercises()[name] for name in MACHINES]
        others = [one for one in exercises().values() if one.id not in MACHINES]
        self.menu.parts = [
            {"title": say("ui.exercises.here"), "steps": [self._line(one) for one in here]},
            {"title": say("ui.exercises.others"), "steps": [self._line(one) for one in others]},
        ]
        self.offer(self.home())

    def _line(self, one: Exercise) -> dict[str, Any]:
        waits = n_waiting(self.session, one.id)
        return {
            "id": str(at("exercise", one.id)),
            "title": one.title,
            "status": "under-way" if waits else "link",
            "note": say("ui.exercises.waits", n=waits) if waits else one.in_short,
            "time": say("ui.status.minutes", n=one.minutes),
            "next": bool(waits),
        }


class ExercisePage(Page):
    """The address names the exercise, and one thing of it."""

    kind = "exercise"
    roles = PARTNER | TOGETHER

    def parts(self) -> Sequence[Widget]:
        self.fields = VBox([])
        self.about = Prose()
        self.menu = Menu()
        self.menu.on_press(self.desk.guard_press(self._turn))
        self._shown = ""
        self._forms: dict[str, MoveForm] = {}
        self._opened: set[str] = set()
        return (self.fields,)

    @property
    def names(self) -> tuple[str, str]:
        """The exercise and the thing that are shown."""
        return self.address.name, self.address.rest(1)

    def arrive(self, address: Address) -> None:
        if address.name not in exercises():
            raise WorkbookError(problem("ui.trouble.not_there"))
        self._shown, self._forms, self._opened = "", {}, set()
        # What waits comes first. Set on arrival only: a form must not move while somebody types.
        made = self._activity(exercises()[address.name])
        is_first = address.rest(1) == KEPT or bool(made and made.n_waiting)
        below = (self.about, self.fields, self.actions)
        self.root.children = (self.words, *((self.menu, *below) if is_first else (*below, self.menu)))
        super().arrive(address)

    def fill(self) -> None:
        exercise, thing = exercises()[self.names[0]], self.names[1]
        activity = self._activity(exercise)
        if activity and thing == KEPT:
            self._confirm(exercise, activity)
            return
        scene = self._scene(activity, thing)
        if thing and scene is None:
            self.address = at(self.kind, exercise.id)
            self.fill()
            return
        waits = activity.n_waiting if activity and not thing else 0
        # Above everything, even above items waiting for an answer, so that nobody misses it.
        head = self._head(exercise, title_only=bool(thing), waits=waits)
        self.say_words([*head, *self._cautions(exercise, is_thing=bool(thing))])
        about = [] if thing else [*self._told_of_choices(exercise), *self._about(exercise)]
        self.about.blocks = [*about, *(scene.blocks if scene else [])]
        self._play(scene, exercise, is_thing=bool(thing))
        self._list(activity if not thing else None)

    def _scene(self, activity: Activity[Any] | None, thing: str) -> Scene | None:
        if activity is None:
            return None
        if self.session.is_parted:
            return activity.closed(thing)
        scene = activity.scene(thing) if thing else activity.begin()
        return scene and self._with_drafts(scene)

    # -- drafts: what was typed and not sent is kept, and never opened unasked ------------------
    def _with_drafts(self, scene: Scene) -> Scene:
        """Return the scene with its drafts put in where they were asked for, else with the question."""
        kept = {place: self.session.draft(place) for place in scene.forms}
        kept = {place: typed for place, typed in kept.items() if typed}
        if not set(kept) - self._opened:
            for place, typed in kept.items():
                scene.forms[place].restore(typed)
            return scene

        def go_on() -> None:
            self._opened |= set(kept)
            self.fill()

        def throw_away() -> None:
            for place in kept:
                self.session.keep_draft(place, {})
            self.fill()

        asked = [
            Button(say("ui.exercises.draft_go_on"), go_on, "primary"),
            Button(say("ui.exercises.draft_throw_away"), throw_away, "danger"),
        ]
        told = note(say("ui.exercises.draft"))
        return Scene(f"{scene.key} draft", [*scene.blocks, told], buttons=asked)

    def _keep_drafts(self) -> None:
        for place, form in self._forms.items():
            self._opened.add(place)  # it is on the screen: no need to ask for it
            self.session.keep_draft(place, form.typed() if form.is_touched else {})

    def _was_sent(self, place: str) -> None:
        self._forms.pop(place, None)  # what still stands in its fields is no draft any more

    def leave(self) -> None:
        self._keep_drafts()
        self._forms = {}

    def _confirm(self, exercise: Exercise, activity: Activity[Any]) -> None:
        """Say that what was just begun lies on the table, and what happens now."""
        told = callout(say("ui.exercises.kept_title"), [paragraph(say("ui.exercises.kept"))], tone="good")
        self.say_words([*self._head(exercise, title_only=True, waits=0), told])
        self.about.blocks, self.fields.children, self._shown = [], (), ""
        self.offer(
            Button(say("ui.exercises.all"), self.to(at("exercises")), "primary"),
            Button(say("ui.exercises.another"), self.to(at("exercise", exercise.id))),
        )
        self._list(activity)

    def _activity(self, exercise: Exercise) -> Activity[Any] | None:
        made = activity_of(exercise.id, self.session, self._turn)
        if made:
            made.sent = self._was_sent
        return made

    def _turn(self, thing: str, exercise: str = "") -> None:
        self.desk.go(at(self.kind, exercise or self.address.name, thing))

    def _play(self, scene: Scene | None, exercise: Exercise, *, is_thing: bool) -> None:
        # The same scene keeps its fields, so that what is being typed survives a refresh.
        chosen = self._chosen(exercise)
        key = f"{exercise.id} {scene.key if scene else ''} {sorted(chosen)}"
        if key == self._shown:
            return
        self._keep_drafts()  # the other's move may have changed what can be done here
        self._shown = key
        self._forms = dict(scene.forms) if scene else {}
        for form in self._forms.values():
            form.on_rest(self.desk.guard(self._keep_drafts))
        self.fields.children = tuple(scene.fields) if scene else ()
        back = (
            Button(say("ui.exercises.all_of_it"), self.to(at("exercise", exercise.id)), "quiet")
            if is_thing
            else None
        )
        buttons = [
            *([] if is_thing else self._place(exercise)),
            *(scene.buttons if scene else ()),
            *([] if is_thing or self.session.is_parted else self._choices(exercise, chosen)),
            back or Button(say("ui.exercises.all"), self.to(at("exercises")), "quiet"),
        ]
        self.offer(*buttons)

    def _place(self, exercise: Exercise) -> list[Button]:
        """Return the button to the page where it is done, if it has one that is open."""
        there = PLACES.get(exercise.id)
        if there is None or self.desk.pages.status(there) == "locked":
            return []
        return [Button(say(f"ui.exercises.to_{there.kind}"), self.to(there), "primary")]

    # -- what one, or both, chose about it ---------------------------------------------------
    def _chosen(self, exercise: Exercise) -> frozenset[str]:
        """Return what the one who reads chose about it; of two together, what is joint."""
        session = self.session
        found = session.table.choices if session.is_together else session.own_choices
        return frozenset(choice for name, choice in found if name == exercise.id)

    def _choices(self, exercise: Exercise, chosen: frozenset[str]) -> list[Button]:
        def choose(choice: str, *, stands: bool) -> Callable[[], None]:
            return lambda: self.session.choose_exercise(exercise.id, choice, stands=stands)

        return [
            Button(
                say(f"ui.exercises.{choice}_back" if choice in chosen else f"ui.exercises.{choice}"),
                choose(choice, stands=choice not in chosen),
                "quiet",
            )
            for choice in (DONE, ASIDE)
        ]

    def _told_of_choices(self, exercise: Exercise) -> list[Block]:
        """Return what was chosen about it, and whom that reaches."""
        joint = {choice for name, choice in self.session.table.choices if name == exercise.id}
        own = self._chosen(exercise)
        told = [
            say(f"ui.exercises.{choice}_{'joint' if choice in joint else 'own'}")
            for choice in (DONE, ASIDE)
            if choice in joint | own
        ]
        return [note(text) for text in told]

    def _list(self, activity: Activity[Any] | None) -> None:
        lines = activity.lines() if activity else []
        self.menu.label = say("ui.exercises.so_far")
        self.menu.parts = (
            [
                {
                    "title": say("ui.exercises.so_far"),
                    "steps": [
                        {
                            "id": one.id,
                            "title": one.title,
                            "note": one.note,
                            "time": "",
                            "next": one.is_mine_to_do,
                            "status": "under-way" if one.is_mine_to_do else "done" if one.is_done else "open",
                        }
                        for one in lines
                    ],
                }
            ]
            if lines
            else []
        )

    @staticmethod
    def _head(exercise: Exercise, *, title_only: bool, waits: int) -> list[Block]:
        minutes = say("ui.exercises.minutes", n=exercise.minutes)
        head = [kicker(minutes), heading(1, exercise.title)]
        if waits:
            return [*head, lead(say("ui.exercises.waits_here"))]
        return head if title_only else [*head, lead(exercise.why)]

    @staticmethod
    def _cautions(exercise: Exercise, *, is_thing: bool) -> list[Block]:
        """Return the words everyone reads before an exercise that could be unsafe, or lead to touch."""
        flags = (("guard", exercise.guard), ("touch", exercise.touch and not is_thing))
        return [
            callout(
                documents()[name].title,
                [paragraph(text) for text in documents()[name].paragraphs],
                tone="care",
            )
            for name, flag in flags
            if flag
        ]

    @staticmethod
    def _about(exercise: Exercise) -> list[Block]:
        how: list[Block] = [bullets(exercise.steps, ordered=True)]
        if exercise.bring:
            how.insert(0, paragraph(say("ui.exercises.bring", things=listed(exercise.bring))))
        about = (
            [details(say("ui.exercises.how"), how)]
            if exercise.id in MACHINES
            else [heading(2, say("ui.exercises.how")), *how]
        )
        about += [details(deck.title, [bullets(deck.cards)]) for deck in exercise.decks]
        about += [note(say(f"ui.exercises.evidence.{exercise.evidence}"))]
        if not exercise.studies:
            return about
        found = [claims()[name].text for name in exercise.studies]
        words: list[Block] = [bullets(found), note(claims()["not_tested"].text)]
        return [*about, details(say("ui.exercises.studies"), words)]
