"""The rules of exercises in which something stays hidden: what opens when, and what never does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.exercises.play import ANA, BEN, Play
from workbook.exercises import ExerciseError, given_to


def given(play: Play, reader: str, kind: str) -> list[dict[str, Any]]:
    """Return what a reader is given of all steps of one kind."""
    found = zip(play.events, given_to(reader, play.events), strict=True)
    return [dict(payload) for event, payload in found if event.kind == kind]


class TestQuestionJar:
    def test_a_question_is_given_to_nobody_before_it_is_drawn_and_then_without_its_writer(self) -> None:
        play = Play("question_jar")
        slip = play.take(ANA, "question_jar.dropped", text="What do you miss?")
        assert given(play, BEN, "question_jar.dropped") == [{"text": ""}]
        drawn = play.take(BEN, "question_jar.drawn", slip=slip)
        assert given(play, BEN, "question_jar.dropped") == [{"text": ""}], "still nobody's words"
        assert given(play, BEN, "question_jar.drawn") == [{"slip": slip, "question": "What do you miss?"}]
        assert play.state[drawn].title_by == ""

    def test_both_answer_apart_and_either_puts_a_question_aside_without_a_reason(self) -> None:
        play = Play("question_jar")
        slip = play.take(ANA, "question_jar.dropped", text="What do you miss?")
        drawn = play.take(ANA, "question_jar.drawn", slip=slip)
        play.take(ANA, "question_jar.answered", drawn=drawn, text="The sea")
        assert given(play, BEN, "question_jar.answered")[0]["text"] == ""
        play.take(BEN, "question_jar.put_aside", drawn=drawn)
        assert play.state[drawn].stage == "put_aside"
        assert given(play, BEN, "question_jar.answered")[0]["text"] == "", "what was not opened stays shut"

    def test_a_slip_is_drawn_once_and_one_question_lies_there_at_a_time(self) -> None:
        play = Play("question_jar")
        first, second = (play.take(ANA, "question_jar.dropped", text=text) for text in ("What?", "Who?"))
        play.take(BEN, "question_jar.drawn", slip=first)
        with pytest.raises(ExerciseError, match="a question on the table already"):
            play.take(BEN, "question_jar.drawn", slip=second)
        with pytest.raises(ExerciseError, match="already done"):
            play.take(BEN, "question_jar.drawn", slip=first)


class TestFunList:
    def idea(self, play: Play) -> str:
        return play.take(ANA, "fun_list.added", text="Dance", takes="evening", cost="nothing", is_new=True)

    def rate(self, play: Play, person: str, idea: str, how: str) -> None:
        play.take(person, "fun_list.rated", idea=idea, how=how)

    @pytest.mark.parametrize("how", ["yes", "maybe"])
    def test_a_no_is_told_to_nobody_and_looks_like_any_rating_of_anything(self, how: str) -> None:
        play = Play("fun_list")
        idea = self.idea(play)
        self.rate(play, BEN, idea, "no")
        before = given(play, ANA, "fun_list.rated")
        self.rate(play, ANA, idea, how)
        assert before == [{"idea": "", "how": ""}]
        assert given(play, ANA, "fun_list.rated")[0] == {"idea": "", "how": ""}
        assert given(play, BEN, "fun_list.rated")[1] == {"idea": "", "how": ""}
        assert play.state[idea].stage == "rating"

    @pytest.mark.parametrize(
        ("one", "other", "stage"), [("yes", "yes", "both_yes"), ("yes", "maybe", "both_maybe")]
    )
    def test_only_what_both_like_opens_and_can_be_dated(self, one: str, other: str, stage: str) -> None:
        play = Play("fun_list")
        idea = self.idea(play)
        self.rate(play, ANA, idea, one)
        with pytest.raises(ExerciseError):
            play.take(ANA, "fun_list.dated", idea=idea, day="2026-05-01")
        self.rate(play, BEN, idea, other)
        assert play.state[idea].stage == stage
        assert given(play, ANA, "fun_list.rated")[1] == {"idea": idea, "how": other}
        play.take(BEN, "fun_list.dated", idea=idea, day="2026-05-01")
        assert play.state[idea].stage == "dated"

    def test_whoever_changes_their_mind_takes_it_off_what_both_like(self) -> None:
        play = Play("fun_list")
        idea = self.idea(play)
        self.rate(play, ANA, idea, "yes")
        self.rate(play, BEN, idea, "yes")
        self.rate(play, BEN, idea, "no")
        assert play.state[idea].stage == "rating"
        assert given(play, ANA, "fun_list.rated")[2] == {"idea": idea, "how": ""}


class TestCuriosityUpdate:
    def test_nothing_is_guessed_at_that_was_not_opened_and_guesses_open_together(self) -> None:
        play = Play("curiosity_update")
        update = play.take(ANA, "curiosity_update.opened", topic="dream")
        with pytest.raises(ExerciseError, match="already done"):
            play.take(BEN, "curiosity_update.guessed", update=update, guess="A garden", sure=2)
        play.take(BEN, "curiosity_update.opened_too", update=update, topic="worry")
        play.take(BEN, "curiosity_update.guessed", update=update, guess="A garden", sure=2)
        assert given(play, ANA, "curiosity_update.guessed") == [{"update": update, "guess": "", "sure": None}]
        play.take(ANA, "curiosity_update.guessed", update=update, guess="Work", sure=1)
        assert given(play, ANA, "curiosity_update.guessed")[0]["guess"] == "A garden"

    def test_there_is_no_score(self) -> None:
        play = Play("curiosity_update")
        update = play.take(ANA, "curiosity_update.opened", topic="dream")
        play.take(BEN, "curiosity_update.opened_too", update=update, topic="worry")
        for person in (ANA, BEN):
            play.take(person, "curiosity_update.guessed", update=update, guess="x", sure=3)
        for person in (ANA, BEN):
            play.take(
                person, "curiosity_update.answered", update=update, close="not_now", words="Rather this"
            )
        told = play.state[update].told(ANA)
        assert play.state[update].stage == "both_told"
        assert not [one for one in told if one.text and any(sign.isdigit() for sign in one.text)]


class TestStepMoreOpen:
    def say(self, play: Play, person: str, today: str = "ready", step: int | None = 1) -> str:
        return play.take(person, "step_more_open.said_today", today=today, step=step)

    def one_time(self, play: Play, felt: str, step: int = 1) -> None:
        time = self.say(play, ANA, step=step)
        self.say(play, BEN, step=1)
        for person in (ANA, BEN):
            play.take(person, "step_more_open.shared", time=time, words="A joy")
        for person in (ANA, BEN):
            play.take(person, "step_more_open.received", time=time, touched="Your smile", more="enough")
        play.take(ANA, "step_more_open.felt", time=time, felt=felt)

    def test_the_step_is_told_to_nobody_and_who_said_not_today_neither(self) -> None:
        play = Play("step_more_open")
        time = self.say(play, ANA, "not_today", None)
        self.say(play, BEN, "ready", 3)
        assert play.state[time].stage == "another_day"
        assert given(play, ANA, "step_more_open.said_today")[1] == {"today": "", "step": None}
        assert given(play, BEN, "step_more_open.said_today")[0] == {"today": "", "step": None}

    def test_both_ready_opens_that_and_still_not_the_step(self) -> None:
        play = Play("step_more_open")
        time = self.say(play, ANA, step=2)
        with pytest.raises(ExerciseError):
            play.take(ANA, "step_more_open.shared", time=time, words="A joy")
        self.say(play, BEN, step=4)
        assert given(play, ANA, "step_more_open.said_today")[1] == {"today": "ready", "step": None}
        play.take(ANA, "step_more_open.shared", time=time, words="A joy")

    def test_stopping_before_both_said_it_opens_nothing(self) -> None:
        play = Play("step_more_open")
        time = self.say(play, ANA)
        play.take(BEN, "step_more_open.enough", time=time)
        assert given(play, BEN, "step_more_open.said_today")[0] == {"today": "", "step": None}

    def test_the_steepest_steps_open_once_two_small_ones_went_well(self) -> None:
        play = Play("step_more_open")
        self.one_time(play, "well")
        with pytest.raises(ExerciseError, match="two small ones went well"):
            self.say(play, ANA, step=7)
        self.one_time(play, "well", step=4)
        self.say(play, ANA, step=8)

    def test_after_a_time_that_was_not_good_one_begins_small_again_and_the_other_is_not_told(self) -> None:
        play = Play("step_more_open")
        self.one_time(play, "badly")
        assert given(play, BEN, "step_more_open.felt")[0]["felt"] == ""
        with pytest.raises(ExerciseError, match="two smallest steps"):
            self.say(play, ANA, step=3)
        self.say(play, BEN, step=3)


class TestStories:
    def test_each_writes_apart_and_no_move_corrects_the_others_memory(self) -> None:
        play = Play("how_we_met")
        story = play.take(ANA, "how_we_met.written", about="how_we_met", text="It rained.")
        assert given(play, BEN, "how_we_met.written")[0] == {"about": "how_we_met", "text": ""}
        play.take(BEN, "how_we_met.written", about="how_we_met", text="The sun shone.")
        assert given(play, BEN, "how_we_met.written")[0]["text"] == "It rained."
        assert play.machine.replies(play.state[story], BEN) == ["touched"]

    def test_expectations_open_together_and_so_do_the_marks(self) -> None:
        play = Play("what_we_expect")
        one = play.take(ANA, "what_we_expect.written", topic="money", text="I would like to talk first.")
        assert given(play, BEN, "what_we_expect.written")[0]["text"] == ""
        play.take(BEN, "what_we_expect.written", topic="money", text="I would like some of my own.")
        play.take(ANA, "what_we_expect.marked", expectation=one, mark="talk")
        assert given(play, BEN, "what_we_expect.marked")[0]["mark"] == ""
        play.take(BEN, "what_we_expect.marked", expectation=one, mark="different_and_fine")
        assert given(play, BEN, "what_we_expect.marked")[0]["mark"] == "talk"
        assert play.state[one].stage == "marked"


class TestTwentyMinutes:
    def test_a_day_without_the_other_passes_and_nothing_waits_for_it(self) -> None:
        play = Play("twenty_minutes")
        play.take(ANA, "twenty_minutes.answered", text="Tea", day="2026-05-01")
        play.take(BEN, "twenty_minutes.answered", text="Rain", day="2026-05-03")
        assert play.state["2026-05-01"].stage == "passed"
        assert not play.state["2026-05-01"].waits_for(BEN)
        assert given(play, BEN, "twenty_minutes.answered")[0]["text"] == "", "it stays with whoever wrote it"

    def test_it_opens_once_both_have_answered(self) -> None:
        play = Play("twenty_minutes")
        play.take(ANA, "twenty_minutes.answered", text="Tea", day="2026-05-01")
        assert given(play, BEN, "twenty_minutes.answered")[0]["text"] == ""
        play.take(BEN, "twenty_minutes.answered", text="Rain", day="2026-05-01")
        assert given(play, BEN, "twenty_minutes.answered")[0]["text"] == "Tea"

    def test_nothing_counts_days(self) -> None:
        fields = {name for shape in Play("twenty_minutes").machine.shapes.values() for name in shape}
        assert fields == {"text", "day"}


class TestWeeklyTalk:
    def want(self, play: Play, person: str, deck: str = "past_relationships", answer: str = "yes") -> None:
        decks = {"memories": "no", "past_relationships": "no", deck: answer}
        play.take(person, "weekly_talk.wanted", **decks)

    def plan(self, play: Play, deck: str) -> str:
        return play.take(ANA, "weekly_talk.planned", deck=deck, place="walk", day="2026-05-01")

    @pytest.mark.parametrize("bens", ["yes", "no", None])
    def test_a_wish_for_a_deck_is_told_only_where_both_have_it(self, bens: str | None) -> None:
        play = Play("weekly_talk")
        self.want(play, ANA)
        if bens:
            self.want(play, BEN, answer=bens)
        (anas, *_) = given(play, BEN, "weekly_talk.wanted")
        assert anas == {"memories": "", "past_relationships": "yes" if bens == "yes" else ""}
        if bens == "yes":
            self.plan(play, "past_relationships")
        else:
            with pytest.raises(ExerciseError, match="once both of you want it"):
                self.plan(play, "past_relationships")

    def test_either_closes_a_deck_again(self) -> None:
        play = Play("weekly_talk")
        self.want(play, ANA)
        self.want(play, BEN)
        self.want(play, ANA, answer="no")
        with pytest.raises(ExerciseError, match="once both of you want it"):
            self.plan(play, "past_relationships")

    def test_another_day_hands_the_turn_over(self) -> None:
        play = Play("weekly_talk")
        talk = self.plan(play, "values")
        play.take(BEN, "weekly_talk.answered", talk=talk, answer="another", day="2026-05-02")
        assert play.state[talk].waits_for(ANA)
        play.take(ANA, "weekly_talk.answered", talk=talk, answer="yes", day="")
        for person in (ANA, BEN):
            play.take(person, "weekly_talk.looked_back", talk=talk, new="Your grandmother", parked="")
        assert play.state[talk].stage == "had"


class TestLettingGo:
    def test_how_the_week_was_is_given_to_nobody_else(self) -> None:
        play = Play("letting_go")
        habit = play.take(ANA, "letting_go.chosen", habit="being_right", what="The dishes")
        play.take(ANA, "letting_go.looked_back", habit_id=habit, how="swallowed")
        assert given(play, BEN, "letting_go.looked_back")[0]["how"] == ""
        assert [one.key for one in play.state[habit].told(BEN)] == ["told.being_right"]

    def test_the_other_has_no_move_in_it(self) -> None:
        play = Play("letting_go")
        habit = play.take(ANA, "letting_go.chosen", habit="being_right", what="The dishes")
        assert play.machine.replies(play.state[habit], BEN) == []


class TestOurPlan:
    def test_a_day_takes_both_and_how_it_was_opens_once_both_have_said_it(self) -> None:
        play, moment = Play("our_plan"), datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")
        step = play.take(ANA, "our_plan.planned", what="A walk", at=moment, exercise="")
        with pytest.raises(ExerciseError):
            play.take(ANA, "our_plan.joined", step=step)
        play.take(BEN, "our_plan.joined", step=step)
        play.take(ANA, "our_plan.looked_back", step=step, went="not_done", felt="hard")
        (hidden,) = given(play, BEN, "our_plan.looked_back")
        assert "not_done" not in hidden.values() and "hard" not in hidden.values()
        play.take(BEN, "our_plan.looked_back", step=step, went="done", felt="good")
        assert [one["went"] for one in given(play, BEN, "our_plan.looked_back")] == ["not_done", "done"]
