"""The demonstration: a labelled couple, at "together", always the same answers."""

import pytest

from workbook.content import say
from workbook.errors import AccessError
from workbook.service.demo import open_demo
from workbook.sharing import Grain


def test_the_demo_couple_is_labelled_and_has_revealed() -> None:
    service, actor = open_demo()
    assert all("simulated" in member.name for member in service.couple(actor).members)
    table = service.read_table(actor)
    assert ("connection", "assessment-1") in table.open_rounds
    assert {publication.grain for publication in table.publications} == {Grain.ANSWERS}
    assert service.my_decision(actor, "connection", "assessment-1") is Grain.ANSWERS
    service.close()


def test_the_answers_are_the_same_each_time() -> None:
    def values() -> list[object]:
        service, actor = open_demo()
        responses = service.read_responses(actor).sort_values(["occasion", "item"])
        service.close()
        return responses["value"].astype("object").where(responses["value"].notna(), None).tolist()

    assert values() == values()


@pytest.mark.parametrize("place", ["b", "together"])
def test_it_can_be_looked_at_as_the_other_and_together(place: str) -> None:
    service, actor = open_demo(place)  # type: ignore[arg-type]
    assert service.read_table(actor).open_rounds
    if place == "together":
        with pytest.raises(AccessError):
            service.read_responses(actor)
    else:
        assert service.couple(actor).members[1].person_id == actor.person_id
        assert service.couple(actor).members[1].name == say("errors.demo.second")
    service.close()
