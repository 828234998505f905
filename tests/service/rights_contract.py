"""What the service promises about rights: my data, blocking, parting, leaving, erasing."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest

from tests.service.household import INSTRUMENT, OCCASION, WORDS, Household, answers
from tests.service.table_contract import TABLE_EVENT
from workbook.errors import AccessError, SignInError
from workbook.service import reading
from workbook.service.verbs import Actor, Service
from workbook.sharing import Grain


def read_together(both: tuple[Service, Actor]) -> list[str]:
    """The words that stand on the table where both sit at one device."""
    service, actor = both
    return [event.payload["text"] for event in service.read_table(actor).events]


class RightsContract:
    """Subclasses give the fixture ``house``."""

    @pytest.fixture
    def house(self) -> Iterator[Household]:
        raise NotImplementedError

    def test_my_data_is_all_of_ones_own_and_nothing_of_the_others(self, house: Household) -> None:
        (a, actor_a), (_, actor_b) = house.a, house.b
        for service, actor in (house.a, house.b):
            service.save_answers(actor, answers(2))
            service.save_answers(actor, answers(1, instrument="safety"))
            service.add_event(actor, "setting", {"name": "week", "value": 2})
            service.decide(actor, INSTRUMENT, OCCASION, Grain.SCORES)
            service.add_table_event(actor, *TABLE_EVENT)
        own = a.my_data(actor_a)
        assert own["name"] == "Ada"
        assert {row["instrument"] for row in own["answers"]} == {INSTRUMENT}
        assert len(own["answers"]) == len(answers(2))
        assert [row["kind"] for row in own["events"]] == ["setting"]
        assert [row["grain"] for row in own["decisions"]] == ["scores"]
        assert len(own["published"]) == len(own["on_the_table"]) == 1
        assert actor_b.person_id not in str(own) and "Ben" not in str(own)

    def test_who_blocks_reads_no_words_of_the_other_who_notices_nothing(self, house: Household) -> None:
        (a, actor_a), (b, actor_b) = house.a, house.b
        kind, payload = TABLE_EVENT
        for service, actor in (house.a, house.b):
            service.add_table_event(actor, kind, payload)
        before, unblocked = b.read_table(actor_b), read_together(house.together())
        assert not a.is_blocking(actor_a)
        a.block_free_text(actor_a, blocked=True)
        assert a.is_blocking(actor_a) and not b.is_blocking(actor_b)
        texts = {event.person_id: event.payload["text"] for event in a.read_table(actor_a).events}
        assert texts == {actor_a.person_id: payload["text"], actor_b.person_id: ""}
        assert b.read_table(actor_b) == before
        both = house.together()
        assert read_together(both) == unblocked == ["", ""]  # or the other would learn of it there
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
        assert service.order_for_me(actor, sections, ["help"]) == usual, (
            "nothing changes while somebody may look on"
        )
        later = [datetime.now(UTC) + timedelta(weeks=n) for n in range(1, 61)]
        leads = Counter()
        for then in later:
            with mock.patch.object(reading, "this_monday", lambda then=then: then):
                leads[service.order_for_me(actor, sections, ["help"])[0]] += 1
        assert leads["help"] > 30, "it helps"
        assert len(leads) > 1, "and is no proof"

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
