"""Agreement: who does what, when, for how long, and when two look back on it.

One proposes, the other agrees or says it otherwise; nothing holds before both said yes. Whoever can't keep it
says so in time and proposes a change; either may end it at any time, without a reason. On the day of review
each who does something of it says of themselves how it went: nobody says it of the other, who can only
answer *heard* or *not yet*. With what comes next (go on, change, end) all that was said of it is destroyed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from workbook.exercises.machine import Happening, Machine, Opening, Reply, Thing, Told, allow
from workbook.shapes import Choice, Day, Field, Need, Reference, Text

AHEAD = 120  # days that a review may be away


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed, or proposed. ``who`` does it, said by ``by``, whose words these are."""

    by: str
    what: str
    who: str
    when: str
    long: str
    notice: str
    hard: str
    review: date

    def falls_to(self, person_id: str) -> bool:
        """Return whether somebody does something of it."""
        return self.who == "both" or (self.who == "me") == (person_id == self.by)


@dataclass(frozen=True, slots=True)
class Look:
    """What one says of how they kept it, and whether the other has heard it."""

    went: str
    cost: str
    good: str
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Thing):
    """One agreement. ``agreed`` are the terms that hold, ``proposed`` those that wait for the other's answer.

    ``looks`` is what was said of how it went, by person, until the next thing is chosen; ``said`` names the
    events it was said in, and ``over`` those of them that are to be destroyed.
    """

    ENDS = frozenset({"declined", "withdrawn", "ended"})

    need: str
    request: str
    proposed: Terms | None = None
    agreed: Terms | None = None
    looks: Mapping[str, Look] = field(default_factory=dict)
    said: frozenset[str] = frozenset()

    @property
    def terms(self) -> Terms:
        """What holds, or else what is proposed."""
        found = self.agreed or self.proposed
        if found is None:
            raise AssertionError("an agreement begins with a proposal")
        return found

    @property
    def title(self) -> str:
        return self.terms.what

    @property
    def title_by(self) -> str:
        return self.terms.by

    @property
    def review(self) -> date | None:
        """Return when the two look back on what holds."""
        return self.agreed.review if self.agreed else None

    @property
    def moment(self) -> date | None:
        return self.review if self.is_open else None

    def is_due(self, today: date) -> bool:
        """Return whether the day to look back is there."""
        return self.stage == "running" and self.review is not None and self.review <= today

    def waits_for(self, person_id: str) -> bool:
        if not self.is_open:
            return False
        if self.proposed:
            return self.proposed.by != person_id
        theirs, own = self.look_of_other(person_id), self.looks.get(person_id)
        # "Not yet" waits for nobody: it takes the time it takes.
        return bool((own and own.answer == "heard") or (theirs and not theirs.answer))

    def look_of_other(self, person_id: str) -> Look | None:
        """Return what the other said of how they kept it, if they did."""
        return next((look for name, look in self.looks.items() if name != person_id), None)

    def told(self, reader: str) -> Sequence[Told]:
        told = [] if self.agreed is None else _terms_told(self.agreed, "agreed")
        told += _terms_told(self.proposed, "changed" if self.agreed else "proposed") if self.proposed else []
        for name, look in self.looks.items():
            told.append(Told(f"told.{look.went}", by=name))
            told += [Told("told.cost", look.cost, name)] if look.cost else []
            told += [Told("told.good", look.good, name)] if look.good else []
            told += [Told(f"told.{look.answer}", by=name)] if look.answer else []
        return told


def _terms_told(terms: Terms, key: str) -> list[Told]:
    asked = ("when", "long", "notice", "hard")
    told = [Told(f"told.{key}", terms.what, terms.by), Told(f"told.who_{terms.who}", by=terms.by)]
    told += [Told(f"told.{name}", words, terms.by) for name in asked if (words := getattr(terms, name))]
    return [*told, Told("told.review", by=terms.by, day=terms.review)]


def _terms(event: Happening) -> Terms:
    given = event.payload
    words = {name: given[name] for name in ("what", "who", "when", "long", "notice", "hard")}
    return Terms(by=event.person_id, review=date.fromisoformat(given["review"]), **words)


def _propose(_agreements: dict[str, Agreement], event: Happening) -> Agreement:
    return Agreement(
        id=event.operation_id,
        by=event.person_id,
        stage="proposed",
        need=event.payload["need"],
        request=event.payload["request"],
        proposed=_terms(event),
    )


def _settled(agreement: Agreement) -> Agreement:
    """Return it without what was said of how it went, which is over."""
    return replace(agreement, looks={}, said=frozenset(), over=agreement.over | agreement.said)


