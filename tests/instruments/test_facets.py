"""A facet is named by its topic and knows its own score and its item about the partner."""

from workbook.instruments import catalogue
from workbook.instruments.facets import facet_of, facets


def test_a_need_is_labelled_by_its_name_and_not_its_question():
    assert {facet.id: facet.title for facet in facets(catalogue()["needs"])}["needs.seen"] == "Seen"


def test_each_facet_of_connection_has_its_own_partner_item():
    for facet in facets(catalogue()["connection"]):
        assert facet.seen == f"{facet.id}.partner"
        assert facet.own == facet.id
        assert {facet_of(item) for item in facet.items} == {facet.id}
        assert not facet.is_single


def test_a_skill_is_one_answer_on_oneself_and_one_on_the_partner():
    for facet in facets(catalogue()["skills"]):
        assert facet.is_single
        assert (facet.own, facet.seen) == (f"{facet.id}.self", f"{facet.id}.partner")


def test_an_instrument_without_scores_has_no_facets():
    assert facets(catalogue()["safety"]) == ()
    assert facets(catalogue()["background"]) == ()
