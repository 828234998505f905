"""Every exercise's rules: whose step it is, what may follow what, and what erasing leaves."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exercises.play import ANA, BEN, Play, answer, ask
from tests.exercises.steps import numbered, steps
from workbook.content import lookup
from workbook.content.exercise import exercises
from workbook.exercises import MACHINES, SHAPES, ExerciseError, Step, check_step, machine_of
from workbook.exercises.request import is_let_rest
from workbook.service.couple.events import without_free_text


class TestRequest:
    def test_a_yes_settles_it(self) -> None:
        play = Play("request")
        request = ask(play)
        answer(play, BEN, request, "yes", note="Gladly")
        assert play.state[request].stage == "agreed"
        assert play.state[request].answered_by == BEN

    def test_a_no_needs_no_reason_and_ends_it(self) -> None:
        play = Play("request")
        request = ask(play)
        answer(play, BEN, request, "no")
        assert play.state[request].stage == "declined"
        with pytest.raises(ExerciseError, match="already settled"):
            answer(play, BEN, request, "yes")

    def test_negotiating_hands_the_turn_over_each_round(self) -> None:
        play = Play("request")
        request = ask(play)
        answer(play, BEN, request, "negotiate", proposal="Saturday?")
        assert play.state[request].waits_for(ANA)
        with pytest.raises(ExerciseError, match="waits for your partner"):
            answer(play, BEN, request, "yes")
        answer(play, ANA, request, "negotiate", proposal="Saturday lunch?")
        answer(play, BEN, request, "yes")
        settled = play.state[request]
        assert (settled.title, settled.n_rounds, settled.stage) == ("Saturday lunch?", 2, "agreed")

    def test_negotiating_needs_a_proposal(self) -> None:
        play = Play("request")
        request = ask(play)
        with pytest.raises(ExerciseError, match="What you propose: this is still empty"):
            answer(play, BEN, request, "negotiate", proposal="  ")

    def test_three_rounds_are_enough_and_then_it_rests(self) -> None:
        play = Play("request")
        request = ask(play)
        for number in range(3):
            answer(play, (BEN, ANA)[number % 2], request, "negotiate", proposal=f"Offer {number}")
        with pytest.raises(ExerciseError, match="Three rounds"):
            answer(play, ANA, request, "negotiate", proposal="One more")
        answer(play, ANA, request, "rest")
        assert play.state[request].stage == "resting"

    @pytest.mark.parametrize("answered", ["no", "rest"])
    def test_after_a_no_the_same_need_rests_two_weeks(self, answered: str) -> None:
        play = Play("request")
        sent = {"text": "A walk?", "need": "needs.heard", "is_intimate": False}
        request = play.take(ANA, "request.sent", **sent)
        play.now = datetime(2026, 5, 1, tzinfo=UTC)
        answer(play, BEN, request, answered)
        play.now += timedelta(days=13)
        with pytest.raises(ExerciseError, match="rests for two weeks"):
            play.take(ANA, "request.sent", **sent)
        play.take(ANA, "request.sent", **sent | {"need": "needs.seen"})
        play.take(BEN, "request.sent", **sent)
        play.now += timedelta(days=1)
        play.take(ANA, "request.sent", **sent)

    def test_whoever_answers_lets_a_need_rest_for_good(self) -> None:
        for mark in ("touch", "rest"):
            play = Play("request")
            request = play.take(ANA, "request.sent", text="A kiss?", need="needs.touched", is_intimate=True)
            said = {"answer": "no", "proposal": "", "note": "", "mark": mark}
            play.take(BEN, "request.answered", request=request, **said)
            assert is_let_rest(play.state.values(), "needs.touched", ANA)
            assert not is_let_rest(play.state.values(), "needs.touched", BEN)

    def test_nobody_answers_their_own_request(self) -> None:
        play = Play("request")
        request = ask(play)
        with pytest.raises(ExerciseError, match="not yours"):
            answer(play, ANA, request, "yes")

    def test_either_can_take_a_yes_back_without_a_reason(self) -> None:
        for person in (ANA, BEN):
            play = Play("request")
            request = ask(play)
            answer(play, BEN, request, "yes")
            play.take(person, "request.taken_back", request=request)
            assert play.state[request].stage == "taken_back"

    def test_only_the_asker_withdraws(self) -> None:
        play = Play("request")
        request = ask(play)
        with pytest.raises(ExerciseError, match="Only the person who asked"):
            play.take(BEN, "request.withdrawn", request=request)
        play.take(ANA, "request.withdrawn", request=request)
        assert play.state[request].stage == "withdrawn"

    def test_an_answer_to_an_erased_request_is_skipped(self) -> None:
        play = Play("request")
        request = ask(play)
        answer(play, BEN, request, "yes")
        assert MACHINES["request"].fold(play.events[1:]) == {}


class TestNeedsTalk:
    def said(self) -> tuple[Play, str]:
        play = Play("needs_talk")
        return play, play.take(ANA, "needs_talk.said", need="needs.heard", words="I would like to finish.")

    def test_a_needs_talk_can_end_in_a_request(self) -> None:
        play, talk = self.said()
        play.take(BEN, "needs_talk.heard", talk=talk, words="You want to finish before I answer.")
        play.take(ANA, "needs_talk.checked", talk=talk, understood="yes", missing="")
        play.take(ANA, "needs_talk.settled", talk=talk, way="request", plan="")
        assert (play.state[talk].stage, play.state[talk].way) == ("settled", "request")

    def test_not_yet_understood_goes_back_to_listening_and_counts_tries(self) -> None:
        play, talk = self.said()
        for _ in range(2):
            play.take(BEN, "needs_talk.heard", talk=talk, words="You are tired.")
            play.take(ANA, "needs_talk.checked", talk=talk, understood="not_yet", missing="the finishing")
        assert play.state[talk].stage == "said"
        assert play.state[talk].n_tries == 2
        assert play.state[talk].waits_for(BEN)

    def test_the_speaker_does_not_listen_to_themselves(self) -> None:
        play, talk = self.said()
        with pytest.raises(ExerciseError, match="The other one"):
            play.take(ANA, "needs_talk.heard", talk=talk, words="x")

    def test_the_listener_does_not_declare_it_understood(self) -> None:
        play, talk = self.said()
        play.take(BEN, "needs_talk.heard", talk=talk, words="x")
        with pytest.raises(ExerciseError, match="Whoever said the need"):
            play.take(BEN, "needs_talk.checked", talk=talk, understood="yes", missing="")

    def test_a_talk_is_not_settled_before_the_need_is_understood(self) -> None:
        play, talk = self.said()
        with pytest.raises(ExerciseError, match="once the need was understood"):
            play.take(ANA, "needs_talk.settled", talk=talk, way="later", plan="")


class TestGratitude:
    def test_only_the_partner_marks_a_line_as_landed(self) -> None:
        play = Play("gratitude_log")
        line = play.take(ANA, "gratitude.written", text="You made tea at six.", day="2026-05-01")
        with pytest.raises(ExerciseError, match="Your partner says"):
            play.take(ANA, "gratitude.landed", line=line)
        play.take(BEN, "gratitude.landed", line=line)
        assert play.state[line].stage == "landed"

    def test_only_the_writer_takes_a_line_away(self) -> None:
        play = Play("gratitude_log")
        line = play.take(ANA, "gratitude.written", text="Tea.", day="2026-05-01")
        with pytest.raises(ExerciseError, match="Only the person who wrote"):
            play.take(BEN, "gratitude.removed", line=line)
        play.take(ANA, "gratitude.removed", line=line)
        assert play.state == {}


class TestOffers:
    def test_whoever_listens_says_what_they_can_offer_and_owes_nothing(self) -> None:
        for offer, words in (("can_offer", "Ten minutes after dinner"), ("not_this", ""), ("not_now", "")):
            play = Play("needs_talk")
            talk = understood(play)
            assert play.state[talk].waits_for(BEN)
            with pytest.raises(ExerciseError, match="listened"):
                play.take(ANA, "needs_talk.offered", talk=talk, offer=offer, words=words)
            play.take(BEN, "needs_talk.offered", talk=talk, offer=offer, words=words)
            assert play.state[talk].waits_for(ANA)
            assert any(told.key == f"told.{offer}" for told in play.state[talk].told(ANA))
            play.take(ANA, "needs_talk.settled", talk=talk, way="later", plan="")
            assert play.state[talk].stage == "settled"

    def test_an_offer_has_words_and_none_is_waited_for(self) -> None:
        """Talks from before have none; and nobody's talk stands still because the other offers nothing."""
        play = Play("needs_talk")
        talk = understood(play)
        with pytest.raises(ExerciseError, match="still empty"):
            play.take(BEN, "needs_talk.offered", talk=talk, offer="can_offer", words=" ")
        play.take(ANA, "needs_talk.settled", talk=talk, way="elsewhere", plan="My sister")
        assert play.state[talk].stage == "settled"

    def test_to_feel_safe_is_not_talked_of_here_and_what_was_said_before_is_read(self) -> None:
        play = Play("needs_talk")
        with pytest.raises(ExerciseError, match="one of those that are offered"):
            play.take(ANA, "needs_talk.said", need="needs.safe", words="I am afraid")
        old = Step("needs_talk.said", {"need": "needs.safe", "words": "Calm"}, "op1", ANA)
        assert play.machine.fold([old])["op1"].need == "needs.safe"


