"""A therapist's case and session, as one sitting of a couple has them."""

from collections.abc import Mapping

from workbook.errors import AccessError, problem
from workbook.service.cases.words_read import hash_of_words
from workbook.service.desks.roles import CoupleService, PartnerService
from workbook.service.formats.case_values import Granted, MyCase, SessionSeen
from workbook.session.hearing import Hearing


class InCase(Hearing):
    """What a sitting knows of its own case, and the verbs by which it moves there.

    Nothing in it tells of the partner, except who is here in a session and what both show there.
    """

    service: CoupleService
    case: MyCase | None
    live: SessionSeen | None

    @property
    def own_case(self) -> PartnerService:
        """The interface of somebody who sits alone.

        Raises
        ------
        AccessError
            Two sit together: a case is joined, granted and left by each alone.
        """
        if not isinstance(self.service, PartnerService):
            raise AccessError(problem("errors.access.no_drawer"))
        return self.service

    def read_case(self) -> None:
        """Read one's own place in a case, and the session that goes on."""
        seen = self.service.look(["case"])
        self.case, self.live = seen.case, seen.live

    @property
    def is_in_session(self) -> bool:
        """True while a session goes on, or was just now and can still be rated."""
        return self.live is not None

    def join_case(self, code: str) -> None:
        """Join the case that an invite code names; see `PartnerService.join_case`."""
        self.own_case.join_case(code)
        self.case_changed()

    def grant_case(self, grants: Mapping[str, Granted], *, until: str) -> None:
        """Grant what the therapist may see and may show, by the words that stand there now."""
        policy = hash_of_words(self.case.policy) if self.case is not None else ""
        self.own_case.grant_case(dict(grants), until=until, policy_hash=policy)
        self.case_changed()

    def leave_case(self) -> None:
        """Leave the case: all that was granted is destroyed."""
        self.own_case.leave_case()
        self.case_changed()

    def put_homework_aside(self, homework_id: str) -> None:
        """Put what the therapist suggested aside, on one's own page alone."""
        self.own_case.put_homework_aside(homework_id)
        self.case_changed()

    def come_into_session(self) -> None:
        """Come into the session that goes on."""
        self.own_case.come_into_session()
        self.case_changed()

    def offer_in_session(self, facet: str) -> None:
        """Offer to show a topic that is shown by its owners' wish alone, or one taken back."""
        self.own_case.offer_in_session(facet)
        self.case_changed()

    def take_back_in_session(self, facet: str) -> None:
        """Take back what one shows of a topic, on all pages at once."""
        self.own_case.take_back_in_session(facet)
        self.case_changed()

    def rate_session(self, session_id: str, items: Mapping[str, int]) -> None:
        """Say how a session was; the therapist alone reads it."""
        self.own_case.rate_session(session_id, dict(items))
        self.case_changed()

    def case_changed(self) -> None:
        """Read it again, and tell the page."""
        self.read_case()
        self.revision += 1
