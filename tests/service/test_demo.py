"""The demonstration: a labelled couple, at "together", always the same answers."""

import pytest

from workbook.content import say
from workbook.service.demo import open_demo
from workbook.service.desks.roles import PartnerService
from workbook.sharing import Grain


def test_the_demo_couple_is_labelled_and_has_revealed() -> None:
    household, service = open_demo()
    assert all("simulated" in member.name for member in service.couple().members)
    table = service.read_table()
    assert ("connection", "assessment-1") in table.open_rounds
    assert {publication.grain for publication in table.publications} == {Grain.ANSWERS, Grain.WORDS}
    assert service.my_decision("connection", "assessment-1") is Grain.ANSWERS
    household.close()


def test_the_answers_are_the_same_each_time() -> None:
    def values() -> list[object]:
        household, service = open_demo()
        assert isinstance(service, PartnerService)
        responses = service.read_responses().sort_values(["occasion", "item"])
        household.close()
        return responses["value"].astype("object").where(responses["value"].notna(), None).tolist()

    assert values() == values()


@pytest.mark.parametrize("place", ["b", "together"])
def test_the_demo_opens_as_either_partner_or_together(place: str) -> None:
    household, service = open_demo(place)  # type: ignore[arg-type]
    assert service.read_table().open_rounds
    if place == "together":
        assert not isinstance(service, PartnerService)
    else:
        assert service.couple().members[1].person_id == service.actor.person_id
        assert service.couple().members[1].name == say("errors.demo.second")
    household.close()
