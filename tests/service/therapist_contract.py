"""What the service promises about therapists, in process and over the socket alike."""

import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, Household, answers
from workbook.errors import AccessError, SignInError
from workbook.sharing import Grain


class TherapistContract:
    """Both grant, each alone; the therapist reads what both opened and nothing more."""

    @pytest.fixture
    def therapist(self, house: Household):
        """Somebody who reads: their page's service and actor, and the code that couples type."""
        actor, code = house.local.therapists.create("Dr. Grey", "nine quiet rooms")
        return *house.reach(actor), code

    @pytest.fixture
    def opened(self, house: Household) -> Household:
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
            service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES)
            service.add_table_event(actor, "gratitude.written", {"text": "a secret tea", "day": "2026-11-20"})
        return house

    def test_both_have_to_grant(self, opened, therapist):
        service, reader, code = therapist
        for one, who in (opened.a, opened.b):
            assert service.read_cases(reader) == []
            one.grant_therapist(who, code)
        (case,) = service.read_cases(reader)
        assert case.table.open_rounds == ((INSTRUMENT, OCCASION),)
        assert {publication.grain for publication in case.table.publications} == {Grain.SCORES}
        assert [member.name for member in case.couple.members] == list(WORDS)

    def test_a_case_holds_no_code_and_no_words(self, opened, therapist):
        service, reader, code = therapist
        for one, who in (opened.a, opened.b):
            one.grant_therapist(who, code)
        (case,) = service.read_cases(reader)
        assert (case.couple.code, case.table.events) == ("", ())

    @pytest.mark.parametrize("end", ["end_therapist", "withdraw", "unpair"])
    def test_each_ends_it_alone_at_the_next_read(self, opened, therapist, end):
        service, reader, code = therapist
        for one, who in (opened.a, opened.b):
            one.grant_therapist(who, code)
        one, who = opened.b
        given = {"end_therapist": (), "withdraw": (INSTRUMENT, OCCASION), "unpair": (WORDS["Ben"],)}[end]
        getattr(one, end)(who, *given)
        assert sum(len(case.table.publications) for case in service.read_cases(reader)) == 0

    def test_neither_learns_whether_the_other_has_granted(self, opened, therapist):
        _, _, code = therapist
        (a, ada), (b, ben) = opened.a, opened.b

        def told():
            audit = [(row.kind, row.payload) for row in b.read_audit(ben)]
            return b.couple(ben), b.my_therapist(ben), audit, len(b.read_table(ben).events), b.my_data(ben)

        before = told()
        a.grant_therapist(ada, code)
        assert told() == before
        assert (a.my_therapist(ada), b.my_therapist(ben)) == ("Dr. Grey", None)

    def test_a_therapist_reaches_nothing_else(self, opened, therapist):
        service, reader, code = therapist
        for one, who in (opened.a, opened.b):
            one.grant_therapist(who, code)
        for verb in (
            "couple",
            "read_table",
            "read_audit",
            "my_data",
            "read_events",
            "read_responses",
            "my_therapist",
        ):
            with pytest.raises(AccessError):
                getattr(service, verb)(reader)

    def test_a_partner_reads_no_cases_and_the_two_together_grant_nothing(self, house, therapist):
        one, who = house.a
        with pytest.raises(AccessError):
            one.read_cases(who)
        both, table = house.together()
        with pytest.raises(AccessError):
            both.grant_therapist(table, therapist[2])

    def test_an_unknown_code_is_refused(self, house):
        one, who = house.a
        with pytest.raises(SignInError):
            one.grant_therapist(who, "no-such-code")
