"""What the service says about a therapist's cases: frozen values, the same in process and over the socket."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

import pandas as pd

from workbook.sharing import Publication


class ToCase(StrEnum):
    """How much of one instrument a person lets a therapist see, from least to most."""

    NOTHING = "nothing"
    PROGRESS = "progress"
    SCORES = "scores"
    ANSWERS = "answers"


Progress = Literal["not_begun", "under_way", "finished"]


@dataclass(frozen=True, slots=True)
class Granted:
    """What one person grants of one instrument: two things, kept apart.

    ``in_session`` says whether its topics may be shown to the partner in a session; it takes ``to_case`` of
    scores or more, since what is shown there the therapist sees as well.
    """

    to_case: ToCase = ToCase.NOTHING
    in_session: bool = False


Grants = Mapping[str, Granted]
"""By instrument id; one that is not named is granted nothing of."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a therapist says about what one partner tells alone, and for how many days notes are kept.

    ``choice`` is one of the `PracticeOffer.policies`; ``words`` are the therapist's own.
    """

    choice: str = ""
    words: str = ""
    kept_days: int = 0

    @property
    def words_hash(self) -> str:
        """SHA-256 of all of it: what somebody read before they granted anything."""
        plain = json.dumps([self.choice, self.words, self.kept_days], ensure_ascii=False)
        return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Homework:
    """One exercise that a therapist suggests, and a sentence of theirs. ``day`` is ``YYYY-MM-DD``."""

    id: str
    exercise: str
    words: str
    day: str


@dataclass(frozen=True, slots=True)
class MyCase:
    """One partner's own place in a case, as they alone read it. Nothing in it is about the partner.

    ``until`` is the day on which the grants end, empty for *until taken back*. ``is_standing`` is False while
    they rest: the policy or the text of consent has changed since it was read, or their time is over.
    ``policy_hash`` is that of both as they are now.
    """

    therapist: str
    joined: str
    policy: Policy
    policy_hash: str
    grants: Mapping[str, Granted]
    until: str
    is_standing: bool
    homework: tuple[Homework, ...] = ()


@dataclass(frozen=True, slots=True)
class InCase:
    """One partner in a case, as the therapist sees them. ``place`` is 'a' or 'b', and means nothing.

    ``progress`` is by instrument, of the newest round: for those of which at least that is granted.
    """

    person_id: str
    name: str
    place: Literal["a", "b"]
    joined: str
    progress: Mapping[str, Progress] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """One case in a therapist's list. ``ticks`` is what they ticked; ``last_day`` that of the last session.

    ``is_seen_alone`` is whether both have joined and the therapist has ticked each as seen alone:
    without it no session opens.
    """

    case_id: str
    label: str
    code: str
    made: str
    couple_id: str
    members: tuple[InCase, ...]
    ticks: tuple[str, ...]
    is_seen_alone: bool
    is_in_session: bool
    n_sessions: int
    last_day: str
    n_homework: int


@dataclass(frozen=True, slots=True)
class SessionMark:
    """One session that was, in the therapist's own drawer. ``steps`` are those it went through.

    ``rounds`` and ``weeks`` are the newest of which either of the two granted anything then; 0 for none.
    """

    session_id: str
    day: str
    minutes: int
    steps: tuple[str, ...]
    revealed: tuple[str, ...]
    rounds: int = 0
    weeks: int = 0


@dataclass(frozen=True, slots=True)
class Rating:
    """What one partner said about a session: items by id, 0 to 10. One left out was not answered."""

    session_id: str
    person_id: str
    day: str
    items: Mapping[str, int]


@dataclass(frozen=True)
class CaseRead:
    """All that a therapist reads of one case, over all its sessions.

    ``publications`` are those of all occasions that each partner grants now, scores or answers.
    """

    seen: CaseSeen
    publications: tuple[Publication, ...] = ()
    marks: tuple[SessionMark, ...] = ()
    ratings: tuple[Rating, ...] = ()
    homework: tuple[Homework, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """One note of a therapist about a case. On the day ``until`` it is destroyed."""

    note_id: str
    case_id: str
    template: str
    text: str
    written: str
    until: str


@dataclass(frozen=True, slots=True)
class Practice:
    """A therapist as they see themselves. ``code`` is what they sign in with."""

    name: str
    code: str
    policy: Policy
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What an app on a phone takes to make the digits of a second step: as text, and as an address."""

    secret: str
    address: str


@dataclass(frozen=True)
class Revealed:
    """One topic that is shown in a session, of both: ``scores`` are two rows of `frames.SCORES`."""

    facet: str
    instrument: str
    occasion: str
    scores: pd.DataFrame


Topic = tuple[str, str]
"""A facet's id, and the occasion of which it is shown."""


@dataclass(frozen=True)
class SessionSeen:
    """A session as it goes on, as whoever reads it sees it.

    What is the same for all who read: the ``step`` of the agenda, who is ``here``, the timer, what the
    therapist has ``started`` (an exercise's id, ``room`` or ``weekly``), which topics they ``asked`` to show,
    and which are ``revealed``: those that both have shown. Nothing says why one is not.

    ``offered`` is, for a partner, what they offered themselves; for the therapist, what both did.
    ``reveals_left`` of ``reveals_allowed`` are the therapist's, and -1 for everybody else. ``is_over`` is a
    session that has ended and can still be rated; ``has_rated`` is the reader's own.
    """

    id: str
    case_id: str
    couple_id: str
    step: str
    began: datetime
    at: datetime
    here: tuple[str, ...]
    is_paused: bool
    timer_minutes: int
    timer_until: datetime | None
    started: str
    asked: tuple[Topic, ...]
    revealed: tuple[Revealed, ...]
    offered: tuple[str, ...]
    reveals_left: int
    is_over: bool
    has_rated: bool = False
    reveals_allowed: int = -1