def understood(play: Play) -> str:
    """Return a talk in which Ana feels understood by Ben."""
    talk = play.take(ANA, "needs_talk.said", need="needs.heard", words="I miss our talks")
    play.take(BEN, "needs_talk.heard", talk=talk, words="You miss our talks")
    play.take(ANA, "needs_talk.checked", talk=talk, understood="yes", missing="")
    return talk


TERMS = {
    "what": "One of us cooks", "who": "me", "when": "Tuesdays", "long": "Four weeks", "notice": "We eat at seven",
    "hard": "", "review": "2026-05-20", "need": "needs.considered", "request": "",
}  # fmt: skip


def agreed(play: Play, **other: str) -> str:
    """Return an agreement that Ana proposed and Ben said yes to."""
    found = play.take(ANA, "agreement.proposed", **TERMS | other)
    play.take(BEN, "agreement.answered", agreement=found, answer="yes")
    return found


class TestAgreement:
    def test_nothing_holds_before_both_said_yes(self) -> None:
        play = Play("agreement")
        found = play.take(ANA, "agreement.proposed", **TERMS)
        with pytest.raises(ExerciseError, match="not yours"):
            play.take(ANA, "agreement.answered", agreement=found, answer="yes")
        with pytest.raises(ExerciseError, match="both say yes"):
            play.take(ANA, "agreement.owned", agreement=found, went="kept", cost="", good="")
        play.take(BEN, "agreement.answered", agreement=found, answer="yes")
        assert play.state[found].agreed == play.state[found].terms

    def test_whoever_does_it_says_how_it_went_and_nobody_says_it_of_the_other(self) -> None:
        for who, may in (("me", [ANA]), ("you", [BEN]), ("both", [ANA, BEN])):
            play = Play("agreement")
            found = agreed(play, who=who)
            able = [one for one in (ANA, BEN) if "owned" in play.machine.replies(play.state[found], one)]
            assert able == may
        assert not {"blame", "whose", "fault"} & set(SHAPES["agreement.owned"])
        assert set(SHAPES["agreement.heard"]) == {"agreement", "answer"}, "the other can say no more"

    def test_what_comes_next_ends_all_that_was_said_of_how_it_went(self) -> None:
        for move, more in (
            ("gone_on", {"review": "2026-06-20"}),
            ("changed", {name: TERMS[name] for name in TERMS if name not in ("need", "request")}),
            ("ended", {}),
        ):
            play = Play("agreement")
            found = agreed(play)
            play.take(
                ANA, "agreement.owned", agreement=found, went="broken", cost="Your evening", good="Sunday"
            )
            play.take(BEN, "agreement.heard", agreement=found, answer="not_yet")
            play.take(BEN, "agreement.heard", agreement=found, answer="heard")
            assert play.state[found].waits_for(ANA) and "Your evening" in str(play.state[found].told(BEN))
            play.take(ANA, f"agreement.{move}", agreement=found, **more)
            assert not play.state[found].looks
            assert play.state[found].over == {"op3", "op4", "op5"} == play.machine.over(play.events)
            assert "Your evening" not in str(play.state[found].told(BEN))

    def test_a_change_is_asked_for_in_time_and_what_holds_goes_on_until_both_agree(self) -> None:
        play = Play("agreement")
        found = agreed(play)
        terms = {name: TERMS[name] for name in TERMS if name not in ("need", "request")} | {"when": "Fridays"}
        play.take(BEN, "agreement.changed", agreement=found, **terms)
        assert play.state[found].agreed.when == "Tuesdays" and play.state[found].waits_for(ANA)
        play.take(ANA, "agreement.answered", agreement=found, answer="no")
        assert (play.state[found].agreed.when, play.state[found].stage) == ("Tuesdays", "running")
        play.take(BEN, "agreement.changed", agreement=found, **terms)
        play.take(ANA, "agreement.answered", agreement=found, answer="yes")
        assert play.state[found].agreed.when == "Fridays"

    def test_either_ends_it_at_any_time_without_a_reason(self) -> None:
        for who in (ANA, BEN):
            play = Play("agreement")
            found = agreed(play)
            play.take(who, "agreement.ended", agreement=found)
            assert not play.state[found].is_open
            assert set(SHAPES["agreement.ended"]) == {"agreement"}

    def test_it_is_due_on_its_day(self) -> None:
        play = Play("agreement")
        found = agreed(play)
        due = [play.state[found].is_due(date(2026, 5, day)) for day in (19, 20, 21)]
        assert due == [False, True, True]


