"""The verbs about research, as the service does them in process."""

import threading
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager

from workbook.content import say
from workbook.errors import AccessError, SharingError
from workbook.instruments.model import Instrument
from workbook.service import reading, research, rounds
from workbook.service.directory import Directory
from workbook.service.drawers import Drawer
from workbook.service.sittings import Sittings
from workbook.service.study import Study
from workbook.service.verbs import Actor, Given, ResearchChoice, Service
from workbook.sharing import Grain
from workbook.storage.base import Store


class ResearchVerbs(Service):
    """What `LocalService` does where a study is run; without a study there is nothing to take part in."""

    sittings: Sittings
    _store: Store
    _study: Study | None
    _directory: Directory
    _instruments: Mapping[str, Instrument]

    @abstractmethod
    def _drawer(self, actor: Actor) -> Drawer: ...

    @abstractmethod
    def _own(self, actor: Actor) -> AbstractContextManager[Drawer]: ...

    @abstractmethod
    def _table(self, couple_id: str) -> threading.RLock: ...

    def study(self, actor: Actor) -> Study | None:
        if self.sittings.require(actor).role not in ("partner", "together", "researcher"):
            raise AccessError(say("errors.access.not_yours"))
        return self._study

    def give_to_research(self, actor: Actor, grain: Grain, *, linked: bool, text_hash: str) -> None:
        with self._own(actor) as drawer:  # two pages of one person may be open
            study, grain = self._running_study(), rounds.as_grain(grain)
            if grain is Grain.NOTHING:  # to say no is always possible, whatever was read
                research.take_back(self._store, drawer, text_hash if text_hash == study.words_hash else "")
            else:
                self._refuse_unread(study, drawer, text_hash)
                responses = reading.responses(drawer, self._instruments, actor.couple_id)
                research.give(self._store, study, drawer, responses, grain, linked=linked is True)
        self.sittings.act(actor.sitting_id)

    def my_research(self, actor: Actor) -> ResearchChoice | None:
        person_id = self._drawer(actor).person_id
        return research.standing_choice(self._store, self._running_study(), person_id)

    def read_research(self, actor: Actor) -> list[Given]:
        if self.sittings.require(actor).role != "researcher":
            raise AccessError(say("errors.access.not_yours"))
        return research.disguise(research.given_to(self._store, self._directory, self._running_study()))

    def destroy_overdue(self) -> None:
        """Destroy what was given to a study whose time is over; the server asks for it at start and daily."""
        research.tidy(self._store, self._directory)

    def _leave_research(self, drawer: Drawer) -> None:
        """Take back whatever was given, with or without a study that is still run."""
        with self._table(drawer.log):
            if research.own_copy(self._store, drawer.person_id):
                research.take_back(self._store, drawer)

    def _refuse_unread(self, study: Study, drawer: Drawer, text_hash: str) -> None:
        if text_hash != study.words_hash:
            raise SharingError(say("study.error.changed"))
        if not reading.has_consented(drawer):
            raise SharingError(say("study.error.consent_first"))

    def _running_study(self) -> Study:
        if self._study is None:
            raise SharingError(say("study.error.no_study"))
        return self._study
