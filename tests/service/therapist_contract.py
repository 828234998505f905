"""The service contract for a therapist and those who join their case, in process and over the socket."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, House, answers, offered
from tests.service.practice import FACET, SCORES, Practice, agree, begun, join, practice_in, reveal
from workbook.content.document import document_hash
from workbook.errors import AccessError, CaseError, SignInError
from workbook.service.cases import words_read
from workbook.service.desks.roles import TherapistService
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.values import Answer
from workbook.sharing import Grain

ANSWERS = {INSTRUMENT: Granted(ToCase.ANSWERS)}
PROGRESS = {INSTRUMENT: Granted(ToCase.PROGRESS)}
NEVER = "connection.emotional_safety.1"


def told_to(service: Any) -> tuple[Any, ...]:
    """All that a partner's pages could tell of the other and a case."""
    data = service.my_data()
    audit = [(row.kind, row.payload) for row in service.read_audit()]
    return service.couple(), service.my_case(), audit, len(service.read_table().events), data


class TherapistContract:
    """Each joins and grants alone; the therapist reads what each grants, and nothing more."""

    @pytest.fixture
    def practice(self, house: House) -> Practice:
        return practice_in(house)

    @pytest.fixture
    def joined(self, house: House, practice: Practice) -> Practice:
        """Both have answered and joined, and granted nothing."""
        for service, _ in (house.a, house.b):
            agree(service)
            service.save_answers(answers(2))
            join(service, practice)
        return practice

    # -- joining ------------------------------------------------------------------------
    def test_a_therapist_reaches_nothing_but_their_own_verbs(self, house, practice):
        assert offered(practice.service) == TherapistService.__abstractmethods__ - {"actor"}
        assert "cases" not in offered(house.a[0])
        assert "join_case" not in offered(house.together()[0])

    def test_who_joins_is_seen_and_grants_nothing_by_it(self, house, joined):
        (case,) = joined.service.cases()
        assert [member.name for member in case.members] == list(WORDS)
        assert [dict(member.progress) for member in case.members] == [{}, {}]
        assert joined.service.read_case(case.case_id).publications == ()
        mine = house.a[0].my_case()
        assert (mine.therapist, dict(mine.grants), mine.is_standing) == ("Dr. Grey", {}, False)

    def test_a_topic_is_asked_for_and_shown_in_one_change(self, house, practice):
        """So each page reads once, whatever either has granted; and what is known is not made again."""
        begun(house, practice)
        told: list[str] = []
        core = house.local._core
        core.caseload.sessions.watch(house.a[1].couple_id, lambda: told.append("told"))
        seen = reveal(practice)

        assert (len(told), len(seen.revealed)) == (1, 1)
        before = core.caseload._laid[house.a[1].person_id][1]
        assert house.a[0].session_now().revealed[0].scores.equals(seen.revealed[0].scores)
        assert core.caseload._laid[house.a[1].person_id][1] is before
        house.a[0].save_answers(answers(3))
        house.a[0].session_now()
        now = house.b[0].session_now().revealed[0].scores["score"].tolist()
        assert now != seen.revealed[0].scores["score"].tolist(), "what is new is made anew"

    def test_the_label_is_nobodys_but_the_therapists(self, house, joined):
        assert joined.case.label not in str(house.a[0].my_case())
        assert joined.case.label not in str(house.a[0].my_data())

    def test_a_wrong_invite_code_is_refused(self, house, practice):
        with pytest.raises(SignInError):
            house.a[0].join_case("lusab-rodin-malov-zirum")
        assert house.a[0].my_case() is None

    def test_neither_learns_whether_the_other_has_joined_or_granted(self, house, practice):
        (a, _ada), (b, _ben) = house.a, house.b
        for service in (a, b):
            agree(service)
            service.save_answers(answers(2))
        join(b, practice)
        before = told_to(b)
        join(a, practice, SCORES)
        assert told_to(b) == before
        a.leave_case()
        assert told_to(b) == before

    # -- granting -----------------------------------------------------------------------
    @pytest.mark.parametrize(
        ("granted", "n_scores", "n_answers"), [(PROGRESS, 0, 0), (SCORES, 1, 0), (ANSWERS, 1, 1)]
    )
    def test_each_grants_alone_and_only_as_much_as_they_say(
        self, house, joined, granted, n_scores, n_answers
    ):
        mine = house.a[0].grant_case(granted, until="", policy_hash=house.a[0].my_case().policy_hash)
        assert mine.is_standing
        read = joined.service.read_case(joined.case.case_id)
        assert {one.person_id for one in read.publications} <= {house.actors[0].person_id}
        assert sum(len(one.scores) > 0 for one in read.publications) == n_scores
        assert sum(len(one.responses) > 0 for one in read.publications) == n_answers
        ada, ben = read.seen.members
        assert set(ada.progress.values()) == {"finished"} and not ben.progress

    def test_progress_is_not_begun_under_way_or_finished_and_nothing_between(self, house, practice):
        a, _ada = house.a
        agree(a)
        join(a, practice, {name: Granted(ToCase.PROGRESS) for name in (INSTRUMENT, "needs", "weekly")})
        a.save_answers([Answer("one", OCCASION, "connection.listening.1", 1)])
        a.save_answers(answers(1, instrument="weekly", occasion="week-1"))
        again = house.reach(house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))[0]
        again.read_responses()
        (member,) = practice.service.cases()[0].members
        told = dict(member.progress)
        assert set(told.values()) == {"not_begun", "under_way", "finished"}
        assert {name.partition(".")[0] for name, far in told.items() if far == "finished"} == {"weekly"}

    def test_what_is_held_back_is_in_no_publication_and_the_private_questions_are_refused(
        self, house, joined
    ):
        a, _ada = house.a
        a.decide(INSTRUMENT, OCCASION, Grain.NOTHING, ["connection.listening.1"])
        a.grant_case(ANSWERS, until="", policy_hash=a.my_case().policy_hash)
        (read,) = joined.service.read_case(joined.case.case_id).publications
        items = set(read.responses["item"])
        assert items and not items & {"connection.listening.1", NEVER}
        with pytest.raises(CaseError):
            a.grant_case({"safety": Granted(ToCase.PROGRESS)}, until="", policy_hash=a.my_case().policy_hash)

    @pytest.mark.parametrize("end", ["grant_nothing", "leave_case", "unpair", "leave", "erase"])
    def test_withdrawal_holds_at_the_next_read(self, house, joined, end):
        a, _ada = house.a
        a.grant_case(ANSWERS, until="", policy_hash=a.my_case().policy_hash)
        assert joined.service.read_case(joined.case.case_id).publications
        if end == "grant_nothing":
            a.grant_case({}, until="", policy_hash="")
        elif end == "leave_case":
            a.leave_case()
        else:
            getattr(a, end)(WORDS["Ada"])
        assert joined.service.read_case(joined.case.case_id).publications == ()

    def test_a_grant_ends_on_its_day(self, house, joined, monkeypatch):
        a, _ada = house.a
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
        mine = a.grant_case(SCORES, until=tomorrow, policy_hash=a.my_case().policy_hash)
        assert (mine.until, mine.is_standing) == (tomorrow, True)
        assert joined.service.read_case(joined.case.case_id).publications
        monkeypatch.setattr("workbook.service.cases.place.Place.is_over", lambda _place, _today: True)
        assert joined.service.read_case(joined.case.case_id).publications == ()
        assert not a.my_case().is_standing

    @pytest.mark.parametrize("until", ["2020-01-01", "tomorrow", "2026-13-01"])
    def test_a_day_that_is_past_or_none_is_refused(self, house, joined, until):
        a, _ada = house.a
        with pytest.raises(CaseError):
            a.grant_case(SCORES, until=until, policy_hash=a.my_case().policy_hash)

    def test_a_changed_policy_rests_all_grants_until_it_is_read(self, house, joined):
        a, _ada = house.a
        read = a.my_case().policy_hash
        a.grant_case(SCORES, until="", policy_hash=read)
        joined.service.set_policy("each_alone", "I keep what you tell me alone.", 90)
        assert joined.service.read_case(joined.case.case_id).publications == ()
        assert not a.my_case().is_standing
        with pytest.raises(CaseError):
            a.grant_case(SCORES, until="", policy_hash=read)
        a.grant_case(SCORES, until="", policy_hash=a.my_case().policy_hash)
        assert joined.service.read_case(joined.case.case_id).publications

    def test_a_grant_says_to_which_words_it_was_given_and_rests_when_the_text_changes(
        self, house, joined, monkeypatch
    ):
        a, _ada = house.a
        read = a.my_case().policy_hash
        assert read == f"{a.my_case().policy.words_hash}.{document_hash('case_consent')}"
        for unread in (a.my_case().policy.words_hash, f"{read}0", f".{document_hash('case_consent')}"):
            with pytest.raises(CaseError):
                a.grant_case(SCORES, until="", policy_hash=unread)
        a.grant_case(SCORES, until="", policy_hash=read)
        assert a.my_data()["granted_to_a_case"]["policy_hash"] == read
        assert joined.service.read_case(joined.case.case_id).publications

        monkeypatch.setattr(words_read, "document_hash", lambda _name: "another text")
        assert not a.my_case().is_standing
        assert joined.service.read_case(joined.case.case_id).publications == ()
        a.grant_case(SCORES, until="", policy_hash=a.my_case().policy_hash)
        assert joined.service.read_case(joined.case.case_id).publications

    def test_what_is_shown_in_session_takes_what_lets_the_therapist_see_it(self, house, joined):
        a, _ada = house.a
        shown = {INSTRUMENT: Granted(ToCase.PROGRESS, in_session=True)}
        with pytest.raises(CaseError):
            a.grant_case(shown, until="", policy_hash=a.my_case().policy_hash)

    def test_new_answers_come_with_the_next_sitting(self, house, joined):
        a, _ada = house.a
        a.grant_case(ANSWERS, until="", policy_hash=a.my_case().policy_hash)
        a.save_answers(answers(3, occasion="assessment-2"))
        occasions = {one.occasion for one in joined.service.read_case(joined.case.case_id).publications}
        assert occasions == {"assessment-1"}
        again = house.reach(house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))[0]
        again.read_responses()
        occasions = {one.occasion for one in joined.service.read_case(joined.case.case_id).publications}
        assert occasions == {"assessment-1", "assessment-2"}

    # -- other therapists ---------------------------------------------------------------
    def test_another_therapists_case_does_not_exist(self, house, joined):
        other = practice_in(house, "Dr. Moss")
        house.a[0].grant_case(SCORES, until="", policy_hash=house.a[0].my_case().policy_hash)
        assert [case.members for case in other.service.cases()] == [()]
        case_id = joined.case.case_id
        for ask in (
            lambda: other.service.read_case(case_id),
            lambda: other.service.notes(case_id),
            lambda: other.service.open_session(case_id),
            lambda: other.service.session(case_id),
            lambda: other.service.close_case(case_id),
            lambda: other.service.write_note(case_id, "free", "mine"),
            lambda: other.service.suggest_homework(case_id, "fun_list", ""),
            lambda: other.service.tick_case(case_id, f"alone/{house.actors[0].person_id}", stands=True),
        ):
            with pytest.raises(AccessError):
                ask()

    def test_a_closed_case_is_over_for_all_and_its_notes_stay(self, house, joined):
        a, _ada = house.a
        a.grant_case(SCORES, until="", policy_hash=a.my_case().policy_hash)
        joined.service.write_note(joined.case.case_id, "free", "They laughed.")
        joined.service.close_case(joined.case.case_id)
        assert (joined.service.cases(), a.my_case()) == ([], None)
        assert [note.text for note in joined.service.notes(joined.case.case_id)] == ["They laughed."]
        with pytest.raises(SignInError):
            house.b[0].join_case(joined.case.code)

    # -- notes --------------------------------------------------------------------------
    def test_notes_are_kept_replaced_and_destroyed_and_outlive_a_partner(self, house, joined):
        service, case_id = joined.service, joined.case.case_id
        first = service.write_note(case_id, "formulation", "The more one asks, the more one hides.")
        kept = service.write_note(case_id, "next_step", "A walk.")
        service.write_note(case_id, "formulation", "Both hide.", note_id=first.note_id)
        house.a[0].erase(WORDS["Ada"])
        assert {note.text for note in service.notes(case_id)} == {"Both hide.", "A walk."}
        service.destroy_note(case_id, kept.note_id)
        assert [note.text for note in service.notes(case_id)] == ["Both hide."]

    # -- a session ----------------------------------------------------------------------
    def test_no_session_opens_before_each_was_seen_alone(self, house, joined):
        case_id = joined.case.case_id
        for _, actor in (house.a, house.b):
            with pytest.raises(CaseError):
                joined.service.open_session(case_id)
            joined.service.tick_case(case_id, f"alone/{actor.person_id}", stands=True)
        assert joined.service.open_session(case_id).step == "consent"

    def test_a_topic_is_shown_to_all_at_once_and_only_once_both_show_it(self, house, joined):
        begun(house, joined, {})
        (a, _ada), (b, _ben) = house.a, house.b
        for granting in (None, a, b):
            if granting is not None:
                granting.grant_case(SCORES, until="", policy_hash=granting.my_case().policy_hash)
            seen = [reveal(joined), a.session_now(), b.session_now(), house.together()[0].session_now()]
            facets = [[one.facet for one in each.revealed] for each in seen]
            assert facets == [[FACET] if granting is b else []] * 4
            assert [each.asked for each in seen] == [((FACET, OCCASION),)] * 4
        assert len(seen[0].revealed[0].scores) == 2

    def test_take_back_and_withdrawal_take_it_off_all_pages(self, house, joined):
        begun(house, joined)
        (a, _ada), (b, _ben) = house.a, house.b
        for undo in (
            lambda: a.take_back_in_session(FACET),
            lambda: b.grant_case({}, until="", policy_hash=""),
        ):
            reveal(joined)
            a.offer_in_session(FACET)
            assert b.session_now().revealed
            undo()
            pages = (a.session_now(), b.session_now(), joined.service.session(joined.case.case_id))
            assert [page.revealed for page in pages] == [()] * 3

    def test_three_topics_a_session_unless_the_therapist_allows_more(self, house, joined):
        begun(house, joined)
        names = ("listening", "open_talk", "empathy", "validation")
        for name in names[:3]:
            reveal(joined, f"connection.{name}")
        with pytest.raises(CaseError):
            reveal(joined, f"connection.{names[3]}")
        joined.service.cover(joined.case.case_id, "connection.listening")
        with pytest.raises(CaseError):
            reveal(joined, f"connection.{names[3]}")
        joined.service.allow_reveals(joined.case.case_id, 4)
        assert len(reveal(joined, f"connection.{names[3]}").revealed) == 3

    @pytest.mark.parametrize("facet", ["connection.trust", "connection.emotional_safety"])
    def test_a_guarded_topic_takes_the_wish_of_both(self, house, joined, facet):
        begun(house, joined)
        (a, _ada), (b, _ben) = house.a, house.b
        before = joined.service.session(joined.case.case_id)
        for owner in (a, b):
            with pytest.raises(CaseError):
                reveal(joined, facet)
            assert joined.service.session(joined.case.case_id).offered == before.offered == ()
            owner.offer_in_session(facet)
        assert joined.service.session(joined.case.case_id).offered == (facet,)
        assert [one.facet for one in reveal(joined, facet).revealed] == [facet]

    def test_the_therapist_runs_the_agenda_the_timer_and_what_is_started(self, house, joined):
        begun(house, joined)
        service, case_id = joined.service, joined.case.case_id
        service.go_to_step(case_id, "strengths")
        service.set_timer(case_id, 12)
        service.start_in_session(case_id, "speaker_listener")
        seen = house.a[0].session_now()
        assert (seen.step, seen.timer_minutes, seen.started) == ("strengths", 12, "speaker_listener")
        assert seen.timer_until is not None
        service.pause_session(case_id, paused=True)
        assert (house.b[0].session_now().is_paused, house.b[0].session_now().timer_until) == (True, None)
        service.pause_session(case_id, paused=False)
        assert house.b[0].session_now().timer_until is not None
        for wrong in (
            lambda: service.go_to_step(case_id, "nowhere"),
            lambda: service.set_timer(case_id, 10_000),
            lambda: service.start_in_session(case_id, "no exercise"),
            lambda: reveal(joined, "needs.heard"),
            lambda: reveal(joined, "safety.hurt"),
        ):
            with pytest.raises(CaseError):
                wrong()

    def test_who_comes_in_is_seen_by_all(self, house, joined):
        begun(house, joined)
        house.a[0].come_into_session()
        here = (house.actors[0].person_id,)
        assert joined.service.session(joined.case.case_id).here == house.b[0].session_now().here == here

    def test_a_rating_is_the_therapists_alone(self, house, joined):
        begun(house, joined)
        (a, _ada), (b, _ben) = house.a, house.b
        before = told_to(b), b.session_now().has_rated
        session = a.session_now()
        joined.service.end_session(joined.case.case_id)
        a.rate_session(session.id, {"heard": 8, "overall": 6})
        assert (told_to(b), b.session_now().has_rated) == before
        assert a.session_now().has_rated
        (rating,) = joined.service.read_case(joined.case.case_id).ratings
        assert (rating.person_id, dict(rating.items)) == (
            house.actors[0].person_id,
            {"heard": 8, "overall": 6},
        )
        for wrong in ({"heard": 11}, {"kind": 3}, {}):
            with pytest.raises(CaseError):
                a.rate_session(session.id, wrong)

    def test_an_ended_session_shows_nothing_and_leaves_a_mark(self, house, joined):
        begun(house, joined)
        reveal(joined)
        joined.service.end_session(joined.case.case_id)
        assert house.a[0].session_now().revealed == ()
        (mark,) = joined.service.read_case(joined.case.case_id).marks
        assert (mark.steps, mark.revealed) == (("consent",), (FACET,))
        with pytest.raises(CaseError):
            reveal(joined)

    def test_the_therapist_runs_the_room_and_speaks_for_nobody(self, house, joined):
        begun(house, joined)
        service, case_id = joined.service, joined.case.case_id
        ada, ben = (actor.person_id for actor in house.actors)
        assert service.case_room(case_id) is None
        assert service.open_case_room(case_id, ada).here == ()
        for partner, _ in (house.a, house.b):
            partner.move_in_room("come")
        room = service.case_room(case_id)
        assert (room.stage, room.speaker, set(room.here)) == ("ready", ada, {ada, ben})
        assert "begin" not in room.moves and "keep" not in room.moves
        assert service.move_in_case_room(case_id, "pause", minutes=20).stage == "paused"
        assert service.move_in_case_room(case_id, "close") is None
        assert house.a[0].room() is None

    # -- homework -----------------------------------------------------------------------
    def test_homework_tells_the_other_nothing_of_who_has_joined_or_left(self, house, practice):
        """It is on no table: whoever has not joined, or has left, observes the same as without a case."""
        a, b = house.a[0], house.b[0]
        for service in (a, b):
            agree(service)
        before = told_to(b)
        join(a, practice)
        practice.service.suggest_homework(practice.case.case_id, "fun_list", "Draw one on Friday.")
        assert len(a.my_case().homework) == 1
        again = house.reach(house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"]))[0]
        again.read_table()
        assert told_to(b) == before
        assert len(a.read_table().events) == 0

    def test_homework_is_put_aside_alone(self, house, joined):
        (a, _ada), (b, _ben) = house.a, house.b
        given = joined.service.suggest_homework(joined.case.case_id, "fun_list", "Draw one on Friday.")
        assert a.my_case().homework == b.my_case().homework == (given,)
        before = joined.service.read_case(joined.case.case_id), told_to(b)
        a.put_homework_aside(given.id)
        assert (a.my_case().homework, b.my_case().homework) == ((), (given,))
        assert (joined.service.read_case(joined.case.case_id), told_to(b)) == before
        joined.service.withdraw_homework(joined.case.case_id, given.id)
        assert b.my_case().homework == ()
