"""The sessions that go on now: in this process's memory, and nowhere else. A restart ends them all."""

import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd

from workbook.content.practice import PracticeOffer, practice_offer
from workbook.errors import CaseError, problem
from workbook.service.cases.live import Live
from workbook.service.formats.case_values import Revealed, SessionSeen

Notify = Callable[[], None]
Change = Callable[[Live, datetime], Live]


class Sessions:
    """At most one session for each case. ``clock`` gives the time in UTC."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._live: dict[str, Live] = {}
        self._watchers: dict[str, list[Notify]] = defaultdict(list)

    @property
    def offer(self) -> PracticeOffer:
        """What a session is offered."""
        return practice_offer()

    def of_case(self, case_id: str) -> Live | None:
        """Return a case's session; None where there is none."""
        with self._lock:
            return self._standing(case_id)

    def of_couple(self, couple_id: str) -> Live | None:
        """Return the session of a couple, the newest where there were two."""
        with self._lock:
            found = [self._standing(case_id) for case_id in list(self._live)]
            own = [one for one in found if one is not None and one.couple_id == couple_id]
            return max(own, key=lambda one: one.began, default=None)

    def open(self, case_id: str, make: Callable[[datetime], Live]) -> Live:
        """Open a session; where one goes on already, it is that one."""
        with self._lock:
            found = self._standing(case_id)
            if found is None or found.is_over:
                found = self._live[case_id] = make(self._clock())
                self._tell(found)
            return found

    def change(self, case_id: str, change: Change) -> Live:
        """Change a session; all who watch hear of it.

        Raises
        ------
        AccessError
            There is none, or it is over.
        """
        with self._lock:
            now, found = self._clock(), self._standing(case_id)
            if found is None or found.is_over:
                raise CaseError(problem("errors.case.no_session"))
            made = self._live[case_id] = replace(change(found, now), touched=now)
            self._tell(made)
            return made

    def settle(self, case_id: str, change: Change) -> None:
        """Bring what is laid out in a session into step: it is told of only where it shows something else."""
        with self._lock:
            found = self._standing(case_id)
            if found is None or found.is_over:
                return
            made = self._live[case_id] = change(found, self._clock())
            if not _is_told_alike(made, found):
                self._tell(made)

    def rate(self, case_id: str, session_id: str, change: Change) -> None:
        """Change who has rated a session that goes on, or is just over; nobody hears of it."""
        with self._lock:
            found = self._standing(case_id)
            if found is None or found.id != session_id:
                raise CaseError(problem("errors.case.no_session"))
            self._live[case_id] = change(found, self._clock())

    def close(self, case_id: str) -> None:
        """Close a case's session, if there is one, with all that was in it."""
        with self._lock:
            gone = self._live.pop(case_id, None)
            if gone is not None:
                self._tell(gone)

    def watch(self, name: str, notify: Notify) -> Callable[[], None]:
        """Call ``notify`` at every change told under a name, such as a couple's id; return what stops it."""
        with self._lock:
            self._watchers[name].append(notify)

        def stop() -> None:
            with self._lock:
                if notify in (there := self._watchers.get(name, [])):
                    there.remove(notify)
                if not there:
                    self._watchers.pop(name, None)

        return stop

    def seen(self, live: Live, *, by: str = "", is_therapist: bool = False) -> SessionSeen:
        """Return a session as one of the two sees it, both at one device, or its therapist."""
        with self._lock:
            now = self._clock()
        own = tuple(sorted(facet for who, facet in live.offered if who == by))
        left = max(0, live.most - len(live.asked))
        return SessionSeen(
            id=live.id,
            case_id=live.case_id if is_therapist else "",
            couple_id=live.couple_id,
            step=live.step,
            began=live.began,
            at=now,
            here=tuple(sorted(live.here)),
            is_paused=live.is_paused,
            timer_minutes=live.timer_minutes,
            timer_until=live.timer_until,
            started=live.started,
            asked=live.standing,
            revealed=tuple(_revealed(live, one) for one in live.shown),
            offered=live.offered_by_both() if is_therapist else own,
            reveals_left=left if is_therapist else -1,
            is_over=live.is_over,
            has_rated=by in live.rated,
            reveals_allowed=live.most if is_therapist else -1,
        )

    def _standing(self, case_id: str) -> Live | None:
        found = self._live.get(case_id)
        if found is not None and found.is_forgotten(self._clock(), self.offer):
            del self._live[case_id]
            return None
        return found

    def tell(self, name: str) -> None:
        """Have all who watch under a name hear that something is new."""
        with self._lock:
            watching = list(self._watchers.get(name, ()))
        for notify in watching:
            notify()

    def _tell(self, live: Live) -> None:
        for name in (live.couple_id, live.therapist_id):
            self.tell(name)


def _is_told_alike(one: Live, other: Live) -> bool:
    """Tell whether readers see the same of what is laid out in both."""
    return one.shown == other.shown and all(
        one.laid[about].equals(other.laid[about])
        for about in ((person, topic) for topic in one.shown for person in one.people)
    )


def _revealed(live: Live, topic: tuple[str, str]) -> Revealed:
    rows = [live.laid[person, topic] for person in live.people]
    scores = pd.concat(rows, ignore_index=True)
    return Revealed(topic[0], topic[0].partition(".")[0], topic[1], scores)
