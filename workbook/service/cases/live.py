"""A session with a therapist as it goes on: rules without a page, a store or a clock of its own.

What was asked to be shown, and what is laid out for it by each of the two. A topic is shown once both have
laid it out, to all at once, and until then nothing here tells a reader why it is not.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pandas as pd

from workbook.content.practice import PracticeOffer
from workbook.errors import CaseError, problem
from workbook.service.formats.case_values import Topic

Laid = Mapping[tuple[str, Topic], pd.DataFrame]
"""By person and topic: one row of `frames.SCORES`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A session as the service keeps it in memory, and nowhere else.

    Parameters
    ----------
    people : tuple of two person ids
    step : str
        Where on the agenda it is; ``steps`` all that it went through.
    most : int
        How many topics may be asked for.
    asked : tuple of Topic
        Those that the therapist asked to show, in that order; ``covered`` those they show no more.
    laid : mapping
        What each of the two shows of a topic that was asked for.
    offered, taken_back : set of (person id, facet)
        What somebody wished to show, or no longer wishes to, in this session.
    here : set of person ids
        Who has come.
    started : str
        An exercise's id, ``room`` or ``weekly``, to which the couple's pages are pointed.
    rated : set of person ids
    is_over : bool
        It has ended, and can be rated still.
    looked_at : tuple of bytes
        The stamps of the places of the two, as they were when it last came into step with them.
    """

    id: str
    therapist_id: str
    case_id: str
    couple_id: str
    people: tuple[str, str]
    began: datetime
    touched: datetime
    step: str
    most: int
    steps: tuple[str, ...] = ()
    asked: tuple[Topic, ...] = ()
    covered: frozenset[Topic] = frozenset()
    laid: Laid = field(default_factory=dict)
    offered: frozenset[tuple[str, str]] = frozenset()
    taken_back: frozenset[tuple[str, str]] = frozenset()
    here: frozenset[str] = frozenset()
    is_paused: bool = False
    timer_minutes: int = 0
    timer_until: datetime | None = None
    timer_left: float = 0.0
    started: str = ""
    rated: frozenset[str] = frozenset()
    is_over: bool = False
    looked_at: tuple[bytes, ...] = ()

    def is_forgotten(self, now: datetime, offer: PracticeOffer) -> bool:
        """Tell whether nothing has happened in it for so long that it counts as over."""
        return now - self.touched > timedelta(hours=offer.idle_hours)

    @property
    def standing(self) -> tuple[Topic, ...]:
        """The topics that are asked for now, in the order asked."""
        return () if self.is_over else tuple(one for one in self.asked if one not in self.covered)

    @property
    def shown(self) -> tuple[Topic, ...]:
        """Those of them that both have laid out, of the same version of the questions."""
        return tuple(one for one in self.standing if self._is_laid_by_both(one))

    def _is_laid_by_both(self, topic: Topic) -> bool:
        rows = [self.laid[who, topic] for who in self.people if (who, topic) in self.laid]
        return len(rows) == 2 and len({str(row["version"].iloc[0]) for row in rows}) == 1

    def offered_by_both(self) -> tuple[str, ...]:
        """Return the facets that both wished to show."""
        by = [{facet for who, facet in self.offered if who == person} for person in self.people]
        return tuple(sorted(set.intersection(*by)))

    def may_lay(self, person_id: str, topic: Topic, offer: PracticeOffer) -> bool:
        """Tell whether somebody's part of a topic may be laid out, as far as the session goes."""
        own = (person_id, topic[0])
        is_free = topic[0] not in offer.guarded or own in self.offered
        return topic in self.standing and is_free and own not in self.taken_back


def open_live(
    therapist_id: str,
    case_id: str,
    couple_id: str,
    people: tuple[str, str],
    now: datetime,
    offer: PracticeOffer,
) -> Live:
    """Return a session that has just been opened, at the first step."""
    first = offer.steps[0]
    return Live(
        id=secrets.token_hex(12),
        therapist_id=therapist_id,
        case_id=case_id,
        couple_id=couple_id,
        people=people,
        began=now,
        touched=now,
        step=first,
        most=offer.most_reveals,
        steps=(first,),
    )


# -- the therapist's -------------------------------------------------------------------------
def go_to(live: Live, step: str, offer: PracticeOffer) -> Live:
    """Go to a step of the agenda."""
    _refuse_unless(step in offer.steps, "step")
    seen = live.steps if step in live.steps else (*live.steps, step)
    return replace(live, step=step, steps=seen)


