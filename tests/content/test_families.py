"""Families of topics: each facet and sign stands in exactly one, under a title of its own."""

import tomllib

import pytest

from workbook.content import say
from workbook.content.families import families, read_families
from workbook.content.files import STRUCTURE
from workbook.errors import ContentError
from workbook.instruments import catalogue, every_version
from workbook.instruments.facets import facets


def test_every_facet_and_sign_stands_in_one_of_five_families():
    asked = every_version({name: catalogue()[name] for name in ("connection", "warning_signs")})
    topics = {facet.id for one in asked for facet in facets(one)}
    grouped = [topic for family in families().families for topic in family.topics]

    assert sorted(grouped) == sorted(topics)
    assert len(families().families) == 5


def test_every_family_is_a_column_of_topics_of_connection():
    """What pictures show as columns holds about as many topics in each: none is empty, none a list."""
    columns = [
        [topic for topic in one.topics if topic in catalogue()["connection"].subscale_by_id]
        for one in families().families
    ]

    assert {len(own) for own in columns} <= {4, 5}


def test_every_family_has_a_title():
    titles = [say(f"results.families.{family.id}") for family in families().families]

    assert len(set(titles)) == len(titles) == 5


def test_every_fault_of_a_file_is_named_at_once():
    table = tomllib.loads((STRUCTURE / "families.toml").read_text())
    table["families"] = [table["families"][0], table["families"][0]]
    with pytest.raises(ContentError) as raised:
        read_families(table)
    text = "\n".join(raised.value.problems)
    for fault in ("stands in two families", "two families have the id"):
        assert fault in text
