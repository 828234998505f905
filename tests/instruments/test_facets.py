"""A facet is named by its topic and knows its own score and its item about the partner."""

from workbook.instruments import catalogue, edition
from workbook.instruments.facets import facet_of, facets


def test_a_need_is_labelled_by_its_name_and_not_its_question():
    assert {facet.id: facet.title for facet in facets(catalogue()["needs"])}["needs.seen"] == "Seen"


def test_each_facet_of_connection_has_its_own_items_about_the_partner():
    before = {facet.id: facet for facet in facets(edition(1)["connection"])}
    assert all(one.seen == (f"{one.id}.partner",) and one.view == one.seen[0] for one in before.values())
    for facet in facets(catalogue()["connection"]):
        assert facet.seen == (f"{facet.id}.partner", f"{facet.id}.partner.2")
        assert facet.view == f"{facet.id}.seen" and facet.is_comparable
        assert facet.own == facet.id
        assert {facet_of(item) for item in (*facet.items, *facet.seen)} == {facet.id}
        assert not facet.is_single


def test_a_skill_is_one_answer_on_oneself_and_one_on_the_partner():
    for facet in facets(catalogue()["skills"]):
        assert facet.is_single
        assert (facet.own, facet.seen) == (f"{facet.id}.self", (f"{facet.id}.partner",))
        assert not facet.is_comparable  # what I can do, and what was seen in the last month


def test_an_instrument_without_scores_has_no_facets():
    assert facets(catalogue()["safety"]) == ()
    assert facets(catalogue()["background"]) == ()
