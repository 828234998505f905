"""The service's verbs: the one interface that pages, kernels and tests talk to.

Two implementations keep it: `workbook.service.local.LocalService` (in process, owns the
store) and `workbook.service.remote.RemoteService` (in a kernel, over the local socket).
Both pass one contract suite. Every verb takes the `Actor` it acts for; the remote one
ignores what the caller puts there and uses the capability the socket gave it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import pandas as pd

from workbook.service.study import Study
from workbook.sharing import Grain, Publication

Role = Literal["anonymous", "partner", "together", "therapist", "researcher"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. A *together* actor reads the table only and has no drawer."""

    role: Role
    couple_id: str = ""
    person_id: str = ""
    sitting_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it leaves the page. ``value`` None with ``declined`` is 'prefer not to say'."""

    operation_id: str
    occasion: str
    item: str
    value: int | None
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in a drawer or on the table. ``payload`` is plain JSON."""

    kind: str
    payload: dict[str, Any]
    operation_id: str
    sequence: int = 0
    person_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One partner, as the other may know them. ``place`` is 'a' or 'b', and means nothing."""

    person_id: str
    name: str
    place: Literal["a", "b"]


@dataclass(frozen=True, slots=True)
class Couple:
    """The couple as both know it: who joined, and the code that names it.

    Once ``is_unpaired`` the table takes nothing more and no publication lies on it; what both
    wrote there jointly stays readable until its writer erases it.
    """

    couple_id: str
    code: str
    members: tuple[Member, ...]
    is_unpaired: bool = False

    @property
    def is_solo(self) -> bool:
        return len(self.members) < 2


@dataclass(frozen=True, slots=True)
class Table:
    """All that lies on the couple's table: the joint pages are a function of this alone.

    ``open_rounds`` names the (instrument, occasion) pairs that both revealed.
    """

    publications: tuple[Publication, ...] = ()
    events: tuple[Event, ...] = ()
    open_rounds: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Case:
    """A couple as their therapist reads it: who they are, without their code, and what both opened."""

    couple: Couple
    table: Table


@dataclass(frozen=True, slots=True)
class ResearchChoice:
    """What one person chose to give the study, last time they chose.

    ``is_standing`` is False once the study's words have changed or its time is over: then nothing
    of theirs is read. ``until`` is the day on which the copy is erased, as ``YYYY-MM-DD``.
    """

    grain: Grain
    is_linked: bool
    text_hash: str
    chosen: str
    until: str
    is_standing: bool


@dataclass(frozen=True)
class Given:
    """What one person gave a study, as its researcher reads it.

    Ids are made up for this one reading. A ``couple_id`` is shared by two only where both chose to
    be linked; everybody else has one of their own.
    """

    person_id: str
    couple_id: str
    grain: Grain
    is_linked: bool
    publications: tuple[Publication, ...]


class Service(ABC):
    """What a signed-in person can have done. Refusals raise `AccessError` and friends."""

    # -- one's own drawer -------------------------------------------------------------
    @abstractmethod
    def save_answers(self, actor: Actor, answers: Sequence[Answer]) -> list[str]:
        """Keep answers in the actor's drawer; give the operation ids that are now durable.

        Checked against the item bank by item id: all problems in one `AnswerError`, and
        then nothing is kept. Giving an operation id again is harmless.
        """

    @abstractmethod
    def read_responses(self, actor: Actor, instrument: str | None = None) -> pd.DataFrame:
        """The actor's own answers, latest per (occasion, item), as `frames.RESPONSES`.

        Private instruments (the safety check) are write-only and never in here.
        """

    @abstractmethod
    def add_event(
        self, actor: Actor, kind: str, payload: dict[str, Any], *, operation_id: str | None = None
    ) -> Event:
        """Keep an event (consent, mood, bookmark …) in the actor's own drawer."""

    @abstractmethod
    def read_events(self, actor: Actor, kinds: Sequence[str] | None = None) -> list[Event]:
        """The actor's own drawer events, oldest first."""

    # -- the couple's table -----------------------------------------------------------
    @abstractmethod
    def couple(self, actor: Actor) -> Couple:
        """Who the couple is. Never says who is online, unfinished or undecided."""

    @abstractmethod
    def decide(
        self,
        actor: Actor,
        instrument: str,
        occasion: str,
        grain: Grain,
        *,
        person_id: str | None = None,
        passphrase: str | None = None,
    ) -> None:
        """Decide what of one instrument and occasion the partner may see: nothing, scores, answers.

        Opens the round when both have decided for more than nothing, at the lower grain.
        A *together* actor's decision needs who of the couple decides, and that person's passphrase.
        A passphrase that is not theirs is refused and counted the same, whoever's else it is.
        """

    @abstractmethod
    def my_decision(self, actor: Actor, instrument: str, occasion: str) -> Grain | None:
        """The actor's own standing decision; None when undecided or withdrawn."""

    @abstractmethod
    def withdraw(self, actor: Actor, instrument: str, occasion: str) -> None:
        """Take a publication off the table; closes the round for both, at the next read."""

    @abstractmethod
    def read_table(self, actor: Actor) -> Table:
        """What lies on the couple's table."""

    @abstractmethod
    def add_table_event(
        self, actor: Actor, kind: str, payload: dict[str, Any], *, operation_id: str | None = None
    ) -> Event:
        """Put a joint event (an exercise's step) on the table. Each kind has a schema."""

    @abstractmethod
    def read_audit(self, actor: Actor) -> list[Event]:
        """What was done at the couple's table, oldest first; taking back has no name on it."""

    # -- each one's rights, alone -----------------------------------------------------
    @abstractmethod
    def my_data(self, actor: Actor) -> dict[str, Any]:
        """All of the actor's own, as plain JSON: answers, events, decisions, what lies on the table.

        Never anything of the partner's drawer, and nothing of private instruments.
        """

    @abstractmethod
    def block_free_text(self, actor: Actor, *, blocked: bool) -> None:
        """Have the partner's own words left out of the table as the actor reads it, or no longer."""

    @abstractmethod
    def is_blocking(self, actor: Actor) -> bool:
        """Whether the actor blocks the partner's own words. The partner never learns of it."""

    @abstractmethod
    def unpair(self, actor: Actor, passphrase: str) -> None:
        """Close the table for both, for ever; both keep their drawers and can sign in."""

    @abstractmethod
    def leave(self, actor: Actor, passphrase: str) -> str:
        """Unpair, and take one's drawer into a workbook of one's own; gives its new code.

        The sitting ends; name, passphrase and recovery code stay the same.
        """

    @abstractmethod
    def erase(self, actor: Actor, passphrase: str) -> None:
        """Destroy the actor's account, drawer and own rows on the table; the sitting ends."""

    @abstractmethod
    def order_for_me(self, actor: Actor, sections: Sequence[str], first: Sequence[str] = ()) -> list[str]:
        """The order of the "Just for me" page, which differs between people and weeks in any case.

        ``first`` are the sections of which one leads more often for somebody whose private answers
        of earlier weeks call for them; this is all that those answers ever change. Nothing changes
        at once, and neither an order nor its change says for certain that there are such answers.
        """

    # -- a therapist, if both let one read -----------------------------------------------
    @abstractmethod
    def grant_therapist(self, actor: Actor, code: str) -> None:
        """Let the therapist whom ``code`` names read what the couple opened; in place of any other.

        It takes both partners. Neither is told whether the other has granted.
        """

    @abstractmethod
    def end_therapist(self, actor: Actor) -> None:
        """Take one's own grant back: the therapist reads nothing more from the next read on."""

    @abstractmethod
    def my_therapist(self, actor: Actor) -> str | None:
        """The name of the therapist whom the actor themselves lets read; None without one."""

    @abstractmethod
    def read_cases(self, actor: Actor) -> list[Case]:
        """What couples both of whom granted it opened to each other. For a therapist alone."""

    # -- research, where a study is run -----------------------------------------------
    @abstractmethod
    def study(self, actor: Actor) -> Study | None:
        """The study that this installation is run for; None where there is none."""

    @abstractmethod
    def give_to_research(self, actor: Actor, grain: Grain, *, linked: bool, text_hash: str) -> None:
        """Choose what the study may have: a copy of what is answered now, in place of any earlier one.

        ``text_hash`` is `Study.words_hash` of what was read. Grain *nothing* takes all back.
        """

    @abstractmethod
    def my_research(self, actor: Actor) -> ResearchChoice | None:
        """The actor's own choice about the study; None before the first."""

    @abstractmethod
    def read_research(self, actor: Actor) -> list[Given]:
        """What everybody gave the study. For its researcher, who may ask nothing else but `study`."""

    # -- what happens -----------------------------------------------------------------
    @abstractmethod
    def watch(self, actor: Actor, notify: Callable[[str], None]) -> Callable[[], None]:
        """Be told 'drawer' or 'table' when one's own drawer or the table changed.

        ``notify`` runs on a thread of the service's; the returned function stops it.
        """
