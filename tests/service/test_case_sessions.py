"""The rules of a session by themselves: random moves, held against a model a page long."""

import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbook.content.practice import PracticeOffer, practice_offer
from workbook.errors import CaseError
from workbook.service.cases import live as rules
from workbook.service.cases.live import Live
from workbook.service.cases.sessions import Sessions

PEOPLE = ("p_a", "p_b")
TOPICS = tuple(
    (f"connection.{name}", "assessment-1") for name in ("listening", "open_talk", "trust", "empathy")
)
OFFER: PracticeOffer = practice_offer()
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def opened(now: datetime = NOON) -> Live:
    return rules.open_live("t_1", "case", "c_1", PEOPLE, now, OFFER)


def row(version: str = "2.0") -> pd.DataFrame:
    return pd.DataFrame({"score": [2.0], "version": [version]})


def shows(live: Live, person_id: str, *topics: tuple[str, str]) -> Live:
    return rules.lay_out(live, person_id, dict.fromkeys(topics, row()), OFFER)


class Model:
    """Who would show what, and what is asked for: what has to be shown follows from it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.covered: set[tuple[str, str]] = set()
        self.offers: set[tuple[str, tuple[str, str]]] = set()
        self.gone: set[tuple[str, tuple[str, str]]] = set()
        self.laid: set[tuple[str, tuple[str, str]]] = set()

    def ask(self, live: Live, _person: str, topic: tuple[str, str]) -> Live:
        may = topic[0] not in OFFER.guarded or {(one, topic) for one in PEOPLE} <= self.offers
        is_full = topic not in self.asked and len(self.asked) >= OFFER.most_reveals
        if not may or is_full:
            with pytest.raises(CaseError):
                rules.ask(live, topic, OFFER)
            return live
        self.asked += [topic] if topic not in self.asked else []
        self.covered.discard(topic)
        return rules.ask(live, topic, OFFER)

    def grant(self, live: Live, person: str, _topic: tuple[str, str]) -> Live:
        self.withdraw(live, person, _topic)
        self.laid |= {(person, one) for one in self.asked if self._may_lay((person, one))}
        return shows(live, person, *TOPICS)

    def _may_lay(self, own: tuple[str, tuple[str, str]]) -> bool:
        is_free = own[1][0] not in OFFER.guarded or own in self.offers
        return is_free and own[1] not in self.covered and own not in self.gone

    def withdraw(self, live: Live, person: str, _topic: tuple[str, str]) -> Live:
        self.laid = {about for about in self.laid if about[0] != person}
        return rules.lay_out(live, person, {}, OFFER)

    def offer(self, live: Live, person: str, topic: tuple[str, str]) -> Live:
        self.offers.add((person, topic))
        self.gone.discard((person, topic))
        return rules.offer_topic(live, person, topic[0])

    def take_back(self, live: Live, person: str, topic: tuple[str, str]) -> Live:
        self.offers.discard((person, topic))
        self.laid.discard((person, topic))
        self.gone.add((person, topic))
        return rules.take_back(live, person, topic[0])

    def cover(self, live: Live, _person: str, topic: tuple[str, str]) -> Live:
        if topic in self.asked:
            self.covered.add(topic)
            self.laid = {about for about in self.laid if about[1] != topic}
        return rules.cover(live, topic[0])

    def shown(self) -> list[tuple[str, str]]:
        return [
            one
            for one in self.asked
            if one not in self.covered and all((who, one) in self.laid for who in PEOPLE)
        ]


@given(st.randoms(use_true_random=False), st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_a_topic_is_shown_just_when_both_lay_it_out_and_nobody_took_it_back(
    chance: random.Random, n_moves: int
) -> None:
    """After every move the session has to show what a model shows that keeps who would show what."""
    live, model = opened(), Model()
    moves = (model.ask, model.ask, model.grant, model.withdraw, model.offer, model.take_back, model.cover)
    for _ in range(n_moves):
        live = chance.choice(moves)(live, chance.choice(PEOPLE), chance.choice(TOPICS))
        assert list(live.shown) == model.shown()
        assert len(live.asked) <= OFFER.most_reveals


def test_a_topic_of_two_versions_of_the_questions_is_not_shown() -> None:
    live = rules.ask(opened(), TOPICS[0], OFFER)
    live = rules.lay_out(live, "p_a", {TOPICS[0]: row("1.0")}, OFFER)
    live = rules.lay_out(live, "p_b", {TOPICS[0]: row("2.0")}, OFFER)
    assert live.shown == ()


def test_the_timer_stands_while_the_session_is_paused() -> None:
    live = rules.set_timer(opened(), 10, NOON, OFFER)
    assert live.timer_until == NOON + timedelta(minutes=10)
    paused = rules.pause(live, NOON + timedelta(minutes=4), paused=True)
    later = rules.pause(paused, NOON + timedelta(minutes=30), paused=False)
    assert later.timer_until == NOON + timedelta(minutes=36)
    assert rules.set_timer(later, 0, NOON, OFFER).timer_until is None


@pytest.mark.parametrize("minutes", [-1, 1.5, True, "10", 10_000])
def test_an_odd_timer_is_refused(minutes: object) -> None:
    with pytest.raises(CaseError):
        rules.set_timer(opened(), minutes, NOON, OFFER)


def test_five_hours_without_anything_and_a_restart_end_it() -> None:
    now = [NOON]
    sessions = Sessions(clock=lambda: now[0])
    sessions.open("case", opened)
    now[0] += timedelta(hours=4, minutes=59)
    sessions.change("case", lambda live, _: rules.come(live, "p_a"))
    now[0] += timedelta(hours=4, minutes=59)
    assert sessions.of_case("case") is not None
    now[0] += timedelta(minutes=2)
    assert sessions.of_case("case") is None
    assert Sessions().of_case("case") is None


def test_pages_hear_of_what_is_shown_and_of_nothing_that_is_not() -> None:
    """What one of two lays out, and takes back unseen, is told to nobody."""
    sessions, heard = Sessions(), []
    sessions.open("case", opened)
    sessions.change("case", lambda live, _: rules.ask(live, TOPICS[0], OFFER))
    sessions.watch("c_1", lambda: heard.append("couple"))
    sessions.watch("t_1", lambda: heard.append("therapist"))
    sessions.settle("case", lambda live, _: shows(live, "p_a", TOPICS[0]))
    sessions.settle("case", lambda live, _: rules.take_back(live, "p_a", TOPICS[0][0]))
    sessions.settle("case", lambda live, _: rules.offer_topic(live, "p_a", TOPICS[0][0]))
    sessions.settle("case", lambda live, _: shows(live, "p_a", TOPICS[0]))
    assert heard == []
    sessions.settle("case", lambda live, _: shows(live, "p_b", TOPICS[0]))
    assert sorted(heard) == ["couple", "therapist"]
    sessions.settle("case", lambda live, _: rules.take_back(live, "p_b", TOPICS[0][0]))
    assert sorted(heard) == ["couple", "couple", "therapist", "therapist"]