def pause(live: Live, now: datetime, *, paused: bool) -> Live:
    """Pause, or go on; the timer stands meanwhile."""
    if paused is live.is_paused:
        return live
    if paused:
        left = (live.timer_until - now).total_seconds() if live.timer_until else 0.0
        return replace(live, is_paused=True, timer_until=None, timer_left=max(left, 0.0))
    until = now + timedelta(seconds=live.timer_left) if live.timer_left else None
    return replace(live, is_paused=False, timer_until=until, timer_left=0.0)


def set_timer(live: Live, minutes: object, now: datetime, offer: PracticeOffer) -> Live:
    """Set the timer; 0 takes it off."""
    is_whole = type(minutes) is int and 0 <= minutes <= offer.longest_timer
    _refuse_unless(is_whole, "minutes")
    n = int(str(minutes))
    running = now + timedelta(minutes=n) if n and not live.is_paused else None
    left = 60.0 * n if live.is_paused else 0.0
    return replace(live, timer_minutes=n, timer_until=running, timer_left=left)


def ask(live: Live, topic: Topic, offer: PracticeOffer) -> Live:
    """Ask to show a topic. One that was covered is shown again without being counted once more.

    Raises
    ------
    AccessError
        No more may be asked for in this session; or it is one that only its owners' wish shows.
    """
    if topic[0] in offer.guarded and topic[0] not in live.offered_by_both():
        raise CaseError(problem("errors.case.guarded"))
    if topic in live.asked:
        return replace(live, covered=live.covered - {topic})
    if len(live.asked) >= live.most:
        raise CaseError(problem("errors.case.no_reveal_left", most=live.most))
    return replace(live, asked=(*live.asked, topic))


def cover(live: Live, facet: str) -> Live:
    """Show a topic no longer, of whichever round; what was laid out for it is gone."""
    gone = {one for one in live.asked if one[0] == facet}
    return replace(live, covered=live.covered | gone, laid=_without(live.laid, topics=gone))


def allow(live: Live, most: object, offer: PracticeOffer) -> Live:
    """Allow so many topics in this session."""
    _refuse_unless(type(most) is int and 1 <= most <= offer.most_reveals_ever, "most")
    return replace(live, most=int(str(most)))


def end(live: Live) -> Live:
    """End it: nothing is shown, started or timed any more, and it can be rated still."""
    return replace(
        live,
        is_over=True,
        laid={},
        started="",
        timer_until=None,
        timer_left=0.0,
        timer_minutes=0,
        is_paused=False,
    )


# -- each partner's ----------------------------------------------------------------------------
def come(live: Live, person_id: str) -> Live:
    """Note that somebody has come."""
    return replace(live, here=live.here | {person_id})


def offer_topic(live: Live, person_id: str, facet: str) -> Live:
    """Note that somebody wishes to show a topic, also one that they took back before."""
    own = (person_id, facet)
    return replace(live, offered=live.offered | {own}, taken_back=live.taken_back - {own})


def take_back(live: Live, person_id: str, facet: str) -> Live:
    """Take back what somebody shows of a topic, for the rest of the session."""
    own, gone = (person_id, facet), {one for one in live.asked if one[0] == facet}
    laid = _without(live.laid, topics=gone, person_id=person_id)
    return replace(live, taken_back=live.taken_back | {own}, offered=live.offered - {own}, laid=laid)


def lay_out(
    live: Live, person_id: str, made: Mapping[Topic, pd.DataFrame | None], offer: PracticeOffer
) -> Live:
    """Take in what somebody's own sitting shows of what is asked for; None where they show nothing.

    What was laid out before and is no longer among it is gone.
    """
    kept = {about: row for about, row in live.laid.items() if about[0] != person_id}
    for topic, row in made.items():
        if row is not None and live.may_lay(person_id, topic, offer):
            kept[person_id, topic] = row
    return replace(live, laid=kept)


def rate(live: Live, person_id: str) -> Live:
    """Note that somebody has rated it."""
    return replace(live, rated=live.rated | {person_id})


def _without(laid: Laid, *, topics: set[Topic], person_id: str = "") -> Laid:
    return {
        about: row for about, row in laid.items() if not (about[1] in topics and person_id in ("", about[0]))
    }


def _refuse_unless(fits: bool, field: str) -> None:
    if not fits:
        raise CaseError(problem("errors.events.not_allowed", field=field))