def _may_answer(agreement: Agreement, person_id: str) -> None:
    allow(agreement.proposed is not None, "step_done")
    allow(agreement.waits_for(person_id), "agreement_not_yours")


def _answer(agreement: Agreement, event: Happening) -> Agreement:
    if event.payload["answer"] == "yes":
        return replace(agreement, agreed=agreement.proposed, proposed=None, stage="running")
    stage = "running" if agreement.agreed else "declined"
    return replace(agreement, proposed=None if agreement.agreed else agreement.proposed, stage=stage)


def _may_change(agreement: Agreement, _person_id: str) -> None:
    allow(agreement.is_open, "step_done")


def _change(agreement: Agreement, event: Happening) -> Agreement:
    stage = "changing" if agreement.agreed else "proposed"
    return replace(_settled(agreement), proposed=_terms(event), stage=stage)


def _may_withdraw(agreement: Agreement, person_id: str) -> None:
    allow(agreement.proposed is not None and agreement.is_open, "step_done")
    allow(
        agreement.proposed is not None and agreement.proposed.by == person_id, "agreement_not_yours_to_take"
    )


def _withdraw(agreement: Agreement, _event: Happening) -> Agreement:
    if agreement.agreed:
        return replace(agreement, proposed=None, stage="running")
    return replace(agreement, stage="withdrawn")


def _may_own(agreement: Agreement, person_id: str) -> None:
    allow(agreement.stage == "running", "agreement_not_running")
    allow(agreement.terms.falls_to(person_id), "agreement_not_yours_to_own")
    own = agreement.looks.get(person_id)
    allow(own is None or own.answer != "heard", "step_done")


def _own(agreement: Agreement, event: Happening) -> Agreement:
    given = event.payload
    look = Look(given["went"], given["cost"], given["good"])
    return _looked(agreement, event, {**agreement.looks, event.person_id: look})


def _may_hear(agreement: Agreement, person_id: str) -> None:
    theirs = agreement.look_of_other(person_id)
    allow(theirs is not None and theirs.answer != "heard", "step_done")


def _hear(agreement: Agreement, event: Happening) -> Agreement:
    heard = {
        name: look if name == event.person_id else replace(look, answer=event.payload["answer"])
        for name, look in agreement.looks.items()
    }
    return _looked(agreement, event, heard)


def _looked(agreement: Agreement, event: Happening, looks: Mapping[str, Look]) -> Agreement:
    return replace(agreement, looks=looks, said=agreement.said | {event.operation_id})


def _may_go_on(agreement: Agreement, _person_id: str) -> None:
    allow(agreement.stage == "running", "agreement_not_running")


def _go_on(agreement: Agreement, event: Happening) -> Agreement:
    terms = replace(agreement.terms, review=date.fromisoformat(event.payload["review"]))
    return replace(_settled(agreement), agreed=terms)


def _may_end(agreement: Agreement, _person_id: str) -> None:
    allow(agreement.is_open and agreement.agreed is not None, "step_done")


def _end(agreement: Agreement, _event: Happening) -> Agreement:
    return replace(_settled(agreement), proposed=None, stage="ended")


_TERMS: Mapping[str, Field] = {
    "what": Text(300),
    "who": Choice(("me", "you", "both")),
    "when": Text(120),
    "long": Text(120),
    "notice": Text(200),
    "hard": Text(300, may_be_empty=True),
    "review": Day(ahead=AHEAD),
}
_ABOUT: Mapping[str, Field] = {
    "need": Need(may_be_empty=True),
    "request": Reference(may_be_empty=True, may_be_missing=True),
}
MACHINE: Machine[Agreement] = Machine(
    "agreement",
    {
        "proposed": Opening({**_TERMS, **_ABOUT}, _propose),
        "answered": Reply("agreement", _answer, {"answer": Choice(("yes", "no"))}, may=_may_answer),
        "owned": Reply(
            "agreement",
            _own,
            {
                "went": Choice(("kept", "partly", "broken")),
                "cost": Text(400, may_be_empty=True),
                "good": Text(400, may_be_empty=True),
            },
            may=_may_own,
            passes=True,
        ),
        "heard": Reply(
            "agreement", _hear, {"answer": Choice(("heard", "not_yet"))}, may=_may_hear, passes=True
        ),
        "gone_on": Reply("agreement", _go_on, {"review": Day(ahead=AHEAD)}, may=_may_go_on),
        "changed": Reply("agreement", _change, _TERMS, may=_may_change),
        "withdrawn": Reply("agreement", _withdraw, may=_may_withdraw, way="back"),
        "ended": Reply("agreement", _end, may=_may_end, way="back"),
    },
)
