"""Families of topics: each topic of connection is in exactly one, under a title of its own."""

import tomllib

import pytest

from workbook.content import say
from workbook.content.families import families, read_families
from workbook.content.files import STRUCTURE
from workbook.errors import ContentError
from workbook.instruments import catalogue
from workbook.instruments.facets import facets


def test_every_topic_of_connection_is_in_exactly_one_family():
    grouped = [topic for family in families().families for topic in family.topics]

    assert sorted(grouped) == sorted(facet.id for facet in facets(catalogue()["connection"]))


def test_every_family_has_a_title():
    titles = [say(f"results.families.{family.id}") for family in families().families]

    assert len(set(titles)) == len(titles) == 5


def test_every_fault_of_a_file_is_named_at_once():
    table = tomllib.loads((STRUCTURE / "families.toml").read_text())
    table["families"] = [table["families"][0], table["families"][0]]
    with pytest.raises(ContentError) as raised:
        read_families(table)
    text = "\n".join(raised.value.problems)
    for fault in ("is in two families", "two families are called"):
        assert fault in text
