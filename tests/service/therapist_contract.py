"""The service contract for therapists, in process and over the socket."""

import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, House, answers, offered
from workbook.errors import SignInError
from workbook.sharing import Grain


class TherapistContract:
    """Both grant, each alone; the therapist reads what both opened and nothing more."""

    @pytest.fixture
    def therapist(self, house: House):
        """Somebody who reads: their page's service and actor, and the code that couples type."""
        actor, code = house.local.therapists.create("Dr. Grey", "nine quiet rooms")
        return *house.reach(actor), code

    @pytest.fixture
    def opened(self, house: House) -> House:
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
            service.decide(INSTRUMENT, OCCASION, Grain.SCORES)
            service.add_table_event("gratitude.written", {"text": "a secret tea", "day": "2026-11-20"})
        return house

    def test_both_have_to_grant(self, opened, therapist):
        service, _reader, code = therapist
        for one, _who in (opened.a, opened.b):
            assert service.read_cases() == []
            one.grant_therapist(code)
        (case,) = service.read_cases()
        assert case.table.open_rounds == ((INSTRUMENT, OCCASION),)
        assert {publication.grain for publication in case.table.publications} == {Grain.SCORES}
        assert [member.name for member in case.couple.members] == list(WORDS)

    def test_a_case_holds_no_code_and_no_free_text(self, opened, therapist):
        service, _reader, code = therapist
        for one, _who in (opened.a, opened.b):
            one.grant_therapist(code)
        (case,) = service.read_cases()
        assert (case.couple.code, case.table.events) == ("", ())
        assert {str(dict(publication.words)) for publication in case.table.publications} == {"{}"}

    @pytest.mark.parametrize("end", ["end_therapist", "withdraw", "unpair"])
    def test_either_partner_ends_access_alone_from_the_next_read(self, opened, therapist, end):
        service, _reader, code = therapist
        for one, _who in (opened.a, opened.b):
            one.grant_therapist(code)
        one, _who = opened.b
        given = {"end_therapist": (), "withdraw": (INSTRUMENT, OCCASION), "unpair": (WORDS["Ben"],)}[end]
        getattr(one, end)(*given)
        assert sum(len(case.table.publications) for case in service.read_cases()) == 0

    def test_neither_learns_whether_the_other_has_granted(self, opened, therapist):
        _, _, code = therapist
        (a, _ada), (b, _ben) = opened.a, opened.b

        def told():
            audit = [(row.kind, row.payload) for row in b.read_audit()]
            return (
                b.couple(),
                b.my_therapist(),
                audit,
                len(b.read_table().events),
                b.my_data(),
            )

        before = told()
        a.grant_therapist(code)
        assert told() == before
        assert (a.my_therapist(), b.my_therapist()) == ("Dr. Grey", None)

    def test_a_therapist_reaches_nothing_else(self, opened, therapist):
        service, _reader, code = therapist
        for one, _who in (opened.a, opened.b):
            one.grant_therapist(code)
        assert offered(service) == {"read_cases"}

    def test_a_partner_reads_no_cases_and_the_two_together_grant_nothing(self, house, therapist):
        assert "read_cases" not in offered(house.a[0])
        assert "grant_therapist" not in offered(house.together()[0])

    def test_an_unknown_code_is_refused(self, house):
        one, _who = house.a
        with pytest.raises(SignInError):
            one.grant_therapist("no-such-code")