class TestBreakdown:
    def test_the_other_agrees_to_the_day_names_another_or_says_not_now(self) -> None:
        named = {"whose": "mine", "need": "needs.heard", "means": "A walk first", "talk_on": "2026-05-03"}
        play = Play("breakdown")
        found = play.take(ANA, "breakdown.named", **named)
        play.take(BEN, "breakdown.other_day", breakdown=found, talk_on="2026-05-05")
        assert play.state[found].waits_for(ANA)
        play.take(ANA, "breakdown.agreed", breakdown=found)
        play.take(BEN, "breakdown.talked", breakdown=found, way="enough")
        assert play.state[found].is_done
        other = play.take(ANA, "breakdown.named", **named)
        play.take(BEN, "breakdown.not_now", breakdown=other)
        assert play.state[other].stage == "rests" and set(SHAPES["breakdown.not_now"]) == {"breakdown"}

    def test_what_is_written_alone_is_no_part_of_what_is_told(self) -> None:
        assert set(SHAPES["breakdown.named"]) == {"whose", "need", "means", "talk_on"}


class TestQuestion:
    def test_a_review_is_complete_when_both_wrote_and_the_next_day_starts_another(self) -> None:
        play = Play("the_question")
        play.take(ANA, "question.answered", text="Rest.", day="2026-05-01")
        assert play.state["1"].is_open
        play.take(BEN, "question.answered", text="Play.", day="2026-05-02")
        assert not play.state["1"].is_open
        play.take(ANA, "question.answered", text="Time.", day="2026-06-01")
        assert list(play.state) == ["1", "2"]
        assert dict(play.state["1"].answers) == {ANA: "Rest.", BEN: "Play."}

    def test_the_step_waits_for_both_answers(self) -> None:
        play = Play("the_question")
        play.take(ANA, "question.answered", text="Rest.", day="2026-05-01")
        with pytest.raises(ExerciseError, match="both written"):
            play.take(ANA, "question.step_chosen", text="Sunday off")
        play.take(BEN, "question.answered", text="Play.", day="2026-05-01")
        play.take(BEN, "question.step_chosen", text="Sunday off")
        assert (play.state["1"].step, play.state["1"].stage) == ("Sunday off", "proposed")

    def test_a_step_is_of_both_once_the_other_says_yes(self) -> None:
        play = Play("the_question")
        for person in (ANA, BEN):
            play.take(person, "question.answered", text="Rest.", day="2026-05-01")
        play.take(BEN, "question.step_chosen", text="Sunday off")
        with pytest.raises(ExerciseError, match="for your partner"):
            play.take(BEN, "question.step_agreed", review="1")
        play.take(ANA, "question.step_chosen", text="Saturday off")
        play.take(BEN, "question.step_agreed", review="1")
        assert (play.state["1"].step, play.state["1"].stage) == ("Saturday off", "chosen")


