"""The service contract for reading all at once: the same as by single verbs, for whoever may ask those."""

from collections.abc import Iterator

import pandas as pd
import pytest

from tests.service.household import INSTRUMENT, OCCASION, House, answers
from tests.service.plain import table_as_json
from tests.service.table_contract import TABLE_EVENT
from workbook.errors import AccessError
from workbook.service.formats.values import CHANGES, Changing
from workbook.sharing import Grain


class SightContract:
    """Subclasses give the fixture ``house``."""

    @pytest.fixture
    def house(self) -> Iterator[House]:
        raise NotImplementedError

    @pytest.mark.parametrize("what", [CHANGES, *[(one,) for one in CHANGES], ()], ids="-".join)
    def test_one_look_gives_what_the_single_verbs_give_and_nothing_more(
        self, house: House, what: tuple[Changing, ...]
    ) -> None:
        (a, _), (b, _) = house.a, house.b
        for service in (a, b):
            service.save_answers(
                [*answers(2), *answers(1, instrument="skills"), *answers(4, instrument="safety")]
            )
            service.add_event("own_need", {"id": "needs.own.k3fz", "text": f"of {service.actor.person_id}"})
            service.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        a.decide("skills", OCCASION, Grain.ANSWERS)
        b.add_table_event(*TABLE_EVENT)
        a.open_room(a.actor.person_id)
        alone, both = a.look(what), house.together()[0].look(what)
        is_table, is_drawer, together = "table" in what, "drawer" in what, house.together()[0]
        for seen, service in ((alone, a), (both, together)):
            assert seen.couple == (service.couple() if is_table else None)
            assert (seen.table is not None) is is_table
            if seen.table is not None:
                assert table_as_json(seen.table) == table_as_json(service.read_table())
            assert (seen.room and seen.room.id) == (service.room().id if is_table or "room" in what else None)
            assert seen.live == (service.session_now() if {"case", "session", "table"} & {*what} else None)
        assert alone.case == (a.my_case() if {"case", "session", "table"} & {*what} else None)
        assert alone.study == a.study()
        assert (alone.responses is not None) is is_drawer
        if alone.responses is not None:
            pd.testing.assert_frame_equal(alone.responses, a.read_responses())
        assert list(alone.events) == (a.read_events() if is_drawer else [])
        decided = {(one.instrument, one.occasion): one.grain for one in alone.decisions}
        keys = [(one, f"assessment-{n}") for one in ("connection", "needs", "skills") for n in (1, 2)]
        known = {key: grain for key in keys if (grain := a.my_decision(*key)) is not None}
        assert decided == (known if is_table or is_drawer else {})
        assert (both.case, both.study, both.responses, both.events, both.decisions) == (
            None,
            None,
            None,
            (),
            (),
        )

    def test_a_look_at_something_that_is_none_of_the_changes_is_refused(self, house: House) -> None:
        for service in (house.a[0], house.together()[0]):
            for what in (["drawer", "safety"], [""], ["drawers"]):
                with pytest.raises(AccessError):
                    service.look(what)

    def test_a_look_is_refused_once_the_sitting_has_ended(self, house: House) -> None:
        service, _ = house.a
        house.local.sittings.end(house.actors[0].sitting_id)
        for what in ([], ["drawer"], ["table"], ["room"], ["case"]):
            with pytest.raises(AccessError):
                service.look(what)
