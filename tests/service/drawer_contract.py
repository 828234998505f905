"""The service contract for a person's own drawer: answers and events."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

from tests.service.household import OCCASION, House, answers
from workbook import frames
from workbook.content import sentences
from workbook.errors import AccessError, AnswerError, SharingError
from workbook.service.formats.values import Answer
from workbook.sharing import Grain


class DrawerContract:
    """Subclasses give the fixture ``house``."""

    @pytest.fixture
    def house(self) -> Iterator[House]:
        raise NotImplementedError

    def test_the_latest_answer_for_each_item_is_returned(self, house: House) -> None:
        service, actor = house.a
        given = answers(1)
        assert service.save_answers(given) == [answer.operation_id for answer in given]
        changed = replace(given[0], operation_id="changed", value=given[0].value + 1)
        declined = replace(given[1], operation_id="declined", value=None, declined=True)
        service.save_answers([changed, declined])
        responses = service.read_responses()
        frames.check(responses, frames.RESPONSES)
        assert len(responses) == len(given)
        by_item = responses.set_index("item")
        assert by_item.loc[changed.item, "value"] == changed.value
        assert pd.isna(by_item.loc[declined.item, "value"]) and by_item.loc[declined.item, "declined"]
        assert set(responses["person_id"]) == {actor.person_id}
        assert set(responses["couple_id"]) == {actor.couple_id}

    def test_a_retried_answer_never_undoes_a_newer_one(self, house: House) -> None:
        service, _actor = house.a
        old = answers(1, most=1)
        service.save_answers(old)
        service.save_answers([replace(old[0], operation_id="newer", value=2)])
        assert service.save_answers(old) == [old[0].operation_id]
        assert service.read_responses()["value"].tolist() == [2]

    def test_reusing_an_operation_id_for_another_answer_is_refused(self, house: House) -> None:
        service, _actor = house.a
        first = answers(1, most=1)[0]
        service.save_answers([first])
        other = answers(1, most=2)[1]
        with pytest.raises(AnswerError):
            service.save_answers([other, replace(first, value=2)])
        assert service.read_responses()["item"].tolist() == [first.item], "and nothing else is kept"
        with pytest.raises(AnswerError):
            service.save_answers(
                [replace(first, operation_id="x"), replace(first, operation_id="x", value=2)]
            )

    def test_bad_answers_are_all_named_at_once_and_nothing_is_kept(self, house: House) -> None:
        service, _actor = house.a
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
            service.save_answers(bad)
        assert len(sentences(raised.value)) == 8
        assert all("99" not in problem and "\x00" not in problem for problem in sentences(raised.value))
        assert service.read_responses().empty

    def test_safety_answers_are_stored_and_never_returned(self, house: House) -> None:
        service, _actor = house.a
        given = answers(1, instrument="safety")
        assert service.save_answers(given) == [answer.operation_id for answer in given]
        assert service.read_responses().empty
        assert service.read_responses("safety").empty
        with pytest.raises(SharingError):
            service.decide("safety", OCCASION, Grain.ANSWERS)

    def test_an_own_need_can_be_answered_once_it_is_in_the_drawer(self, house: House) -> None:
        service, _actor = house.a
        importance = next(a for a in answers(2, instrument="needs") if a.item.endswith(".importance"))
        own = replace(importance, operation_id="own", item="needs.own.k3fz.importance")
        with pytest.raises(AnswerError):
            service.save_answers([own])
        service.add_event("own_need", {"id": "needs.own.k3fz", "text": "time to read"})
        service.save_answers([own])
        assert service.read_responses("needs")["item"].tolist() == ["needs.own.k3fz.importance"]
        with pytest.raises(AnswerError):
            house.b[0].save_answers([own])

    def test_events_are_kept_in_order_in_the_persons_own_drawer(self, house: House) -> None:
        service, _actor = house.a
        week = {"name": "week", "value": 4}
        first = service.add_event("setting", week, operation_id="m1")
        service.add_event("bookmark", {"page": "chapter:connection.talk:1"})
        again = service.add_event("setting", week, operation_id="m1")
        assert again == first
        assert [event.kind for event in service.read_events()] == ["setting", "bookmark"]
        assert service.read_events(["setting"]) == [first]
        assert house.b[0].read_events() == []

    @pytest.mark.parametrize(
        ("kind", "payload"),
        [
            ("unheard-of", {}),
            ("bookmark", {}),
            ("bookmark", {"page": 9}),
            ("bookmark", {"page": "home", "extra": 1}),
            ("consent", {"text": "consent", "text_hash": "0", "agreed": 1}),
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
    def test_a_malformed_event_is_refused_and_the_sitting_continues(
        self, house: House, kind: str, payload: dict[str, object]
    ) -> None:
        service, _actor = house.a
        with pytest.raises(AccessError) as raised:
            service.add_event(kind, payload)
        assert "Traceback" not in str(raised.value)
        assert service.read_events() == []

    def test_emoji_and_every_script_come_back_as_typed(self, house: House) -> None:
        service, _actor = house.a
        text = "Tee 🫖 \u4e66 كتاب é\nzwei Zeilen <b>&"
        service.add_event("free_text", {"field": "weekly.gratitude", "text": text})
        assert service.read_events()[0].payload["text"] == text