def test_all_problems_of_a_malformed_step_are_reported_together() -> None:
    step = Step("request.sent", {"text": "", "is_intimate": "perhaps", "extra": 1}, "op", ANA)
    with pytest.raises(ExerciseError) as refusal:
        check_step([], step)
    assert len(refusal.value.problems) == 4  # need missing, extra unknown, text empty, not a flag


@pytest.mark.parametrize("unfit", ["\ud800", "a\x00b", "x" * 401])
def test_text_that_cannot_be_kept_is_refused(unfit: str) -> None:
    with pytest.raises(ExerciseError):
        check_step([], Step("request.sent", {"text": unfit, "need": "", "is_intimate": False}, "op", ANA))


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ExerciseError, match="does not know"):
        check_step([], Step("request.blamed", {}, "op", ANA))


def test_no_exercise_event_has_a_field_for_blame() -> None:
    fields = {name for shape in SHAPES.values() for name in shape}
    assert not fields & {"blame", "fault", "guilty", "reason"}


@given(st.lists(steps(), max_size=25))
def test_check_and_fold_agree_for_any_sequence_of_steps(tried: list[Step]) -> None:
    """A step is either refused, leaving the table as it was, or kept and part of the fold."""
    kept: list[Step] = []
    for step in numbered(tried):
        machine = machine_of(step.kind)
        before = machine.fold(kept)
        try:
            reached = machine.check(kept, step)
        except ExerciseError:
            assert machine.fold(kept) == before
        else:
            kept.append(step)
            assert machine.fold(kept) == reached


