"""The rules of exercises that go to and fro: whose word counts, what cannot be said, what takes two."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.exercises.play import ANA, BEN, Play
from workbook.exercises import MACHINES, ExerciseError
from workbook.shapes import Text


def in_days(days: int) -> str:
    return str(datetime.now(UTC).date() + timedelta(days=days))


class TestNewTraditions:
    def custom(self, play: Play) -> str:
        custom = play.take(
            ANA,
            "new_traditions.proposed",
            sort="custom",
            what="Tea",
            rhythm="day",
            day="2026-05-01",
            skipped_when="",
        )
        play.take(BEN, "new_traditions.answered", custom=custom, answer="yes")
        return custom

    def test_after_three_times_both_are_asked_to_look_back(self) -> None:
        play = Play("new_traditions")
        custom = self.custom(play)
        for _ in range(3):
            assert not play.state[custom].waits_for(BEN)
            play.take(BEN, "new_traditions.took_place", custom=custom)
        assert play.state[custom].waits_for(ANA) and play.state[custom].waits_for(BEN)

    def test_one_alone_lets_it_rest_and_a_change_takes_the_others_yes(self) -> None:
        play = Play("new_traditions")
        custom = self.custom(play)
        for _ in range(3):
            play.take(BEN, "new_traditions.took_place", custom=custom)
        play.take(BEN, "new_traditions.looked_back", custom=custom, from_now="change", changed="Cocoa")
        assert (play.state[custom].stage, play.state[custom].title) == ("proposed", "Cocoa")
        with pytest.raises(ExerciseError):
            play.take(BEN, "new_traditions.answered", custom=custom, answer="yes")
        play.take(ANA, "new_traditions.answered", custom=custom, answer="yes")
        play.take(BEN, "new_traditions.let_go", custom=custom)
        assert play.state[custom].stage == "let_go"


class TestTechOff:
    def test_nothing_is_proposed_before_each_named_what_pulls_oneself(self) -> None:
        play = Play("tech_off")
        time = play.take(ANA, "tech_off.begun", pull="News")
        wanted = {"time": time, "when": "Dinner", "rest": "Shelf", "exceptions": "", "day": "2026-05-01"}
        with pytest.raises(ExerciseError):
            play.take(ANA, "tech_off.proposed", **wanted)
        play.take(BEN, "tech_off.joined", time=time, pull="Games")
        play.take(ANA, "tech_off.proposed", **wanted)
        with pytest.raises(ExerciseError):
            play.take(ANA, "tech_off.answered", time=time, answer="yes")
        play.take(BEN, "tech_off.answered", time=time, answer="yes")
        assert play.state[time].stage == "running"

    def test_what_was_not_wanted_leaves_the_table_without_a_no(self) -> None:
        play = Play("tech_off")
        time = play.take(ANA, "tech_off.begun", pull="News")
        play.take(BEN, "tech_off.joined", time=time, pull="Games")
        play.take(
            ANA, "tech_off.proposed", time=time, when="Bed", rest="Hall", exceptions="", day="2026-05-01"
        )
        play.take(BEN, "tech_off.answered", time=time, answer="another")
        assert play.state[time].stage == "both_named"
        assert [told.key for told in play.state[time].told(ANA)] == ["told.pull", "told.pull"]


class TestSupportPlan:
    def test_a_plan_is_written_anew_by_whom_it_is_about_and_answered_again(self) -> None:
        play = Play("support_plan")
        cards = dict.fromkeys(("helps_not", "in_a_crisis", "others", "sign_word"), "")
        plan = play.take(ANA, "support_plan.written", signs="Quiet", helps="Tea", **cards)
        play.take(BEN, "support_plan.answered", plan=plan, can="Tea, each evening")
        with pytest.raises(ExerciseError):
            play.take(BEN, "support_plan.renewed", plan=plan, signs="Loud", helps="Jokes", **cards)
        play.take(ANA, "support_plan.renewed", plan=plan, signs="Quiet", helps="A walk", **cards)
        assert play.state[plan].can == "" and play.state[plan].waits_for(BEN)


class TestSharedDream:
    def test_a_project_comes_after_both_dreams_and_is_nothing_without_the_others_yes(self) -> None:
        play = Play("shared_dream")
        dreams = play.take(ANA, "shared_dream.began", dream="Grow things", gives="")
        project = {"dreams": dreams, "project": "A long table", "step": "Ask", "limit": "", "way_out": ""}
        with pytest.raises(ExerciseError):
            play.take(ANA, "shared_dream.proposed", **project, day=in_days(3))
        play.take(BEN, "shared_dream.joined", dreams=dreams, dream="Guests", gives="")
        play.take(ANA, "shared_dream.proposed", **project, day=in_days(3))
        play.take(BEN, "shared_dream.answered", dreams=dreams, answer="another")
        assert (play.state[dreams].stage, play.state[dreams].project) == ("both_told", "")

    def test_the_first_step_comes_within_a_week(self) -> None:
        play = Play("shared_dream")
        dreams = play.take(ANA, "shared_dream.began", dream="Grow things", gives="")
        play.take(BEN, "shared_dream.joined", dreams=dreams, dream="Guests", gives="")
        with pytest.raises(ExerciseError, match="too far ahead"):
            play.take(
                ANA, "shared_dream.proposed", dreams=dreams, project="A long table", step="Ask", limit="",
                way_out="", day=in_days(10),
            )  # fmt: skip


class TestTryWhatYouLove:
    def test_the_guest_may_refuse_and_the_host_has_no_word_about_the_guest(self) -> None:
        play = Play("try_what_you_love")
        taste = play.take(ANA, "try_what_you_love.invited", what="A song", minutes="20", day="2026-05-01")
        with pytest.raises(ExerciseError):
            play.take(ANA, "try_what_you_love.answered", taste=taste, answer="yes")
        play.take(BEN, "try_what_you_love.answered", taste=taste, answer="another")
        assert play.state[taste].waits_for(ANA)
        play.take(
            ANA, "try_what_you_love.invited_anew", taste=taste, what="Bread", minutes="10", day="2026-05-01"
        )
        play.take(BEN, "try_what_you_love.answered", taste=taste, answer="no")
        assert play.state[taste].stage == "declined"
        shapes = MACHINES["try_what_you_love"].shapes
        of_guest = {"try_what_you_love.tasted", "try_what_you_love.answered"}
        typed = {
            kind for kind, shape in shapes.items() if any(isinstance(one, Text) for one in shape.values())
        }
        assert typed - of_guest == {"try_what_you_love.invited", "try_what_you_love.invited_anew"}


class TestHereForYou:
    def test_there_is_no_place_for_advice_before_ideas_were_asked_for(self) -> None:
        play = Play("here_for_you")
        telling = play.take(ANA, "here_for_you.said", words="My father did not know my name.")
        with pytest.raises(ExerciseError):
            play.take(BEN, "here_for_you.answered", telling=telling, answer="here", ideas="")
        play.take(BEN, "here_for_you.received", telling=telling, feeling="Sad", makes_sense="He is yours")
        play.take(ANA, "here_for_you.asked", telling=telling, helps="hug")
        with pytest.raises(ExerciseError, match="did not ask for ideas"):
            play.take(BEN, "here_for_you.answered", telling=telling, answer="here", ideas="Call the doctor")
        play.take(BEN, "here_for_you.answered", telling=telling, answer="not_now", ideas="")
        assert play.state[telling].stage == "not_now", "a hug is asked for, and may wait"


class TestSmallGestures:
    def test_touch_takes_a_yes_of_its_own_each_time(self) -> None:
        play = Play("small_gestures")
        gesture = play.take(ANA, "small_gestures.listed", text="A hug at the door", is_touch=True)
        for _ in range(2):
            play.take(BEN, "small_gestures.asked", gesture=gesture)
            with pytest.raises(ExerciseError):
                play.take(BEN, "small_gestures.answered", gesture=gesture, answer="yes")
            play.take(ANA, "small_gestures.answered", gesture=gesture, answer="yes")
            play.take(ANA, "small_gestures.noticed", gesture=gesture, day="2026-05-01")
        play.take(BEN, "small_gestures.asked", gesture=gesture)
        play.take(ANA, "small_gestures.answered", gesture=gesture, answer="no")
        assert play.state[gesture].stage == "listed", "a no leaves no mark on the list"

    def test_nothing_tells_how_often_it_was_noticed(self) -> None:
        play = Play("small_gestures")
        gesture = play.take(ANA, "small_gestures.listed", text="My cup put out", is_touch=False)
        play.take(ANA, "small_gestures.noticed", gesture=gesture, day="2026-05-01")
        once = play.state[gesture]
        play.take(ANA, "small_gestures.noticed", gesture=gesture, day="2026-05-01")
        assert play.state[gesture] == once


class TestTalkAboutFear:
    def test_the_listener_says_it_back_and_has_no_field_for_a_promise_or_a_proof(self) -> None:
        play = Play("talk_about_fear")
        fear = play.take(ANA, "talk_about_fear.said", which="losing_you", words="That you go")
        assert play.machine.replies(play.state[fear], BEN) == ["heard"]
        assert set(play.machine.shapes["talk_about_fear.heard"]) == {"fear", "heard"}

    def test_whoever_said_it_takes_it_off_the_table_at_any_time(self) -> None:
        play = Play("talk_about_fear")
        fear = play.take(ANA, "talk_about_fear.said", which="losing_you", words="That you go")
        play.take(BEN, "talk_about_fear.heard", fear=fear, heard="You are afraid")
        with pytest.raises(ExerciseError):
            play.take(BEN, "talk_about_fear.removed", fear=fear)
        play.take(ANA, "talk_about_fear.removed", fear=fear)
        assert play.state == {}


class TestGoodNews:
    def test_a_question_comes_first_and_joy_after_more_was_told(self) -> None:
        play = Play("good_news")
        news = play.take(ANA, "good_news.shared", news="They took my photo.")
        with pytest.raises(ExerciseError):
            play.take(BEN, "good_news.enjoyed", news_id=news, glad="Nice")
        play.take(BEN, "good_news.asked", news_id=news, question="Which one?")
        with pytest.raises(ExerciseError):
            play.take(BEN, "good_news.enjoyed", news_id=news, glad="Nice")
        play.take(ANA, "good_news.more_told", news_id=news, more="The one with the boat")
        play.take(BEN, "good_news.enjoyed", news_id=news, glad="You kept at it")
        assert play.state[news].is_done


class TestReadingEachOther:
    def test_only_whose_sign_it_is_says_what_it_means_and_no_guess_is_kept_as_right(self) -> None:
        play = Play("reading_each_other")
        sign = play.take(ANA, "reading_each_other.shown", sort="silence", words="At the window")
        play.take(BEN, "reading_each_other.guessed", sign=sign, guess="angry")
        with pytest.raises(ExerciseError):
            play.take(BEN, "reading_each_other.explained", sign=sign, feeling="angry", means="", wish="")
        play.take(ANA, "reading_each_other.explained", sign=sign, feeling="tired", means="", wish="")
        assert "guessed.guess.angry" not in [told.key for told in play.state[sign].told(BEN)]


class TestNotAParent:
    def test_the_word_of_whom_it_is_done_for_counts_and_may_change(self) -> None:
        play = Play("not_a_parent")
        care = play.take(ANA, "not_a_parent.named", what="I remind you of the dentist.")
        with pytest.raises(ExerciseError):
            play.take(ANA, "not_a_parent.answered", care=care, how="welcome", wish="")
        play.take(BEN, "not_a_parent.answered", care=care, how="mine", wish="")
        play.take(ANA, "not_a_parent.heard", care=care)
        play.take(BEN, "not_a_parent.changed_mind", care=care)
        assert play.state[care].waits_for(BEN)


class TestLittleTime:
    def test_ten_minutes_that_come_to_nothing_leave_the_list(self) -> None:
        play = Play("little_time")
        ten = play.take(ANA, "little_time.offered", form="good_news", when="nap", day="2026-05-01")
        play.take(BEN, "little_time.answered", ten=ten, answer="another", when="by_call", day="")
        assert play.state[ten].waits_for(ANA)
        play.take(ANA, "little_time.let_go", ten=ten)
        assert play.state == {}


class TestBackingADream:
    def test_the_dream_stays_its_owners(self) -> None:
        play = Play("backing_a_dream")
        dream = play.take(ANA, "backing_a_dream.shared", dream="To sing on a stage")
        with pytest.raises(ExerciseError):
            play.take(BEN, "backing_a_dream.offered", dream_id=dream, offer="Tuesdays", in_return="")
        play.take(BEN, "backing_a_dream.asked", dream_id=dream, question="Where?")
        play.take(ANA, "backing_a_dream.answered", dream_id=dream, more="At the harbour")
        play.take(BEN, "backing_a_dream.offered", dream_id=dream, offer="Tuesdays", in_return="Sundays")
        with pytest.raises(ExerciseError):
            play.take(BEN, "backing_a_dream.chosen", dream_id=dream, answer="yes")
        play.take(ANA, "backing_a_dream.chosen", dream_id=dream, answer="another")
        assert (play.state[dream].offer, play.state[dream].title) == ("", "To sing on a stage")


class TestForgiving:
    def test_no_move_says_that_somebody_forgave_and_nobody_is_waited_for(self) -> None:
        play = Play("forgiving")
        words = dict.fromkeys(("what", "cost", "repair", "change"), "x")
        amends = play.take(ANA, "forgiving.owned", **words)
        assert not play.state[amends].waits_for(BEN)
        assert play.machine.replies(play.state[amends], BEN) == ["answered"]
        answers = play.machine.shapes["forgiving.answered"]["answer"]
        assert getattr(answers, "options", ()) == ("heard", "not_yet")


class TestRoomForMe:
    def test_what_is_told_asks_for_no_yes(self) -> None:
        play = Play("room_for_me")
        room = play.take(ANA, "room_for_me.shared", mine="The choir", when="", remind="")
        assert play.machine.replies(play.state[room], BEN) == ["noted"]
        assert set(play.machine.shapes["room_for_me.noted"]) == {"room"}


class TestPatienceAndHelp:
    def test_each_looks_back_on_their_own_sign_alone(self) -> None:
        play = Play("patience_and_help")
        sign = play.take(ANA, "patience_and_help.pictured", sign="We laugh", day="2026-06-01")
        with pytest.raises(ExerciseError):
            play.take(BEN, "patience_and_help.looked_back", sign=sign, how="not_yet", next="")
        play.take(ANA, "patience_and_help.looked_back", sign=sign, how="a_little", next="")
        assert play.state[sign].is_done
