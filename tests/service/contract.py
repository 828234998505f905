"""What the service promises a person, in process and over the socket alike."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, Household, answers
from workbook import frames
from workbook.errors import AccessError, AnswerError, SharingError, SignInError
from workbook.exercises import ExerciseError
from workbook.service.verbs import Answer
from workbook.sharing import Grain

TABLE_EVENT = ("gratitude.written", {"text": "you made tea", "day": "2026-11-20"})


class ServiceContract:
    """Subclasses give the fixture ``house``."""

    @pytest.fixture
    def house(self) -> Iterator[Household]:
        raise NotImplementedError

    # -- answers ----------------------------------------------------------------------
    def test_answers_come_back_the_latest_for_each_item(self, house: Household) -> None:
        service, actor = house.a
        given = answers(1)
        assert service.save_answers(actor, given) == [answer.operation_id for answer in given]
        changed = replace(given[0], operation_id="changed", value=given[0].value + 1)
        declined = replace(given[1], operation_id="declined", value=None, declined=True)
        service.save_answers(actor, [changed, declined])
        responses = service.read_responses(actor)
        frames.check(responses, frames.RESPONSES)
        assert len(responses) == len(given)
        by_item = responses.set_index("item")
        assert by_item.loc[changed.item, "value"] == changed.value
        assert pd.isna(by_item.loc[declined.item, "value"]) and by_item.loc[declined.item, "declined"]
        assert set(responses["person_id"]) == {actor.person_id}
        assert set(responses["couple_id"]) == {actor.couple_id}

    def test_a_retried_answer_never_undoes_a_newer_one(self, house: Household) -> None:
        service, actor = house.a
        old = answers(1, most=1)
        service.save_answers(actor, old)
        service.save_answers(actor, [replace(old[0], operation_id="newer", value=2)])
        assert service.save_answers(actor, old) == [old[0].operation_id]
        assert service.read_responses(actor)["value"].tolist() == [2]

    def test_an_operation_id_used_for_another_answer_is_refused_not_swallowed(self, house: Household) -> None:
        service, actor = house.a
        first = answers(1, most=1)[0]
        service.save_answers(actor, [first])
        other = answers(1, most=2)[1]
        with pytest.raises(AnswerError):
            service.save_answers(actor, [other, replace(first, value=2)])
        assert service.read_responses(actor)["item"].tolist() == [first.item], "and nothing else is kept"
        with pytest.raises(AnswerError):
            service.save_answers(
                actor, [replace(first, operation_id="x"), replace(first, operation_id="x", value=2)]
            )

    def test_bad_answers_are_all_named_at_once_and_nothing_is_kept(self, house: Household) -> None:
        service, actor = house.a
        item = answers(most=1)[0].item
        bad = [
            Answer("ok", OCCASION, item, 1),
            Answer("1", OCCASION, "no.such.item", 1),
            Answer("2", OCCASION, item, 99),
            Answer("3", OCCASION, item, True),
            Answer("4", OCCASION, item, 1.0),  # type: ignore[arg-type]
            Answer("5", "../etc", item, 1),
            Answer("", OCCASION, item, 1),
            Answer("7", OCCASION, item, 1, declined=True),
            Answer("8", OCCASION, "\x00<script>", 1),
        ]
        with pytest.raises(AnswerError) as raised:
            service.save_answers(actor, bad)
        assert len(raised.value.problems) == 8
        assert all("99" not in problem and "\x00" not in problem for problem in raised.value.problems)
        assert service.read_responses(actor).empty

    def test_safety_answers_are_kept_and_never_given_back(self, house: Household) -> None:
        service, actor = house.a
        given = answers(1, instrument="safety")
        assert service.save_answers(actor, given) == [answer.operation_id for answer in given]
        assert service.read_responses(actor).empty
        assert service.read_responses(actor, "safety").empty
        with pytest.raises(SharingError):
            service.decide(actor, "safety", OCCASION, Grain.ANSWERS)

    def test_own_needs_are_answered_once_they_are_in_the_drawer(self, house: Household) -> None:
        service, actor = house.a
        importance = next(a for a in answers(2, instrument="needs") if a.item.endswith(".importance"))
        own = replace(importance, operation_id="own", item="needs.own.k3fz.importance")
        with pytest.raises(AnswerError):
            service.save_answers(actor, [own])
        service.add_event(actor, "own_need", {"id": "needs.own.k3fz", "text": "time to read"})
        service.save_answers(actor, [own])
        assert service.read_responses(actor, "needs")["item"].tolist() == ["needs.own.k3fz.importance"]
        with pytest.raises(AnswerError):
            house.b[0].save_answers(house.b[1], [own])

    # -- drawer events ----------------------------------------------------------------
    def test_events_stay_in_ones_own_drawer_in_order(self, house: Household) -> None:
        service, actor = house.a
        first = service.add_event(actor, "mood", {"value": 4, "moment": "before"}, operation_id="m1")
        service.add_event(actor, "bookmark", {"page": "chapter:connection:1"})
        again = service.add_event(actor, "mood", {"value": 4, "moment": "before"}, operation_id="m1")
        assert again == first
        assert [event.kind for event in service.read_events(actor)] == ["mood", "bookmark"]
        assert service.read_events(actor, ["mood"]) == [first]
        assert house.b[0].read_events(house.b[1]) == []

    @pytest.mark.parametrize(
        ("kind", "payload"),
        [
            ("unheard-of", {}),
            ("mood", {}),
            ("mood", {"value": 9}),
            ("mood", {"value": True}),
            ("mood", {"value": 3, "extra": 1}),
            ("own_need", {"id": "needs.own.x1y2", "text": "a" * 121}),
            ("own_need", {"id": "needs.seen", "text": "no own id"}),
            ("own_need", {"id": "needs.own.x1y2", "text": "bell \x07"}),
            ("own_need", {"id": "needs.own.x1y2", "text": "half \ud83d"}),
            ("free_text", {"field": "weekly.gratitude", "text": "a" * 5_000_000}),
            ("free_text", {"field": "weekly.gratitude", "text": "a" * 281}),
            ("free_text", {"field": "no.such.field", "text": "a"}),
            ("setting", {"name": "deep", "value": [[[]]]}),
            ("setting", {"name": "huge", "value": float("inf")}),
        ],
    )
    def test_a_malformed_event_is_refused_politely_and_the_sitting_lives(
        self, house: Household, kind: str, payload: dict[str, object]
    ) -> None:
        service, actor = house.a
        with pytest.raises(AccessError) as raised:
            service.add_event(actor, kind, payload)
        assert "Traceback" not in str(raised.value)
        assert service.read_events(actor) == []

    def test_emoji_and_every_script_come_back_as_typed(self, house: Household) -> None:
        service, actor = house.a
        text = "Tee 🫖 \u4e66 كتاب é\nzwei Zeilen <b>&"
        service.add_event(actor, "free_text", {"field": "weekly.gratitude", "text": text})
        assert service.read_events(actor)[0].payload["text"] == text

    # -- the couple -------------------------------------------------------------------
    def test_each_knows_the_others_name_and_no_more(self, house: Household) -> None:
        couple = house.a[0].couple(house.a[1])
        assert couple == house.b[0].couple(house.b[1])
        assert [(member.name, member.place) for member in couple.members] == [("Ada", "a"), ("Ben", "b")]
        assert not couple.is_solo and couple.code == house.code

    # -- deciding ---------------------------------------------------------------------
    def test_a_round_opens_at_the_lower_grain_when_both_have_decided(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        a.save_answers(actor_a, answers(1))
        b.save_answers(actor_b, answers(3))
        a.decide(actor_a, INSTRUMENT, OCCASION, Grain.ANSWERS)
        assert a.my_decision(actor_a, INSTRUMENT, OCCASION) is Grain.ANSWERS
        assert a.read_table(actor_a).publications == b.read_table(actor_b).publications == ()
        b.decide(actor_b, INSTRUMENT, OCCASION, Grain.SCORES)
        table = a.read_table(actor_a)
        assert table.open_rounds == ((INSTRUMENT, OCCASION),)
        assert {p.person_id for p in table.publications} == {actor_a.person_id, actor_b.person_id}
        for publication in table.publications:
            assert publication.grain is Grain.SCORES and publication.responses.empty
            frames.check(publication.scores, frames.SCORES)
            assert len(publication.scores) > 0

    def test_nothing_opens_on_nothing_and_a_later_decision_replaces_it(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
        a.decide(actor_a, INSTRUMENT, OCCASION, Grain.ANSWERS)
        a.decide(actor_a, INSTRUMENT, OCCASION, Grain.NOTHING)
        b.decide(actor_b, INSTRUMENT, OCCASION, Grain.ANSWERS)
        assert b.read_table(actor_b).open_rounds == ()
        assert a.my_decision(actor_a, INSTRUMENT, OCCASION) is Grain.NOTHING
        a.decide(actor_a, INSTRUMENT, OCCASION, Grain.SCORES)
        assert [p.grain for p in b.read_table(actor_b).publications] == [Grain.SCORES, Grain.SCORES]

    def test_an_open_round_is_a_frozen_snapshot(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
            service.decide(actor, INSTRUMENT, OCCASION, Grain.ANSWERS)
        before = b.read_table(actor_b).publications
        a.save_answers(actor_a, answers(4))
        after = b.read_table(actor_b).publications
        for one, other in zip(before, after, strict=True):
            pd.testing.assert_frame_equal(one.responses, other.responses)
        with pytest.raises(SharingError):
            a.decide(actor_a, INSTRUMENT, OCCASION, Grain.SCORES)
        a.decide(actor_a, INSTRUMENT, OCCASION, Grain.ANSWERS)  # the same again is harmless

    def test_taking_back_closes_the_round_for_both_and_says_not_who(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
            service.decide(actor, INSTRUMENT, OCCASION, Grain.ANSWERS)
        a.withdraw(actor_a, INSTRUMENT, OCCASION)
        for service, actor in (house.a, house.b):
            table = service.read_table(actor)
            assert table.publications == () and table.open_rounds == ()
            assert service.my_decision(actor, INSTRUMENT, OCCASION) is None
        a.withdraw(actor_a, INSTRUMENT, OCCASION)
        for service, actor in (house.a, house.b):
            service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES)
        assert [p.round for p in b.read_table(actor_b).publications] == [2, 2]

    def test_taking_back_before_it_opens_means_undecided(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
        a.decide(actor_a, INSTRUMENT, OCCASION, Grain.ANSWERS)
        a.withdraw(actor_a, INSTRUMENT, OCCASION)
        assert a.my_decision(actor_a, INSTRUMENT, OCCASION) is None
        b.decide(actor_b, INSTRUMENT, OCCASION, Grain.ANSWERS)
        assert b.read_table(actor_b).open_rounds == ()

    @pytest.mark.parametrize(
        ("instrument", "occasion"), [("unknown", OCCASION), (INSTRUMENT, "assessment-0"), (INSTRUMENT, "x/y")]
    )
    def test_a_decision_about_what_is_not_there_is_refused(
        self, house: Household, instrument: str, occasion: str
    ) -> None:
        service, actor = house.a
        with pytest.raises(SharingError):
            service.decide(actor, instrument, occasion, Grain.SCORES)
        with pytest.raises(SharingError):
            service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES)  # nothing answered yet

    # -- together ---------------------------------------------------------------------
    def test_together_reads_the_table_only_and_decides_with_a_passphrase(self, house: Household) -> None:
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
        service, actor = house.together()
        for refused in (
            lambda: service.save_answers(actor, answers(1, most=1)),
            lambda: service.read_responses(actor),
            lambda: service.read_events(actor),
            lambda: service.my_decision(actor, INSTRUMENT, OCCASION),
            lambda: service.add_event(actor, "mood", {"value": 1}),
            lambda: service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES),
        ):
            with pytest.raises(AccessError):
                refused()
        with pytest.raises(SignInError):
            service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES, passphrase="nobody's passphrase")
        for name in ("Ada", "Ben"):
            assert service.read_table(actor).open_rounds == ()
            service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES, passphrase=WORDS[name])
        assert service.read_table(actor).open_rounds == ((INSTRUMENT, OCCASION),)
        assert house.a[0].my_decision(house.a[1], INSTRUMENT, OCCASION) is Grain.SCORES

    # -- joint events -----------------------------------------------------------------
    def test_a_joint_event_lies_on_the_table_for_both(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        kind, payload = TABLE_EVENT
        event = a.add_table_event(actor_a, kind, payload, operation_id="g1")
        assert a.add_table_event(actor_a, kind, payload, operation_id="g1") == event
        assert b.read_table(actor_b).events == (event,)
        assert event.person_id == actor_a.person_id

    def test_nobody_writes_under_the_others_operation_id(self, house: Household) -> None:
        """Steps name what they answer by operation id: B's words must not stand where A's stood."""
        (a, actor_a), (b, actor_b) = house.a, house.b
        kind, payload = TABLE_EVENT
        event = a.add_table_event(actor_a, kind, payload, operation_id="g1")
        with pytest.raises(AccessError):
            b.add_table_event(actor_b, kind, {**payload, "text": "B was here"}, operation_id="g1")
        assert b.read_table(actor_b).events == (event,)

    def test_a_joint_event_against_the_rules_of_its_exercise_is_refused(self, house: Household) -> None:
        service, actor = house.a
        line = service.add_table_event(actor, *TABLE_EVENT)
        with pytest.raises(ExerciseError):
            service.add_table_event(actor, "gratitude.landed", {"line": line.operation_id})  # one's own line
        with pytest.raises(ExerciseError):
            service.add_table_event(actor, "gratitude.written", {"text": ""})
        with pytest.raises(AccessError):
            service.add_table_event(actor, "mood", {"value": 3})
        assert len(service.read_table(actor).events) == 1

    # -- what happens -----------------------------------------------------------------
    def test_each_hears_of_the_own_drawer_and_of_the_table(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        heard: list[str] = []
        arrived = threading.Event()

        def listen(what: str) -> None:
            heard.append(what)
            arrived.set()

        stop = b.watch(actor_b, listen)
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
        assert arrived.wait(5)
        assert set(heard) == {"drawer"}
        time.sleep(0.3)
        heard.clear()
        arrived.clear()
        a.add_event(actor_a, "mood", {"value": 2})
        a.decide(actor_a, INSTRUMENT, OCCASION, Grain.ANSWERS)
        a.decide(actor_a, INSTRUMENT, OCCASION, Grain.NOTHING)
        a.withdraw(actor_a, INSTRUMENT, OCCASION)
        assert not arrived.wait(0.5), "what A does alone is no news to B"
        a.add_table_event(actor_a, *TABLE_EVENT)
        assert arrived.wait(5) and heard == ["table"]
        stop()

    # -- rights -----------------------------------------------------------------------
    def test_my_data_is_all_of_ones_own_and_nothing_of_the_others(self, house: Household) -> None:
        (a, actor_a), (_, actor_b) = house.a, house.b
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
            service.save_answers(actor, answers(1, instrument="safety"))
            service.add_event(actor, "mood", {"value": 2})
            service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES)
            service.add_table_event(actor, *TABLE_EVENT)
        own = a.my_data(actor_a)
        assert own["name"] == "Ada"
        assert {row["instrument"] for row in own["answers"]} == {INSTRUMENT}
        assert len(own["answers"]) == len(answers(2))
        assert [row["kind"] for row in own["events"]] == ["mood"]
        assert [row["grain"] for row in own["decisions"]] == ["scores"]
        assert len(own["published"]) == len(own["on_the_table"]) == 1
        assert actor_b.person_id not in str(own) and "Ben" not in str(own)

    def test_who_blocks_reads_no_words_of_the_other_who_notices_nothing(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        kind, payload = TABLE_EVENT
        for service, actor in (house.a, house.b):
            service.add_table_event(actor, kind, payload)
        before = b.read_table(actor_b)
        assert not a.is_blocking(actor_a)
        a.block_free_text(actor_a, blocked=True)
        assert a.is_blocking(actor_a) and not b.is_blocking(actor_b)
        texts = {event.person_id: event.payload["text"] for event in a.read_table(actor_a).events}
        assert texts == {actor_a.person_id: payload["text"], actor_b.person_id: ""}
        assert b.read_table(actor_b) == before
        service, actor = house.together()
        assert [event.payload["text"] for event in service.read_table(actor).events] == [payload["text"], ""]
        b.add_table_event(actor_b, kind, payload)
        a.block_free_text(actor_a, blocked=False)
        assert all(event.payload["text"] for event in a.read_table(actor_a).events)

    def test_unpairing_closes_the_table_for_both_and_keeps_both_drawers(self, house: Household) -> None:
        a, actor_a = house.a
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
            service.decide(actor, INSTRUMENT, OCCASION, Grain.ANSWERS)
        line = a.add_table_event(actor_a, *TABLE_EVENT)
        with pytest.raises(SignInError):
            a.unpair(actor_a, "wrong passphrase")
        a.unpair(actor_a, WORDS["Ada"])
        for service, actor in (house.a, house.b):
            assert service.couple(actor).is_unpaired
            table = service.read_table(actor)
            assert table.publications == () and table.open_rounds == () and table.events == (line,)
            assert len(service.read_responses(actor)) == len(answers(2))
            with pytest.raises(AccessError):
                service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES)
            with pytest.raises(AccessError):
                service.add_table_event(actor, *TABLE_EVENT)

    def test_leaving_takes_the_drawer_into_a_workbook_of_ones_own(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        a.save_answers(actor_a, answers(2))
        code = a.leave(actor_a, WORDS["Ada"])
        with pytest.raises(AccessError):
            a.read_responses(actor_a)
        with pytest.raises(SignInError):
            house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
        again, actor = house.reach(house.local.accounts.sign_in(code, "Ada", WORDS["Ada"]))
        assert len(again.read_responses(actor)) == len(answers(2))
        assert again.couple(actor).is_solo and not again.couple(actor).is_unpaired
        assert [member.name for member in b.couple(actor_b).members] == ["Ben"] and b.couple(
            actor_b
        ).is_unpaired
        house.local.accounts.join(code, "Cleo", "a long passphrase")
        assert not again.couple(actor).is_solo

    def test_erasing_leaves_nothing_of_one_and_all_of_the_other(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
            service.decide(actor, INSTRUMENT, OCCASION, Grain.ANSWERS)
            service.add_table_event(actor, *TABLE_EVENT)
        with pytest.raises(SignInError):
            a.erase(actor_a, "wrong passphrase")
        a.erase(actor_a, WORDS["Ada"])
        with pytest.raises(AccessError):
            a.couple(actor_a)
        with pytest.raises(SignInError):
            house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
        assert all(row.payload is None for row in house.store.read(f"drawer/{actor_a.person_id}"))
        table = b.read_table(actor_b)
        assert table.publications == () and [event.person_id for event in table.events] == [actor_b.person_id]
        assert len(b.read_responses(actor_b)) == len(answers(2))
        assert [member.name for member in b.couple(actor_b).members] == ["Ben"]

    def test_private_answers_change_the_order_of_just_for_me_and_nothing_else(self, house: Household) -> None:
        service, actor = house.a
        sections = ["rest", "friends", "talk", "help", "care"]
        usual = service.order_for_me(actor, sections, ["help"])
        assert sorted(usual) == sorted(sections) and service.order_for_me(actor, sections, ["help"]) == usual
        service.save_answers(actor, answers(9, instrument="safety", most=1))
        assert service.order_for_me(actor, sections, ["help"])[0] == "help"

    # -- the end ----------------------------------------------------------------------
    def test_after_sign_out_every_verb_refuses(self, house: Household) -> None:
        service, actor = house.a
        house.local.sittings.end(house.actors[0].sitting_id)
        for verb in (
            lambda: service.save_answers(actor, answers(1, most=1)),
            lambda: service.read_responses(actor),
            lambda: service.couple(actor),
            lambda: service.read_table(actor),
            lambda: service.withdraw(actor, INSTRUMENT, OCCASION),
            lambda: service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES),
        ):
            with pytest.raises(AccessError):
                verb()
        house.b[0].couple(house.b[1])