def test_an_exercise_has_one_name() -> None:
    """Its content, its module, its place in the list and its words are called the same."""
    for name, machine in MACHINES.items():
        assert name == machine.id
        assert import_module(f"workbook.exercises.{name}").MACHINE is machine
        assert name in exercises()
        assert set(lookup(f"exercises.{name}"))


def test_no_stored_event_kind_is_ever_renamed() -> None:
    """Rows already stored under a renamed kind could no longer be read."""
    assert set(SHAPES) >= {
        "gratitude.written",
        "gratitude.landed",
        "gratitude.removed",
        "needs_talk.said",
        "needs_talk.heard",
        "needs_talk.checked",
        "needs_talk.settled",
        "needs_talk.withdrawn",
        "request.sent",
        "request.answered",
        "request.withdrawn",
        "request.taken_back",
        "question.answered",
        "question.step_chosen",
    }


def test_a_row_older_than_a_field_of_its_move_is_still_read() -> None:
    """A later version may add a field to a move; what lies on tables lacks it."""
    old = {"text": "A walk", "need": ""}  # as if `is_intimate` had come later
    request = MACHINES["request"].fold([Step("request.sent", old, "op1", ANA)])["op1"]
    assert request.is_intimate is False


def test_blocking_the_partners_words_does_not_hide_whose_turn_it_is() -> None:
    """The text of the counter-proposal is hidden from them, but it is still their turn."""
    play = Play("request")
    request = ask(play)
    answer(play, BEN, request, "negotiate", proposal="Saturday?")
    blanked = [
        Step(one.kind, without_free_text(one.kind, one.payload), one.operation_id, one.person_id)
        if one.person_id == BEN
        else one
        for one in play.events
    ]
    assert MACHINES["request"].fold(blanked)[request].waits_for(ANA)
