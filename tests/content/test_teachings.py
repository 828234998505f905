"""Every teaching of the articles has content that carries it, and every source tag a teaching behind it."""

import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from workbook.content.document import documents
from workbook.content.evidence import claims, sources
from workbook.content.exercise import Exercise, exercises
from workbook.exercises import MACHINES
from workbook.instruments.facets import facets
from workbook.instruments.library import edition

TEACHINGS = tomllib.loads(Path(__file__).with_name("teachings.toml").read_text(encoding="utf-8"))
EDITION = edition(2)
ROWS = [(article, row) for article, rows in TEACHINGS.items() for row in rows]
CARRIED = [(article, *place) for article, row in ROWS for place in row.get("in", {}).items()]
PLANNED = [row["planned"] for _, row in ROWS if "planned" in row]


def all_of(exercise: Exercise) -> str:
    reasons = [one.reason for one in exercise.purposes]
    cards = [card for deck in exercise.decks for card in deck.cards]
    beats = [*exercise.good_turn, *exercise.failed_turn, *exercise.if_it_goes_wrong]
    forms = [*exercise.ten_minutes, *exercise.solo, exercise.settle, exercise.close]
    said = [exercise.title, exercise.in_short, exercise.why, *exercise.steps]
    return "\n".join([*said, *beats, *forms, *reasons, *cards])


def texts() -> dict[str, str]:
    """Return what stands at every place that the map can name."""
    found = {item.id: item.text for one in EDITION.values() for item in one.items}
    found |= {f"instructions.{name}": one.instructions for name, one in EDITION.items()}
    found |= {f"exercises.{name}": all_of(one) for name, one in exercises().items()}
    found |= {f"documents.{name}": "\n".join(one.paragraphs) for name, one in documents().items()}
    return found | {f"claims.{name}": one.text for name, one in claims().items()}


TEXTS = texts()


def taught(place: str) -> set[str]:
    """Return the articles with a teaching that this place, or something under it, carries."""
    return {article for article, found, _ in CARRIED if found == place or found.startswith(f"{place}.")}


def test_the_map_holds_all_five_articles_and_each_row_says_one_thing_once() -> None:
    assert list(TEACHINGS) == ["S0", "S1", "S2", "S3", "S4"]
    assert len(ROWS) >= 190
    for article, rows in TEACHINGS.items():
        names = [row["teaches"] for row in rows]
        assert len(names) == len(set(names)), article
        assert all(len({"in", "planned", "changed"} & set(row)) == 1 for row in rows), article


@pytest.mark.parametrize(("article", "place", "words"), CARRIED)
def test_what_carries_a_teaching_is_there_and_says_so(article: str, place: str, words: str) -> None:
    assert words.casefold() in TEXTS[place].casefold()


def test_a_claim_stands_under_the_article_that_makes_it() -> None:
    of = {claim.id: source.id for source in sources().values() for claim in source.claims}
    behind = {"dunion_2014": "S4"}  # S4 repeats what he wrote before
    wrong = [
        (article, place)
        for article, place, _ in CARRIED
        if place.startswith("claims.") and behind.get(found := of[place[len("claims.") :]], found) != article
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["connection", "warning_signs", "needs"])
def test_a_topics_source_tag_names_the_articles_that_teach_it_and_no_other(name: str) -> None:
    tagged = {}
    for facet in facets(EDITION[name]):
        found = {
            frozenset(one.source)
            for one in EDITION[name].subscales
            if one.id == facet.id or one.id.startswith(facet.id + ".")
        }
        assert len(found) == 1, "what belongs to one topic rests on the same articles"
        tagged[facet.id] = set(*found)
    assert tagged == {topic: taught(topic) for topic in tagged}


def test_what_was_asked_before_carries_the_same_tags() -> None:
    now = {one.id: set(one.source) for name in EDITION for one in EDITION[name].subscales}
    before = {one.id: set(one.source) for name in edition(1) for one in edition(1)[name].subscales}
    assert {name: tags for name, tags in before.items() if tags != now.get(name, tags)} == {}


@pytest.mark.parametrize("name", exercises())
def test_an_exercises_source_tag_names_the_articles_that_teach_it_and_no_other(name: str) -> None:
    articles = {source for source in exercises()[name].source if source in TEACHINGS}
    assert articles == taught(f"exercises.{name}")


def test_what_is_planned_is_not_there_yet_and_is_listed() -> None:
    """The day it is there this fails, and the row says what carries it."""
    listed = defaultdict(set)
    for planned in PLANNED:
        kind, name = planned.split()
        listed[kind].add(name)
    assert listed == {}
    assert not listed["exercise"] & set(exercises())
    assert listed["machine"] <= set(exercises()) and not listed["machine"] & set(MACHINES)
