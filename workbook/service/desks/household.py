"""The service beside the store: the only code that touches a store for a person.

`Household.seat` gives each signed-in person the interface of their role. How they sign in is
`workbook.service.identity.accounts`.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from workbook.errors import AccessError, problem
from workbook.instruments import catalogue
from workbook.instruments.model import Instrument
from workbook.service.cases import notes
from workbook.service.cases.therapists import Therapists
from workbook.service.couple.private_copy import WAIT
from workbook.service.couple.records import ANSWER
from workbook.service.desks.core import Core
from workbook.service.desks.partner import LocalPartner
from workbook.service.desks.researcher import LocalResearcher
from workbook.service.desks.roles import CoupleService, RoleService
from workbook.service.desks.therapist import LocalTherapist
from workbook.service.desks.together import LocalTogether
from workbook.service.erasing import mending
from workbook.service.formats import crypto
from workbook.service.formats.values import Actor
from workbook.service.identity.accounts import Accounts
from workbook.service.identity.directory import Directory
from workbook.service.identity.rate_limit import Tries
from workbook.service.identity.sittings import Sittings
from workbook.service.identity.standing import Standing
from workbook.service.studies import given
from workbook.service.studies.earlier import seal_earlier
from workbook.service.studies.study import Study
from workbook.storage.base import Store
from workbook.storage.spare import Spare


class Household:
    """A store's people: their accounts and sittings, and the interface each of them is given.

    Parameters
    ----------
    store : Store
        Closed with the household.
    instruments : mapping of str to Instrument, optional
        The item bank; the packaged catalogue by default.
    sittings : Sittings, optional
        With another clock or other limits.
    cost : Cost
        What one guess of a passphrase costs.
    copy_wait : timedelta
        How long somebody waits for the copy of their private answers.
    study : Study, optional
        The study this installation is run for, if it is.
    spare : Spare, optional
        Room kept aside, so that people can get in and erase what is theirs on a full disk.

    Attributes
    ----------
    accounts : Accounts
        Create, join, sign in, recover.
    therapists : Therapists
        Their accounts, apart from couples'.
    sittings : Sittings
        Who is signed in; heartbeats and ends.
    """

    def __init__(
        self,
        store: Store,
        *,
        instruments: Mapping[str, Instrument] | None = None,
        sittings: Sittings | None = None,
        tries: Tries | None = None,
        cost: crypto.Cost = crypto.HOUSEHOLD,
        copy_wait: timedelta = WAIT,
        study: Study | None = None,
        spare: Spare | None = None,
    ) -> None:
        directory = Directory(store)
        self.sittings = Sittings() if sittings is None else sittings
        tries = Tries() if tries is None else tries
        standing = Standing(directory, self.sittings)
        self.accounts = Accounts(standing, tries, cost, spare)
        self.therapists = Therapists(store, self.sittings, tries, cost)
        self._core = Core(
            store,
            dict(catalogue() if instruments is None else instruments),
            study,
            copy_wait,
            directory,
            self.sittings,
            standing,
            self.accounts,
            self.therapists,
            tries,
            cost,
            spare,
        )
        if spare is not None:
            spare.hold()
        mending.mend(store, self._core.instruments)
        self.destroy_overdue()

    def seat(self, actor: Actor) -> RoleService:
        """Return what somebody who is signed in may ask: the interface of their role.

        Raises
        ------
        AccessError
            Their sitting has ended, or their role has none.
        """
        actor = self.sittings.require(actor)
        if actor.role == "partner":
            return LocalPartner(self._core, actor)
        if actor.role == "together":
            return LocalTogether(self._core, actor)
        if actor.role == "therapist":
            return LocalTherapist(self._core, actor)
        if actor.role == "researcher":
            return LocalResearcher(self._core, actor)
        raise AccessError(problem("errors.access.not_yours"))

    def seat_partner(self, actor: Actor) -> LocalPartner:
        """Return a partner's interface; see `seat`."""
        seated = self.seat(actor)
        if not isinstance(seated, LocalPartner):
            raise AccessError(problem("errors.access.no_drawer"))
        return seated

    def seat_therapist(self, actor: Actor) -> LocalTherapist:
        """Return a therapist's interface; see `seat`."""
        seated = self.seat(actor)
        if not isinstance(seated, LocalTherapist):
            raise AccessError(problem("errors.access.not_yours"))
        return seated

    def name_of(self, actor: Actor) -> str:
        """Return what whoever is signed in is called; of two together, nothing."""
        if actor.role == "therapist":
            return self.therapists.account_of(actor).name
        members = self.seat_couple(actor).couple().members
        return next((one.name for one in members if one.person_id == actor.person_id), "")

    def seat_couple(self, actor: Actor) -> CoupleService:
        """Return the interface of a partner, or of two together; see `seat`."""
        seated = self.seat(actor)
        if not isinstance(seated, CoupleService):
            raise AccessError(problem("errors.access.not_yours"))
        return seated

    def when_answered(self, actor: Actor) -> Literal["never", "today", "before"]:
        """Return whether whoever is signed in has answered yet; of two together what lies open tells, today.

        For whom there is room on a full server: it looks at nobody's rows but their own.
        """
        seated = self.seat(actor)
        if isinstance(seated, LocalTogether):
            return "today" if seated.read_table().published else "never"
        if not isinstance(seated, LocalPartner):
            return "before"
        answered = [one.at for one in self._core.drawer_of(actor).records() if one.kind == ANSWER]
        if not answered:
            return "never"
        today = datetime.now(UTC).date()
        return "before" if any(at is not None and at.date() < today for at in answered) else "today"

    def destroy_overdue(self) -> None:
        """Destroy what was given or noted and its time is over, seal what lies open; at start and daily."""
        core = self._core
        seal_earlier(core.store, core.directory, core.study)
        given.tidy(core.store)
        notes.tidy(core.store)

    def keep_tries(self) -> None:
        """Write down which accounts were tried; the server asks for it every few seconds."""
        self.accounts.tried.keep()

    def close(self) -> None:
        """End every sitting and close the store. Closing twice is harmless."""
        self.sittings.end_where(lambda _: True)
        self.keep_tries()
        self._core.store.close()
