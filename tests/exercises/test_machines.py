"""Every exercise's rules: whose step it is, what may follow what, and what erasing leaves."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.content.exercise import exercises
from workbook.exercises import (
    MACHINES,
    SHAPES,
    ExerciseError,
    GratitudeMachine,
    NeedsTalkMachine,
    QuestionMachine,
    RequestMachine,
    Step,
    check_step,
    days_in_a_row,
)

ANA, BEN = "p_ana", "p_ben"


class Play:
    """A table on which two people take steps, each checked as the service would."""

    def __init__(self, machine: Any) -> None:
        self.machine = machine
        self.events: list[Step] = []

    def take(self, person: str, kind: str, **payload: Any) -> str:
        step = Step(kind, payload, f"op{len(self.events) + 1}", person)
        check_step(self.events, step)
        self.events.append(step)
        return step.operation_id

    @property
    def state(self) -> Any:
        return self.machine.fold(self.events)


def ask(play: Play, text: str = "Could we eat without phones on Friday?", by: str = ANA) -> str:
    return play.take(by, "request.sent", text=text, need="", is_intimate=False)


def answer(play: Play, by: str, request: str, answer: str, note: str = "", proposal: str = "") -> None:
    play.take(by, "request.answered", request=request, answer=answer, note=note, proposal=proposal)


class TestRequest:
    def test_a_yes_settles_it(self) -> None:
        play = Play(RequestMachine())
        request = ask(play)
        answer(play, BEN, request, "yes", note="Gladly")
        assert play.state[request].stage == "agreed"
        assert play.state[request].closed_by == BEN

    def test_a_no_needs_no_reason_and_ends_it(self) -> None:
        play = Play(RequestMachine())
        request = ask(play)
        answer(play, BEN, request, "no")
        assert play.state[request].stage == "declined"
        with pytest.raises(ExerciseError, match="already settled"):
            answer(play, BEN, request, "yes")

    def test_negotiating_hands_the_turn_over_each_round(self) -> None:
        play = Play(RequestMachine())
        request = ask(play)
        answer(play, BEN, request, "negotiate", proposal="Saturday?")
        assert play.state[request].waits_for(ANA)
        with pytest.raises(ExerciseError, match="waits for your partner"):
            answer(play, BEN, request, "yes")
        answer(play, ANA, request, "negotiate", proposal="Saturday lunch?")
        answer(play, BEN, request, "yes")
        settled = play.state[request]
        assert (settled.wording, settled.n_rounds, settled.stage) == ("Saturday lunch?", 2, "agreed")

    def test_negotiating_needs_a_proposal(self) -> None:
        play = Play(RequestMachine())
        request = ask(play)
        with pytest.raises(ExerciseError, match="what would work for you"):
            answer(play, BEN, request, "negotiate", proposal="  ")

    def test_nobody_answers_their_own_request(self) -> None:
        play = Play(RequestMachine())
        request = ask(play)
        with pytest.raises(ExerciseError, match="not yours"):
            answer(play, ANA, request, "yes")

    def test_either_can_take_a_yes_back_without_a_reason(self) -> None:
        for person in (ANA, BEN):
            play = Play(RequestMachine())
            request = ask(play)
            answer(play, BEN, request, "yes")
            play.take(person, "request.taken_back", request=request)
            assert play.state[request].stage == "taken_back"

    def test_only_the_asker_withdraws(self) -> None:
        play = Play(RequestMachine())
        request = ask(play)
        with pytest.raises(ExerciseError, match="Only the person who asked"):
            play.take(BEN, "request.withdrawn", request=request)
        play.take(ANA, "request.withdrawn", request=request)
        assert play.state[request].stage == "withdrawn"

    def test_an_answer_to_an_erased_request_breaks_no_page(self) -> None:
        play = Play(RequestMachine())
        request = ask(play)
        answer(play, BEN, request, "yes")
        assert RequestMachine().fold(play.events[1:]) == {}


class TestNeedsTalk:
    def said(self) -> tuple[Play, str]:
        play = Play(NeedsTalkMachine())
        return play, play.take(ANA, "needs_talk.said", need="needs.heard", words="I would like to finish.")

    def test_the_whole_road_from_a_need_to_a_request(self) -> None:
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

    def test_no_way_on_before_it_was_understood(self) -> None:
        play, talk = self.said()
        with pytest.raises(ExerciseError, match="once the need was understood"):
            play.take(ANA, "needs_talk.settled", talk=talk, way="later", plan="")


class TestGratitude:
    def test_a_line_lands_by_the_partners_word_only(self) -> None:
        play = Play(GratitudeMachine())
        line = play.take(ANA, "gratitude.written", text="You made tea at six.", day="2026-05-01")
        with pytest.raises(ExerciseError, match="Your partner says"):
            play.take(ANA, "gratitude.landed", line=line)
        play.take(BEN, "gratitude.landed", line=line)
        assert play.state[line].landed

    def test_only_the_writer_takes_a_line_away(self) -> None:
        play = Play(GratitudeMachine())
        line = play.take(ANA, "gratitude.written", text="Tea.", day="2026-05-01")
        with pytest.raises(ExerciseError, match="Only the person who wrote"):
            play.take(BEN, "gratitude.removed", line=line)
        play.take(ANA, "gratitude.removed", line=line)
        assert play.state == {}

    def test_days_in_a_row_survive_a_day_not_yet_written_and_end_at_a_gap(self) -> None:
        play = Play(GratitudeMachine())
        for day in ("2026-05-01", "2026-05-03", "2026-05-04"):
            play.take(ANA, "gratitude.written", text="x", day=day)
        assert days_in_a_row(play.state, ANA, date(2026, 5, 4)) == 2
        assert days_in_a_row(play.state, ANA, date(2026, 5, 5)) == 2
        assert days_in_a_row(play.state, ANA, date(2026, 5, 6)) == 0
        assert days_in_a_row(play.state, BEN, date(2026, 5, 4)) == 0


class TestQuestion:
    def test_a_review_is_complete_when_both_wrote_and_the_next_day_starts_another(self) -> None:
        play = Play(QuestionMachine())
        play.take(ANA, "question.answered", text="Rest.", day="2026-05-01")
        assert not play.state[-1].is_complete
        play.take(BEN, "question.answered", text="Play.", day="2026-05-02")
        assert play.state[-1].is_complete
        play.take(ANA, "question.answered", text="Time.", day="2026-06-01")
        assert [review.number for review in play.state] == [1, 2]
        assert dict(play.state[0].answers) == {ANA: "Rest.", BEN: "Play."}

    def test_the_step_waits_for_both_answers(self) -> None:
        play = Play(QuestionMachine())
        play.take(ANA, "question.answered", text="Rest.", day="2026-05-01")
        with pytest.raises(ExerciseError, match="both written"):
            play.take(ANA, "question.step_chosen", text="Sunday off")
        play.take(BEN, "question.answered", text="Play.", day="2026-05-01")
        play.take(BEN, "question.step_chosen", text="Sunday off")
        assert play.state[-1].step == "Sunday off"


def test_all_problems_of_a_malformed_step_come_at_once() -> None:
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


def test_no_step_of_any_exercise_has_a_place_for_blame() -> None:
    fields = {name for shape in SHAPES.values() for name in shape}
    assert not fields & {"blame", "fault", "guilty", "reason"}


_VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "is_intimate": st.booleans(),
    "answer": st.sampled_from(["yes", "no", "negotiate"]),
    "understood": st.sampled_from(["yes", "not_yet"]),
    "way": st.sampled_from(["request", "elsewhere", "later"]),
    "day": st.sampled_from(["2026-05-01", "2026-05-02"]),
}


@st.composite
def steps(draw: st.DrawFn) -> Step:
    kind = draw(st.sampled_from(sorted(SHAPES)))
    other = st.sampled_from(["op1", "op2", "op3", "words"])
    payload = {name: draw(_VALUES.get(name, other)) for name in SHAPES[kind]}
    return Step(kind, payload, "", draw(st.sampled_from([ANA, BEN])))


@given(st.lists(steps(), max_size=25))
def test_whatever_is_tried_a_checked_table_folds_to_the_same_state(tried: list[Step]) -> None:
    """A step is either refused, leaving the table as it was, or kept and part of the fold."""
    kept: list[Step] = []
    for number, step in enumerate(tried):
        numbered = Step(step.kind, step.payload, f"op{number}", step.person_id)
        machine = next(m for m in MACHINES.values() if step.kind in m.shapes)
        before = machine.fold(kept)
        try:
            reached = machine.check(kept, numbered)
        except ExerciseError:
            assert machine.fold(kept) == before
        else:
            kept.append(numbered)
            assert machine.fold(kept) == reached


def test_a_machine_is_named_as_the_content_it_belongs_to() -> None:
    assert [name for name in MACHINES if name not in exercises()] == []


def test_the_kinds_that_lie_on_tables_stay_for_ever() -> None:
    """A kind that is renamed could no longer be read where it was written."""
    assert {kind for kind in SHAPES if kind.partition(".")[0] in ("gratitude", "question")} == {
        "gratitude.written",
        "gratitude.landed",
        "gratitude.removed",
        "question.answered",
        "question.step_chosen",
    }
    for machine in MACHINES.values():
        assert {machine.kind(kind.partition(".")[2]) for kind in machine.shapes} == set(machine.shapes)
