"""The service contract for rights: my data, blocking, parting, leaving, erasing."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, House, answers
from tests.service.table_contract import TABLE_EVENT
from workbook.errors import AccessError, SignInError
from workbook.service.couple import drawer_contents as reading
from workbook.service.desks.roles import PartnerService
from workbook.service.formats.values import Actor, WrongTries
from workbook.sharing import Grain


def read_together(both: tuple[PartnerService, Actor]) -> list[str]:
    """Return the text on the table as a joint sitting reads it."""
    service, _actor = both
    return [event.payload["text"] for event in service.read_table().events]


class RightsContract:
    """Subclasses give the fixture ``house``."""

    @pytest.fixture
    def house(self) -> Iterator[House]:
        raise NotImplementedError

    def test_my_data_is_all_of_ones_own_and_none_of_the_partners(self, house: House) -> None:
        (a, _actor_a), (_, actor_b) = house.a, house.b
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
            service.save_answers(answers(1, instrument="safety"))
            service.add_event("setting", {"name": "week", "value": 2})
            service.decide(INSTRUMENT, OCCASION, Grain.SCORES)
            service.add_table_event(*TABLE_EVENT)
        own = a.my_data()
        assert own["name"] == "Ada"
        assert {row["instrument"] for row in own["answers"]} == {INSTRUMENT}
        assert len(own["answers"]) == len(answers(2))
        assert [row["kind"] for row in own["events"]] == ["setting"]
        assert [row["grain"] for row in own["decisions"]] == ["scores"]
        assert len(own["published"]) == len(own["on_the_table"]) == 1
        assert actor_b.person_id not in str(own) and "Ben" not in str(own)

    def test_wrong_tries_are_told_to_their_owner_alone(self, house: House) -> None:
        a, b = house.a[0], house.b[0]
        for _ in range(2):
            with pytest.raises(SignInError):
                a.erase("not the passphrase")
        assert (a.wrong_tries().in_sitting, a.wrong_tries().outside) == (2, 0)
        assert b.wrong_tries() == WrongTries()

    def test_blocking_hides_the_partners_text_without_their_noticing(self, house: House) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        kind, payload = TABLE_EVENT
        for service, _actor in (house.a, house.b):
            service.add_table_event(kind, payload)
        before, unblocked = b.read_table(), read_together(house.together())
        assert not a.is_blocking()
        a.block_free_text(blocked=True)
        assert a.is_blocking() and not b.is_blocking()
        texts = {event.person_id: event.payload["text"] for event in a.read_table().events}
        assert texts == {actor_a.person_id: payload["text"], actor_b.person_id: ""}
        assert b.read_table() == before
        both = house.together()
        assert read_together(both) == unblocked == ["", ""]  # or the other would learn of it there
        b.add_table_event(kind, payload)
        a.block_free_text(blocked=False)
        assert all(event.payload["text"] for event in a.read_table().events)

    def test_unpairing_closes_the_table_for_both_and_keeps_both_drawers(self, house: House) -> None:
        a, _actor_a = house.a
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
            service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        line = a.add_table_event(*TABLE_EVENT)
        with pytest.raises(SignInError):
            a.unpair("wrong passphrase")
        a.unpair(WORDS["Ada"])
        for service, _actor in (house.a, house.b):
            assert service.couple().is_unpaired
            table = service.read_table()
            assert table.publications == () and table.open_rounds == () and table.events == (line,)
            assert len(service.read_responses()) == len(answers(2))
            with pytest.raises(AccessError):
                service.decide(INSTRUMENT, OCCASION, Grain.SCORES)
            with pytest.raises(AccessError):
                service.add_table_event(*TABLE_EVENT)

    def test_leaving_moves_the_drawer_into_a_new_workbook(self, house: House) -> None:
        (a, _actor_a), (b, _actor_b) = house.a, house.b
        a.save_answers(answers(2))
        code = a.leave(WORDS["Ada"])
        with pytest.raises(AccessError):
            a.read_responses()
        with pytest.raises(SignInError):
            house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
        again, _actor = house.reach(house.local.accounts.sign_in(code, "Ada", WORDS["Ada"]))
        assert len(again.read_responses()) == len(answers(2))
        assert again.couple().is_solo and not again.couple().is_unpaired
        assert [member.name for member in b.couple().members] == ["Ben"] and b.couple().is_unpaired
        house.local.accounts.join(code, "Cleo", "a long passphrase")
        assert not again.couple().is_solo

    def test_erasing_removes_everything_of_one_and_nothing_of_the_partner(self, house: House) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        for service, _actor in (house.a, house.b):
            service.save_answers(answers(2))
            service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
            service.add_table_event(*TABLE_EVENT)
        with pytest.raises(SignInError):
            a.erase("wrong passphrase")
        a.erase(WORDS["Ada"])
        with pytest.raises(AccessError):
            a.couple()
        with pytest.raises(SignInError):
            house.local.accounts.sign_in(house.code, "Ada", WORDS["Ada"])
        assert all(row.payload is None for row in house.store.read(f"drawer/{actor_a.person_id}"))
        table = b.read_table()
        assert table.publications == () and [event.person_id for event in table.events] == [actor_b.person_id]
        assert len(b.read_responses()) == len(answers(2))
        assert [member.name for member in b.couple().members] == ["Ben"]

    def test_private_answers_change_the_order_of_just_for_me_and_nothing_else(self, house: House) -> None:
        service, _actor = house.a
        sections = ["rest", "friends", "talk", "help", "care"]
        usual = service.order_for_me(sections, ["help"])
        assert sorted(usual) == sorted(sections) and service.order_for_me(sections, ["help"]) == usual
        service.save_answers(answers(9, instrument="safety", most=1))
        assert service.order_for_me(sections, ["help"]) == usual, "nothing changes while somebody may look on"
        later = [datetime.now(UTC) + timedelta(weeks=n) for n in range(1, 61)]
        leads = Counter()
        for then in later:
            with mock.patch.object(reading, "this_monday", lambda then=then: then):
                leads[service.order_for_me(sections, ["help"])[0]] += 1
        assert leads["help"] > 30, "it helps"
        assert len(leads) > 1, "and is no proof"

    def test_after_sign_out_every_verb_refuses(self, house: House) -> None:
        service, _actor = house.a
        house.local.sittings.end(house.actors[0].sitting_id)
        for verb in (
            lambda: service.save_answers(answers(1, most=1)),
            service.read_responses,
            service.couple,
            service.read_table,
            lambda: service.withdraw(INSTRUMENT, OCCASION),
            lambda: service.decide(INSTRUMENT, OCCASION, Grain.SCORES),
        ):
            with pytest.raises(AccessError):
                verb()
        house.b[0].couple()
