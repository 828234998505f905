"""The exercises: the list, and each one's page: why, how, and what can be done right here."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ipywidgets import VBox, Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.exercise import Exercise, exercises
from workbook.errors import WorkbookError, problem
from workbook.exercises import MACHINES, SHELVES
from workbook.service.formats.values import AGAIN, ASIDE, CHANGE, CHOICES, DONE
from workbook.ui.blocks import Block, callout, note, opening, paragraph
from workbook.ui.buttons import Button
from workbook.ui.components import Menu, Prose
from workbook.ui.exercise_pages import APART, KEPT, Activity, Scene, activity_of, n_waiting
from workbook.ui.exercise_pages.form import MoveForm
from workbook.ui.exercise_pages.our_plan import STEP, OurPlan
from workbook.ui.exercise_pages.weekly_talk import open_decks
from workbook.ui.exercise_text import about, cautions, closing, head, settling
from workbook.ui.pages.base import Page
from workbook.ui.path import PARTNER, TOGETHER

PLACES: Mapping[str, Address] = {"speaker_listener": at("room")}
"""Exercises that are done at a page of their own."""
BEFORE: Mapping[str, Address] = {"weekly_talk": at("weekly")}
"""Pages of one's own that an exercise can begin with: nothing of them is shown to the other by it."""
THANKS = at("exercise", "gratitude_log")


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
        here = {name: [exercises()[one.id] for one in shelf] for name, shelf in SHELVES.items()}
        others = [one for one in exercises().values() if one.id not in MACHINES]
        parts = [(say(f"ui.exercises.shelf.{name}"), shelf) for name, shelf in here.items()]
        parts += [(say("ui.exercises.others"), others)] if others else []
        self.menu.parts = [
            {"title": title, "steps": [self._line(one) for one in shelf]} for title, shelf in parts
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
        self._left: dict[str, dict[str, str]] = {}  # what stood in each when it was last looked at
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
        is_first = address.rest(1) in (KEPT, APART) or bool(made and made.n_waiting)
        below = (self.about, self.fields, self.actions)
        self.root.children = (self.words, *((self.menu, *below) if is_first else (*below, self.menu)))
        super().arrive(address)

    def fill(self) -> None:
        exercise, thing = exercises()[self.names[0]], self.names[1]
        activity = self._activity(exercise)
        if activity and thing in (KEPT, APART):
            self._confirm(exercise, activity, thing)
            return
        scene = self._scene(activity, thing)
        if thing and scene is None:
            self.address = at(self.kind, exercise.id)
            self.fill()
            return
        waits = activity.n_waiting if activity and not thing else 0
        # Above everything, even above items waiting for an answer, so that nobody misses it.
        first = [] if thing or waits else settling(exercise)
        titled = head(exercise, title_only=bool(thing), waits=waits)
        self.say_words([*titled, *cautions(exercise, is_thing=bool(thing)), *first])
        is_over = self._is_over(activity, thing)
        told = [] if thing else [*self._told_of_choices(exercise), *about(exercise, open_decks(self.session))]
        last = [*self._told_of_choices(exercise), *closing(exercise)] if is_over and thing else []
        shown = [] if thing or activity else closing(exercise)
        self.about.blocks = [*told, *shown, *(scene.blocks if scene else []), *last]
        self._play(scene, exercise, is_thing=bool(thing), is_over=is_over)
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
            if form.typed() == self._left.get(place):
                continue  # nothing was typed here: what another page keeps meanwhile is not taken back
            self._left[place] = form.typed()
            self._opened.add(place)  # it is on the screen: no need to ask for it
            self.session.keep_draft(place, form.typed() if form.is_touched else {})

    def _was_sent(self, place: str) -> None:
        self._forms.pop(place, None)  # what still stands in its fields is no draft any more

    def leave(self) -> None:
        self._keep_drafts()
        self._forms = {}

    def _confirm(self, exercise: Exercise, activity: Activity[Any], how: str) -> None:
        """Say that what was just begun lies on the table, and what happens now."""
        words = [paragraph(say(f"ui.exercises.{how}"))]
        told = callout(say(f"ui.exercises.{how}_title"), words, tone="good")
        self.say_words([*head(exercise, title_only=True, waits=0), told])
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

    @staticmethod
    def _is_over(activity: Activity[Any] | None, thing: str) -> bool:
        """Return whether a thing has come to its end, or is one that two do away from the screen."""
        one = activity.things.get(thing) if activity else None
        return activity is None or bool(one and one.is_done)

    def _play(self, scene: Scene | None, exercise: Exercise, *, is_thing: bool, is_over: bool) -> None:
        # The same scene keeps its fields, so that what is being typed survives a refresh.
        chosen = self._chosen(exercise)
        key = f"{exercise.id} {scene.key if scene else ''} {sorted(chosen)}"
        if key == self._shown:
            return
        self._keep_drafts()  # the other's move may have changed what can be done here
        self._shown = key
        self._forms = dict(scene.forms) if scene else {}
        self._left = {place: form.typed() for place, form in self._forms.items()}
        for form in self._forms.values():
            form.on_rest(self.desk.guard(self._keep_drafts))
        self.fields.children = tuple(scene.fields) if scene else ()
        back = (
            Button(say("ui.exercises.all_of_it"), self.to(at("exercise", exercise.id)), "quiet")
            if is_thing
            else None
        )
        may_choose = (is_over or not is_thing) and not self.session.is_parted
        buttons = [
            *([] if is_thing else self._place(exercise)),
            *(scene.buttons if scene else ()),
            *([] if is_over and is_thing else self._before(exercise)),
            *(self._thanks(exercise) if is_over else ()),
            *(self._choices(exercise, chosen) if may_choose else ()),
            *([] if is_thing else self._plan(exercise)),
            back or Button(say("ui.exercises.all"), self.to(at("exercises")), "quiet"),
        ]
        self.offer(*buttons)

    def _place(self, exercise: Exercise) -> list[Button]:
        """Return the button to the page where it is done, if it has one that is open."""
        there = PLACES.get(exercise.id)
        if there is None or self.desk.pages.status(there) == "locked":
            return []
        return [Button(say(f"ui.exercises.to_{there.kind}"), self.to(there), "primary")]

    def _before(self, exercise: Exercise) -> list[Button]:
        """Return the button to the page of one's own that it can begin with, where somebody sits alone."""
        there = BEFORE.get(exercise.id)
        if there is None or self.session.is_parted or self.desk.pages.status(there) == "locked":
            return []
        return [Button(say(f"ui.exercises.to_{there.kind}"), self.to(there))]

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
            for choice in ((DONE, AGAIN, CHANGE, ASIDE) if DONE in chosen else (DONE, ASIDE))
        ]

    def _plan(self, exercise: Exercise) -> list[Button]:
        """Return the way to give it a day, where somebody sits alone at a table."""
        session = self.session
        if session.is_together or session.is_parted or session.couple.is_solo or exercise.id == OurPlan.of:
            return []
        return [
            Button(
                say("ui.exercises.plan"), self.to(at(self.kind, OurPlan.of, f"{STEP}{exercise.id}")), "quiet"
            )
        ]

    def _thanks(self, exercise: Exercise) -> list[Button]:
        """Return the way to write what one liked to the other, where somebody sits alone at a table."""
        session = self.session
        if session.is_together or session.is_parted or exercise.id == THANKS.name:
            return []
        return [Button(say("ui.exercises.close.write"), self.to(THANKS))]

    def _told_of_choices(self, exercise: Exercise) -> list[Block]:
        """Return what was chosen about it, and whom that reaches."""
        joint = {choice for name, choice in self.session.table.choices if name == exercise.id}
        own = self._chosen(exercise)
        told = [
            say(f"ui.exercises.{choice}_{'joint' if choice in joint else 'own'}")
            for choice in CHOICES
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
