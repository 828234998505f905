"""What each role may ask of the service: one interface per role, bound to its person once.

A verb that a role may not ask is not on its interface, so there is nothing to check at a call.
Each interface has two implementations: beside the store (`workbook.service.desks.household.Household.seat`)
and in a kernel, over the local socket (`workbook.service.link.remote.reach`, which builds it from
these annotations). Both pass one contract suite.
Refusals raise `AccessError` and friends.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from workbook.service.desks.sight import Sight
from workbook.service.formats.case_values import (
    CaseRead,
    CaseSeen,
    Granted,
    Homework,
    MyCase,
    Note,
    Practice,
    SecondStep,
    SessionSeen,
)
from workbook.service.formats.values import (
    Actor,
    Answer,
    Change,
    Contribution,
    Couple,
    Event,
    HeldBack,
    ResearchChoice,
    Role,
    RoomSeen,
    Table,
    WrongTries,
)
from workbook.service.studies.study import Study
from workbook.sharing import Grain


class RoleService(ABC):
    """What every role's interface has: whom it acts for."""

    @property
    @abstractmethod
    def actor(self) -> Actor:
        """The person or people this interface is bound to."""


class HearingService(RoleService):
    """What every role has whose open pages hear of changes."""

    @abstractmethod
    def watch(self, notify: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``notify`` on a thread of the service's at every change; return what stops it."""


class CoupleService(HearingService):
    """What one partner and two together may both ask: the couple's table."""

    @abstractmethod
    def couple(self) -> Couple:
        """Return who the couple is; never who is online, unfinished or undecided."""

    @abstractmethod
    def read_table(self) -> Table:
        """Return what lies on the couple's table."""

    @abstractmethod
    def look(self, what: Sequence[str]) -> Sight:
        """Return all that an open page reads, in one answer, as the verbs of its parts would.

        ``what`` is where something is new: some of `workbook.service.formats.values.CHANGES`.
        """

    @abstractmethod
    def read_audit(self) -> list[Event]:
        """Return what was done at the couple's table, oldest first; taking back has no name on it."""

    @abstractmethod
    def withdraw(self, instrument: str, occasion: str) -> None:
        """Take a publication off the table; closes the round for both, at the next read."""

    @abstractmethod
    def choose_exercise(self, exercise: str, choice: str, *, stands: bool) -> None:
        """Put an exercise aside, or say that it was done; or take that back, where it no longer ``stands``.

        ``choice`` is one of `workbook.service.formats.values.CHOICES`. What one partner says moves
        their own pages alone, until the other has said the same; two together say it for both.
        """

    @abstractmethod
    def room(self) -> RoomSeen | None:
        """Return the room in which the two talk with a floor; None where there is none."""

    @abstractmethod
    def open_room(self, first: str) -> RoomSeen:
        """Open the room, and come into it; ``first`` is who has the floor first, by person id.

        Where there is one already, it is that one, as it stands.
        """

    @abstractmethod
    def move_in_room(self, move: str, *, minutes: int | None = None) -> RoomSeen | None:
        """Make a move in the room; None once it is closed, with all that was in it.

        The moves and their rules are `workbook.exercises.room`'s; ``minutes`` is for a time-out. Two at one
        device make the moves of both.
        """

    @abstractmethod
    def session_now(self) -> SessionSeen | None:
        """Return the session with a therapist that goes on now, or was just now; None where there is none."""


class PartnerService(CoupleService):
    """What one partner may ask, alone."""

    # -- one's own drawer -------------------------------------------------------------
    @abstractmethod
    def save_answers(self, answers: Sequence[Answer]) -> list[str]:
        """Keep answers in one's drawer; return the operation ids that are now durable.

        Checked against the item bank by item id: all problems in one `AnswerError`, and
        then nothing is kept. Giving an operation id again is harmless.
        """

    @abstractmethod
    def read_responses(self, instrument: str | None = None) -> pd.DataFrame:
        """Return one's own answers, latest per (occasion, item), as `frames.RESPONSES`.

        Private instruments (the safety check) are write-only and never in here.
        """

    @abstractmethod
    def add_event(self, kind: str, payload: dict[str, Any], *, operation_id: str | None = None) -> Event:
        """Keep an event (consent, bookmark …) in one's own drawer."""

    @abstractmethod
    def read_events(self, kinds: Sequence[str] | None = None) -> list[Event]:
        """Return one's own drawer events, oldest first."""

    # -- the couple's table -----------------------------------------------------------
    @abstractmethod
    def decide(
        self, instrument: str, occasion: str, grain: Grain, held_back: list[str] | None = None
    ) -> None:
        """Decide what of one instrument and occasion the partner may see: nothing, scores, answers.

        Opens the round when both have decided for more than nothing, at the lower grain. ``held_back`` are
        items whose answers are left out; None leaves it at those that were chosen last.
        """

    @abstractmethod
    def my_held_back(self, instrument: str, occasion: str) -> HeldBack:
        """Return which answers one holds back, and which were behind what was open before."""

    @abstractmethod
    def my_decision(self, instrument: str, occasion: str) -> Grain | None:
        """Return one's own standing decision; None when undecided or withdrawn."""

    @abstractmethod
    def add_table_event(
        self, kind: str, payload: dict[str, Any], *, operation_id: str | None = None
    ) -> Event:
        """Put a joint event (an exercise's step) on the table. Each kind has a schema."""

    # -- one's rights, alone ----------------------------------------------------------
    @abstractmethod
    def my_data(self) -> dict[str, Any]:
        """Return all of one's own as plain JSON: answers, events, decisions, what lies on the table.

        Never anything of the partner's drawer, and nothing of private instruments.
        """

    @abstractmethod
    def block_free_text(self, *, blocked: bool) -> None:
        """Have the partner's own words left out of the table as one reads it, or no longer."""

    @abstractmethod
    def is_blocking(self) -> bool:
        """Return whether one blocks the partner's own words. The partner never learns of it."""

    @abstractmethod
    def wrong_tries(self) -> WrongTries:
        """Return how often a wrong passphrase or recovery code was tried at one's account in thirty days."""

    @abstractmethod
    def unpair(self, passphrase: str) -> None:
        """Close the table for both, for ever; both keep their drawers and can sign in."""

    @abstractmethod
    def leave(self, passphrase: str) -> str:
        """Unpair, and take one's drawer into a workbook of one's own; return its new code.

        The sitting ends; name, passphrase and recovery code stay the same.
        """

    @abstractmethod
    def erase(self, passphrase: str) -> None:
        """Destroy one's account, drawer and own rows on the table; the sitting ends."""

    @abstractmethod
    def order_for_me(self, sections: Sequence[str], first: Sequence[str] = ()) -> list[str]:
        """Return the order of the "Just for me" page, which differs between people and weeks in any case.

        ``first`` are the sections of which one leads more often for somebody whose private answers
        of earlier weeks call for them; this is all that those answers ever change. Nothing changes
        at once, and neither an order nor its change says for certain that there are such answers.
        """

    # -- a therapist's case, alone ----------------------------------------------------
    @abstractmethod
    def join_case(self, code: str) -> MyCase:
        """Join the case that a therapist's invite code names, alone; in place of any other.

        Nothing is granted by it. Neither partner is told whether the other has joined.
        """

    @abstractmethod
    def my_case(self) -> MyCase | None:
        """Return one's own place in a case; None where one has joined none, or it was closed."""

    @abstractmethod
    def grant_case(self, grants: dict[str, Granted], *, until: str, policy_hash: str) -> MyCase:
        """Grant what the therapist may see, and what may be shown in session, in place of all before.

        ``grants`` are by instrument. ``until`` is a day (``YYYY-MM-DD``) on which it ends, or empty.
        ``policy_hash`` is that of the words that were read: the policy, and the text of consent.
        Granting nothing needs none.
        """

    @abstractmethod
    def leave_case(self) -> None:
        """Leave the case: all that was granted, and all that was rated, is destroyed."""

    @abstractmethod
    def put_homework_aside(self, homework_id: str) -> None:
        """Put what the therapist suggested aside, on one's own page alone. Nobody else is told."""

    @abstractmethod
    def come_into_session(self) -> SessionSeen:
        """Come into the session that goes on: the others see that one is here."""

    @abstractmethod
    def offer_in_session(self, facet: str) -> None:
        """Offer to show, in this session, a topic shown by its owners' wish alone; or one taken back."""

    @abstractmethod
    def take_back_in_session(self, facet: str) -> None:
        """Take back what one shows of a topic for the rest of this session, on all pages at once."""

    @abstractmethod
    def rate_session(self, session_id: str, items: dict[str, int]) -> None:
        """Say how a session was, 0 to 10 for each item, for the therapist alone; once more replaces it."""

    # -- research, where a study is run -----------------------------------------------
    @abstractmethod
    def study(self) -> Study | None:
        """Return the study that this installation is run for; None where there is none."""

    @abstractmethod
    def give_to_research(self, grain: Grain, *, linked: bool, text_hash: str) -> None:
        """Choose what the study may have: a copy of what is answered now, in place of any earlier one.

        ``text_hash`` is `Study.words_hash` of what was read. Grain *nothing* takes all back.
        """

    @abstractmethod
    def my_research(self) -> ResearchChoice | None:
        """Return one's own choice about the study; None before the first."""


class TogetherService(CoupleService):
    """What two people at one device may ask: the table, and no drawer."""

    @abstractmethod
    def decide(
        self, instrument: str, occasion: str, grain: Grain, *, person_id: str, passphrase: str
    ) -> None:
        """Decide for one of the two, by that person's own passphrase, as they would alone.

        A passphrase that is not theirs is refused and counted the same, whoever's else it is.
        """


class TherapistService(HearingService):
    """What a therapist may ask. A case that is not their own does not exist."""

    # -- the practice -------------------------------------------------------------------
    @abstractmethod
    def practice(self) -> Practice:
        """Return who one is, and one's policy."""

    @abstractmethod
    def set_policy(self, choice: str, words: str, kept_days: int) -> Practice:
        """Say what holds for what one partner tells alone, and how long notes are kept.

        In every case: all grants rest until their owners have read it.
        """

    @abstractmethod
    def offer_second_step(self) -> SecondStep:
        """Return a fresh secret for an app. Nothing of it is kept, and nothing is asked for by it yet."""

    @abstractmethod
    def set_second_step(self, passphrase: str, secret: str, digits: str) -> Practice:
        """Have six digits asked for at signing in, once some show that an app has the secret."""

    @abstractmethod
    def end_second_step(self, passphrase: str, digits: str) -> Practice:
        """Have no digits asked for any more; it takes some that were not used yet."""

    @abstractmethod
    def erase_practice(self, passphrase: str) -> None:
        """Destroy one's account, notes and cases; nobody's grants hold any more, and the sitting ends."""

    # -- cases --------------------------------------------------------------------------
    @abstractmethod
    def cases(self) -> list[CaseSeen]:
        """Return one's cases, oldest first: no ranking."""

    @abstractmethod
    def make_case(self, label: str) -> CaseSeen:
        """Make a case with an invite code for one couple. The label is one's own; nobody else reads it."""

    @abstractmethod
    def rename_case(self, case_id: str, label: str) -> None:
        """Call a case something else."""

    @abstractmethod
    def close_case(self, case_id: str) -> None:
        """Close a case for good: nobody's grants hold any more. Notes stay for as long as they are kept."""

    @abstractmethod
    def read_case(self, case_id: str) -> CaseRead:
        """Return all that is granted of a case, and one's own marks, over all sessions."""

    @abstractmethod
    def tick_case(self, case_id: str, tick: str, *, stands: bool) -> None:
        """Tick something of a case, or take the tick back: ``alone/<person id>``, or a step of the agenda."""

    # -- notes --------------------------------------------------------------------------
    @abstractmethod
    def notes(self, case_id: str) -> list[Note]:
        """Return one's notes about a case, oldest first; also of one that was closed."""

    @abstractmethod
    def write_note(self, case_id: str, template: str, text: str, *, note_id: str = "") -> Note:
        """Keep a note; with ``note_id`` in the place of that one."""

    @abstractmethod
    def destroy_note(self, case_id: str, note_id: str) -> None:
        """Destroy a note at once."""

    # -- homework -----------------------------------------------------------------------
    @abstractmethod
    def suggest_homework(self, case_id: str, exercise: str, words: str) -> Homework:
        """Suggest an exercise to both, with a sentence of one's own."""

    @abstractmethod
    def withdraw_homework(self, case_id: str, homework_id: str) -> None:
        """Take a suggestion off their pages."""

    # -- a session, live ----------------------------------------------------------------
    @abstractmethod
    def open_session(self, case_id: str) -> SessionSeen:
        """Open a session with a couple both of whom were seen alone; where one goes on, it is that one."""

    @abstractmethod
    def session(self, case_id: str) -> SessionSeen | None:
        """Return the session that goes on; None where there is none."""

    @abstractmethod
    def go_to_step(self, case_id: str, step: str) -> SessionSeen:
        """Go to a step of the agenda."""

    @abstractmethod
    def pause_session(self, case_id: str, *, paused: bool) -> SessionSeen:
        """Pause, or go on."""

    @abstractmethod
    def set_timer(self, case_id: str, minutes: int) -> SessionSeen:
        """Set the session's timer, which all see; 0 takes it off."""

    @abstractmethod
    def start_in_session(self, case_id: str, what: str) -> SessionSeen:
        """Point the couple's pages to an exercise, to ``room`` or ``weekly``; empty takes that back."""

    @abstractmethod
    def reveal(self, case_id: str, facet: str, occasion: str) -> SessionSeen:
        """Ask to show a topic of a round: it is shown once both show it by their standing grants."""

    @abstractmethod
    def cover(self, case_id: str, facet: str) -> SessionSeen:
        """Show a topic no longer; it was one of the session's all the same."""

    @abstractmethod
    def allow_reveals(self, case_id: str, most: int) -> SessionSeen:
        """Allow so many topics in this session."""

    @abstractmethod
    def end_session(self, case_id: str) -> None:
        """End the session and keep its mark; what was shown is gone from all pages."""

    # -- the couple's room, while a session goes on -------------------------------------
    @abstractmethod
    def case_room(self, case_id: str) -> RoomSeen | None:
        """Return the room in which the two talk with a floor; None where there is none."""

    @abstractmethod
    def open_case_room(self, case_id: str, first: str) -> RoomSeen:
        """Open the room for the two; neither comes into it by this."""

    @abstractmethod
    def move_in_case_room(self, case_id: str, move: str, *, minutes: int | None = None) -> RoomSeen | None:
        """Make a move that speaks for neither of the two."""


class ResearcherService(RoleService):
    """What a study's researcher may ask, and nothing else."""

    @abstractmethod
    def study(self) -> Study | None:
        """Return the study that this installation is run for; None where there is none."""

    @abstractmethod
    def read_research(self) -> list[Contribution]:
        """Return what everybody gave the study, under ids made up for this one reading."""


INTERFACES: Mapping[Role, type[RoleService]] = {
    "partner": PartnerService,  # type: ignore[type-abstract]  # they are read, never made
    "together": TogetherService,  # type: ignore[type-abstract]
    "therapist": TherapistService,  # type: ignore[type-abstract]
    "researcher": ResearcherService,  # type: ignore[type-abstract]
}
"""The interface of each role that signs in."""
