"""The room's rules: whoever presses what, nobody is cut short, kept, or made to go on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from workbook.exercises import ExerciseError
from workbook.exercises.room import FORGOTTEN_AFTER, PAUSES, SECONDS, Room, make, moves, open_room

ANA, BEN = "ana", "ben"
BOTH = (ANA, BEN)
START = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)
EVERY_MOVE = ("come", "begin", "said", "heard", "again", "pause", "resume", "keep", "close")


def later(**how: float) -> datetime:
    return START + timedelta(**how)


def begun() -> Room:
    """Return a room in Ana's quiet round, which began at `START`."""
    room = make(open_room(BOTH, {ANA}, ANA, START), "come", {BEN}, START)
    assert room is not None
    made = make(room, "begin", {ANA}, START)
    assert made is not None
    return made


def test_it_begins_only_once_both_are_here_and_the_speaker_begins() -> None:
    room = open_room(BOTH, {ANA}, BEN, START)
    assert moves(room, {ANA}, START) == ["close"]
    assert moves(room, {BEN}, START) == ["come", "close"]
    ready = make(room, "come", {BEN}, START)
    assert ready is not None
    assert "begin" in moves(ready, {BEN}, START)
    assert "begin" not in moves(ready, {ANA}, START)


def test_the_listener_ends_no_round_before_its_time_is_over() -> None:
    room = begun()
    just_before = later(seconds=SECONDS["quiet"] - 1)
    assert "said" in moves(room, {ANA}, just_before)
    assert "said" not in moves(room, {BEN}, just_before)
    with pytest.raises(ExerciseError):
        make(room, "said", {BEN}, just_before)
    assert "said" in moves(room, {BEN}, later(seconds=SECONDS["quiet"]))


def test_each_has_a_turn_of_two_rounds_before_anything_is_closed() -> None:
    room, speakers = begun(), []
    for speaker in BOTH:
        speakers.append(room.speaker)
        active = make(room, "said", {speaker}, START)
        assert active is not None and active.stage == "active"
        heard = make(active, "heard", {speaker}, START)
        assert heard is not None
        if speaker == ANA:
            begun_anew = make(heard, "begin", {BEN}, START)
            assert begun_anew is not None
            room = begun_anew
        else:
            room = heard
    assert speakers == [ANA, BEN]
    assert (room.stage, room.turns) == ("last", 2)


@pytest.mark.parametrize("minutes", PAUSES)
def test_after_a_time_out_both_come_back_and_the_round_goes_on_where_it_was(minutes: int) -> None:
    at = later(seconds=70)
    paused = make(begun(), "pause", {BEN}, at, minutes)
    assert paused is not None and paused.until == at + timedelta(minutes=minutes)
    assert moves(paused, {ANA}, paused.until - timedelta(seconds=1)) == ["close"]
    back = make(paused, "resume", {ANA}, paused.until)
    assert back is not None and back.stage == "waiting"
    assert "begin" not in moves(back, {ANA}, paused.until)
    ready = make(back, "come", {BEN}, paused.until)
    assert ready is not None
    on = make(ready, "begin", {ANA}, paused.until)
    assert on is not None
    assert on.seconds_spent(paused.until + timedelta(seconds=10)) == pytest.approx(80)


@pytest.mark.parametrize("minutes", [None, 0, 1, 19, 21, 20.0, "20", True])
def test_a_time_out_has_a_set_length_of_twenty_minutes_or_more(minutes: object) -> None:
    with pytest.raises(ExerciseError, match="20, 30 or 60"):
        make(begun(), "pause", {BEN}, START, minutes)


def test_either_closes_it_at_any_time() -> None:
    for person in BOTH:
        assert make(begun(), "close", {person}, START) is None


def test_a_room_that_nobody_came_back_to_counts_as_left() -> None:
    assert not begun().is_forgotten(START + FORGOTTEN_AFTER)
    assert begun().is_forgotten(START + FORGOTTEN_AFTER + timedelta(seconds=1))


def test_who_begins_is_one_of_the_two() -> None:
    with pytest.raises(ExerciseError, match="Choose which of you two"):
        open_room(BOTH, {ANA}, "somebody", START)


class TwoInARoom(RuleBasedStateMachine):
    """Two people press whatever they like, at any moment; a plain account of what happened judges the room."""

    @initialize(first=st.sampled_from(BOTH), by=st.sampled_from([(ANA,), (BEN,), BOTH]))
    def open(self, first: str, by: tuple[str, ...]) -> None:
        self.now, self.room = START, open_room(BOTH, by, first, START)
        self.came = set(by)
        self.first, self.heard, self.ran, self.running_since = first, 0, 0.0, None
        self.rest_until: datetime | None = None

    @rule(seconds=st.sampled_from([0.2, 5, 60, 170, 181, 241, 1199, 1201, 3601]))
    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(
        move=st.sampled_from(EVERY_MOVE),
        by=st.sampled_from([(ANA,), (BEN,), BOTH]),
        minutes=st.sampled_from([None, 5, 20, 60]),
    )
    def press(self, move: str, by: tuple[str, ...], minutes: int | None) -> None:
        if move == "close":
            assert make(self.room, move, by, self.now) is None
            return
        before, speaker = self.room, self.room.speaker
        try:
            made = make(self.room, move, by, self.now, minutes)
        except ExerciseError:
            assert self.room == before
            assert move not in moves(before, by, self.now) or (move == "pause" and minutes not in PAUSES)
            return
        assert made is not None and move in moves(before, by, self.now)
        self.room = made
        self._account(move, by, speaker, minutes)

    def _account(self, move: str, by: tuple[str, ...], speaker: str, minutes: int | None) -> None:
        spent = self.ran + ((self.now - self.running_since).total_seconds() if self.running_since else 0.0)
        round_ = "quiet" if move == "said" else "active"
        if move in ("said", "heard"):  # only the speaker cuts a round short
            assert speaker in by or spent >= SECONDS[round_] - 1e-6
        if move == "begin":
            assert self.came == set(BOTH) and speaker in by
            self.running_since = self.now
        if move in ("come", "resume"):
            assert self.rest_until is None or self.now >= self.rest_until
            self.came, self.rest_until = self.came | set(by), None
        if move == "pause":
            self.ran, self.running_since, self.came = spent, None, set()
            self.rest_until = self.now + timedelta(minutes=minutes or 0)
        if move == "said":
            self.ran, self.running_since = 0.0, self.now
        if move == "heard":
            self.ran, self.running_since, self.heard = 0.0, None, self.heard + 1

    @invariant()
    def turns_alternate_and_rounds_run_with_both(self) -> None:
        other = BEN if self.first == ANA else ANA
        assert self.room.turns == self.heard
        assert self.room.speaker == (self.first if self.heard % 2 == 0 else other)
        if self.room.round is not None:
            assert self.came == set(BOTH) and self.rest_until is None
        for person in BOTH:  # the way out is always there
            assert "close" in moves(self.room, {person}, self.now)


TestTwoInARoom = TwoInARoom.TestCase
TestTwoInARoom.settings = settings(max_examples=250, stateful_step_count=50, deadline=None)  # 12,500 steps
