"""The verbs about therapists, as the service does them in process."""

import threading
from abc import abstractmethod

from workbook.content import say
from workbook.errors import AccessError
from workbook.service import therapists
from workbook.service.directory import Directory
from workbook.service.drawers import Drawer
from workbook.service.sittings import Sittings
from workbook.service.therapists import Therapists
from workbook.service.verbs import Actor, Case, Service
from workbook.storage.base import Store


class TherapistVerbs(Service):
    """What each partner grants alone, and what a therapist reads."""

    sittings: Sittings
    therapists: Therapists
    _store: Store
    _directory: Directory

    @abstractmethod
    def _drawer(self, actor: Actor) -> Drawer: ...

    @abstractmethod
    def _table(self, couple_id: str) -> threading.RLock: ...

    def grant_therapist(self, actor: Actor, code: str) -> None:
        self._drawer(actor)
        with self._table(actor.couple_id):  # parting and erasing hold it: after them it is refused
            if self._directory.is_unpaired(actor.couple_id):
                raise AccessError(say("errors.access.closed_couple"))
            therapist = self.therapists.named(code, actor)
            therapists.grant(self._store, actor, therapist.person_id)
        self.sittings.act(actor.sitting_id)

    def end_therapist(self, actor: Actor) -> None:
        self._drawer(actor)
        therapists.take_back(self._store, actor.person_id)
        self.sittings.act(actor.sitting_id)

    def my_therapist(self, actor: Actor) -> str | None:
        self._drawer(actor)
        therapist_id = therapists.granted_to(self._store, actor.person_id)
        found = self.therapists.by_id(therapist_id) if therapist_id else None
        return found.name if found else None

    def read_cases(self, actor: Actor) -> list[Case]:
        actor = therapists.require_therapist(self.sittings, actor)
        return therapists.cases_of(self._store, self._directory, actor.person_id)
