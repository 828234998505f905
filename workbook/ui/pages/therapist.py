"""One's own place in a therapist's case: joining it, what one grants of what, and taking it back.

Each partner has this page alone, and nothing on it is about the other.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from ipywidgets import VBox, Widget

from workbook.address import Address, at
from workbook.content import say
from workbook.content.document import documents
from workbook.content.formats import day_in_words
from workbook.content.session_guide import session_guide
from workbook.instruments import Instrument
from workbook.service.cases.words_read import DOCUMENT, hash_of_words
from workbook.service.formats.case_values import Granted, MyCase, ToCase
from workbook.session.own_day import own_today
from workbook.ui.blocks import (
    Block,
    bullets,
    callout,
    heading,
    kicker,
    lead,
    note,
    opening,
    paragraph,
    quote,
    reading,
    table,
)
from workbook.ui.buttons import Button
from workbook.ui.components import Picks, TextField
from workbook.ui.pages.base import Page

DAYS = (30, 90, 180, 365)
GRANT, LEAVE = "grant", "leave"
READ, BACK = "read", "back"


class Therapist(Page):
    """The address ``therapist:read`` is what is read first, ``therapist:grant`` where it is chosen.

    ``therapist:leave`` asks once more.
    """

    kind = "therapist"
    part = "anytime"

    def parts(self) -> Sequence[Widget]:
        self.code = TextField(
            label=say("ui.therapist.code"), hint=say("ui.therapist.code_hint"), max_length=80
        )
        self.shown = Picks(legend=say("ui.therapist.shown_legend"), hint=say("ui.therapist.shown_hint"))
        self.until = TextField(kind="select", label=say("ui.therapist.until_legend"))
        self.chosen: dict[str, TextField] = {}
        self.place = VBox([])
        self._has_read = ""  # the hash of the words that were read here, before anything is chosen
        return (self.place,)

    def arrive(self, address: Address) -> None:
        # Nothing is chosen beforehand, not even what was chosen last time: to save is to agree anew.
        for field in (self.code, self.until, *self.chosen.values()):
            field.value = field.error = ""
        self.shown.picked = []
        super().arrive(address)

    def fill(self) -> None:
        case = self.session.case
        self.place.children = ()
        if case is None:
            self._fill_without()
        elif self.address.name == READ or (self.address.name == GRANT and not self._is_read(case)):
            self._fill_reading(case)
        elif self.address.name == GRANT:
            self._fill_choosing()
        elif self.address.name == LEAVE:
            self._fill_leaving(case)
        else:
            self._fill_standing(case)

    # -- without a case -------------------------------------------------------------------------
    def _fill_without(self) -> None:
        told = [paragraph(say(f"ui.therapist.join_{n}")) for n in (1, 2, 3)]
        self.say_words([*opening(self.kind), callout("", told), note(say("ui.therapist.alone"))])
        self.place.children = (self.code,)
        self.offer(Button(say("ui.therapist.join"), self._join, "primary"), self.home())

    def _join(self) -> None:
        code = self.code.typed()
        self.code.error = "" if code else say("ui.therapist.no_code")
        if code:
            self.session.join_case(code)
            self.desk.go(at(self.kind))

    # -- in a case --------------------------------------------------------------------------------
    def _fill_standing(self, case: MyCase) -> None:
        joined = say("ui.therapist.joined", name=case.therapist, day=_in_words(case.joined))
        self.say_words([*opening(self.kind), paragraph(joined), *self._now(case), *self._policy(case)])
        choose = "ui.therapist.choose_again" if case.grants else "ui.therapist.choose"
        back = [Button(say("ui.therapist.take_back"), self._take_back, "secondary")] if case.grants else []
        self.offer(
            Button(say(choose), self.to(at(self.kind, READ)), "primary"),
            *back,
            Button(say("ui.therapist.leave"), self.to(at(self.kind, LEAVE)), "quiet"),
            self.home(),
        )

    def _now(self, case: MyCase) -> list[Block]:
        """Say what the therapist sees now: as it stands, and as it rests."""
        if not case.grants:
            return [callout(say("ui.therapist.now"), [paragraph(say("ui.therapist.sees_nothing"))])]
        until = (
            say("ui.therapist.until_day", day=_in_words(case.until))
            if case.until
            else say("ui.therapist.until_back")
        )
        head = [say(f"ui.therapist.column_{name}") for name in ("part", "sees", "shown")]
        rows = [
            [
                one.title,
                say(f"ui.therapist.grain_{granted.to_case}"),
                say("ui.therapist.yes" if granted.in_session else "ui.therapist.no"),
            ]
            for one in self._instruments()
            if (granted := case.grants.get(one.id)) is not None
        ]
        told: list[Block] = [
            table(say("ui.therapist.now"), head, rows, below_its_name=case.is_standing),
            note(until),
        ]
        if not case.is_standing:
            rests = callout(
                say("ui.therapist.rests_title"), [paragraph(say("ui.therapist.rests"))], tone="care"
            )
            return [rests, *told]
        return [heading(2, say("ui.therapist.now")), *told]

    def _policy(self, case: MyCase) -> list[Block]:
        """Return what holds for what one of the two tells alone, in the therapist's own words too."""
        policy = case.policy
        chosen = next((one for one in session_guide().policies if one.id == policy.choice), None)
        if chosen is None:
            return [
                callout(say("ui.therapist.policy"), [paragraph(say("ui.therapist.no_policy"))], tone="care")
            ]
        own: list[Block] = (
            [note(say("ui.therapist.own_words", name=case.therapist)), quote(policy.words)]
            if policy.words
            else []
        )
        told = [heading(3, chosen.title), *(paragraph(text) for text in chosen.words), *own]
        kept = note(say("ui.therapist.kept_days", n=policy.kept_days))
        return [heading(2, say("ui.therapist.policy")), *told, kept]

    def _instruments(self) -> list[Instrument]:
        return self.session.shareable()

    # -- choosing ---------------------------------------------------------------------------------
    def _is_read(self, case: MyCase) -> bool:
        return bool(case.policy.choice) and self._has_read == hash_of_words(case.policy)

    def _fill_reading(self, case: MyCase) -> None:
        self.say_words([*reading(documents()[DOCUMENT], say("ui.therapist.kicker")), *self._policy(case)])
        go_on = (
            [Button(say("ui.therapist.read_yes"), self._reader(case), "primary")]
            if case.policy.choice
            else []
        )
        self.offer(*go_on, Button(say("ui.therapist.back"), self.to(at(self.kind)), "quiet"))

    def _reader(self, case: MyCase) -> Callable[[], None]:
        def read() -> None:
            self._has_read = hash_of_words(case.policy)
            self.desk.go(at(self.kind, GRANT))

        return read

    def _fill_choosing(self) -> None:
        grains = [
            [
                {"text": say(f"ui.therapist.grain_{one}"), "strong": True},
                ": ",
                say(f"ui.therapist.grain_{one}_note"),
            ]
            for one in ToCase
        ]
        self.say_words(
            [
                kicker(say("ui.therapist.kicker")),
                heading(1, say("ui.therapist.choose_title")),
                lead(say("ui.therapist.choose_lead")),
                bullets(grains),
                note(say("ui.therapist.nobody_told")),
            ]
        )
        self._offer_choices()
        self.place.children = (*self.chosen.values(), self.shown, self.until)
        save = Button(say("ui.therapist.save"), self._save, "primary")
        self.offer(save, Button(say("ui.therapist.back"), self.to(at(self.kind)), "quiet"))

    def _offer_choices(self) -> None:
        nothing_yet = ["", say("ui.therapist.please")]
        for one in self._instruments():
            field = self.chosen.setdefault(one.id, TextField(kind="select"))
            field.label = one.title
            field.options = [
                nothing_yet,
                *([str(grain), say(f"ui.therapist.grain_{grain}")] for grain in ToCase),
            ]
        parts = [{"value": one.id, "label": one.title, "note": ""} for one in self._instruments()]
        self.shown.groups = [{"title": "", "options": parts}]
        days = [[str(n), say("ui.therapist.for_days", n=n)] for n in DAYS]
        self.until.options = [nothing_yet, *days, [BACK, say("ui.therapist.until_back")]]

    def _save(self) -> None:
        for name, field in self.chosen.items():
            is_short = name in self.shown.choice() and field.value in (ToCase.NOTHING, ToCase.PROGRESS)
            field.error = "" if field.value in set(ToCase) else say("ui.trouble.no_choice")
            field.error = say("ui.therapist.needs_scores") if is_short else field.error
        is_day = self.until.value in {BACK, *map(str, DAYS)}
        self.until.error = "" if is_day else say("ui.trouble.no_choice")
        if any(one.error for one in (*self.chosen.values(), self.until)):
            return
        shown = self.shown.choice()
        grants = {name: Granted(ToCase(field.value), name in shown) for name, field in self.chosen.items()}
        until = "" if self.until.value == BACK else _in_days(int(self.until.value))
        self.session.grant_case(grants, until=until)
        self.desk.go(at(self.kind))

    def _take_back(self) -> None:
        self.session.grant_case({}, until="")
        self.desk.go(at(self.kind))

    # -- leaving ----------------------------------------------------------------------------------
    def _fill_leaving(self, case: MyCase) -> None:
        told = [paragraph(say(f"ui.therapist.leave_{n}", name=case.therapist)) for n in (1, 2, 3)]
        self.say_words([heading(1, say("ui.therapist.leave_title")), callout("", told, tone="care")])
        self.offer(
            Button(say("ui.therapist.leave_not"), self.to(at(self.kind)), "primary"),
            Button(say("ui.therapist.leave_now"), self._leave, "danger"),
        )

    def _leave(self) -> None:
        self.session.leave_case()
        self.desk.go(at("home"))


def _in_days(n: int) -> str:
    return (own_today() + timedelta(days=n)).isoformat()


def _in_words(day: str) -> str:
    return day_in_words(date.fromisoformat(day)) if day else ""
