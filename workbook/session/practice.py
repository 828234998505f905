"""A therapist's sitting: what their pages read, by the service, and the verbs that write."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import traitlets as t

from workbook.address import Address, at
from workbook.content import speaking, spoken
from workbook.instruments import Instrument, catalogue
from workbook.service.desks.roles import TherapistService
from workbook.service.formats.case_values import CaseRead, CaseSeen, Note, Practice, SessionSeen
from workbook.service.formats.values import Change, Member, RoomSeen
from workbook.session.hearing import Hearing

Read = TypeVar("Read")
CASES = at("cases")
VIEW = "WORKBOOK_VIEW"
"""The variable that says what a page shows, where it is not the whole: `PRESENTATION` for a shared screen."""
PRESENTATION = "presentation"
_LIVE = frozenset({"session", "room"})
"""What changes while a session goes on, and leaves the rest of a case as it was."""
_MOVED = _LIVE | {"cases"}  # which case is in session stands in the list


class PracticeSession(Hearing):
    """One sitting of a therapist.

    What is read is kept until the service says that it has changed. ``language`` is what its pages are
    written in: by default what is spoken as it begins.
    """

    page = t.Instance(Address, args=(CASES.kind,))

    def __init__(
        self,
        service: TherapistService,
        *,
        instruments: Mapping[str, Instrument] | None = None,
        language: str | None = None,
    ) -> None:
        super().__init__()
        self.language = spoken() if language is None else language
        self.service = service
        with speaking(self.language):
            self.instruments = catalogue() if instruments is None else dict(instruments)
        self._known: dict[tuple[str, ...], Any] = {}
        self.page = self._where_it_goes_on()
        self._stop = service.watch(self.heard)

    def _where_it_goes_on(self) -> Address:
        """Begin at the session that goes on, as after a reload amid it; else at the list."""
        live = [one.case_id for one in self.cases if one.is_in_session]
        return at("live", live[0]) if len(live) == 1 else CASES

    # -- what is read ------------------------------------------------------------------------
    @property
    def practice(self) -> Practice:
        return self._once(("practice",), self.service.practice)

    @property
    def cases(self) -> list[CaseSeen]:
        return self._once(("cases",), self.service.cases)

    def has_case(self, case_id: str) -> bool:
        """Tell whether there is such a case, without reading the list at every move of a session."""
        return case_id in self._once(("case_ids",), lambda: {one.case_id for one in self.cases})

    def case(self, case_id: str) -> CaseRead:
        """Return all that is granted of a case; see `TherapistService.read_case`."""
        return self._once(("case", case_id), lambda: self.service.read_case(case_id))

    def notes(self, case_id: str) -> list[Note]:
        """Return the notes about a case, oldest first."""
        return self._once(("notes", case_id), lambda: self.service.notes(case_id))

    def live(self, case_id: str) -> SessionSeen | None:
        """Return the session that goes on with a couple; None where there is none."""
        return self._once(("session", case_id), lambda: self.service.session(case_id))

    def room(self, case_id: str) -> RoomSeen | None:
        """Return the room in which the two talk with a floor; None where there is none."""
        return self._once(("room", case_id), lambda: self.service.case_room(case_id))

    def members(self, case_id: str) -> tuple[Member, ...]:
        """Return the two as the couple's own pages know them."""
        return tuple(Member(one.person_id, one.name, one.place) for one in self.case(case_id).seen.members)

    def made_from(self, name: str, case_id: str, make: Callable[[CaseRead], Read]) -> Read:
        """Return what is made from a case, worked out anew only when the case has changed."""
        return self._once((name, case_id), lambda: make(self.case(case_id)))

    def _once(self, key: tuple[str, ...], read: Callable[[], Read]) -> Read:
        if key not in self._known:
            self._known[key] = read()
        found: Read = self._known[key]
        return found

    # -- what happens ------------------------------------------------------------------------
    def take_up(self, changes: set[Change]) -> None:
        """Forget what has changed, and tell the page."""
        self.refresh(only_live=all(change.what in _LIVE for change in changes))

    def refresh(self, *, only_live: bool = False) -> None:
        """Read again what is asked for next: all of it, or only what a session moves."""
        kept = {key: one for key, one in self._known.items() if only_live and key[0] not in _MOVED}
        self._known = kept
        self.revision += 1

    def act(self, verb: Callable[..., Read], *args: Any, **named: Any) -> Read:
        """Do one of the service's verbs, and read again."""
        done = verb(*args, **named)
        self.refresh()
        return done

    def act_live(self, verb: Callable[..., Read], *args: Any, **named: Any) -> Read:
        """Do one of the verbs of a session that goes on, which leave the rest of a case as it was."""
        done = verb(*args, **named)
        self.refresh(only_live=True)
        return done

    def go(self, page: Address) -> None:
        """Turn to a page. Where a therapist was is kept nowhere."""
        self.page = page

    def close(self) -> None:
        """Stop listening to the service."""
        self._stop()
