"""A questionnaire file is read wholly, or every one of its problems is named at once."""

import copy
import dataclasses
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbook.content.tables import Place
from workbook.errors import ContentError
from workbook.instruments import Instrument, catalogue, read_instrument
from workbook.instruments.reader import _read_top

GOOD = """
id = "tiny"
version = "1.0"
title = "A tiny one"
source = ["own"]
licence = "CC-BY-4.0"
occasion = "assessment"
instructions = "Think of last week."

[scales.often]
choices = [{ value = 0, label = "Never" }, { value = 1, label = "Often" }]

[[items]]
id = "tiny.warm.1"
text = "I felt warm."
scale = "often"

[[items]]
id = "tiny.warm.2"
text = "I felt cold."
scale = "often"
reverse = true

[[items]]
id = "tiny.warm.partner"
text = "My partner felt warm to me."
scale = "often"
about = "partner"

[[subscales]]
id = "tiny.warm"
title = "Warmth"
summary = "How warm it feels."
items = ["tiny.warm.1", "tiny.warm.2"]
min_answered = 2
reliability = { value = 0.7, basis = "assumed" }
sd = { value = 0.3, basis = "assumed" }

[[subscales]]
id = "tiny.warm.partner"
title = "Warmth: your partner"
summary = "How your partner seems."
items = ["tiny.warm.partner"]
about = "partner"

[[chapters]]
id = "tiny.all"
title = "All of it"
introduction = "Three short questions."
subscales = ["tiny.warm", "tiny.warm.partner"]
"""


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(ContentError) as caught:
        read_instrument(text)
    return caught.value.problems


def test_a_good_file_gives_items_subscales_and_chapters_in_the_order_written():
    tiny = read_instrument(GOOD)
    assert [item.id for item in tiny.items] == ["tiny.warm.1", "tiny.warm.2", "tiny.warm.partner"]
    assert tiny.item_by_id["tiny.warm.2"].reverse
    assert tiny.item_by_id["tiny.warm.partner"].about == "partner"
    assert tiny.chapters[0].items == ("tiny.warm.1", "tiny.warm.2", "tiny.warm.partner")
    assert tiny.subscale_by_id["tiny.warm.partner"].sem is None
    assert tiny.subscale_by_id["tiny.warm"].sem == pytest.approx(0.3 * 0.3**0.5)


def test_minutes_are_computed_from_the_items():
    """3 + 3 + 3 + 6 = 15 words at 200 a minute (0.075) and 3 answers at 4 s (0.2): 0.3 min."""
    assert read_instrument(GOOD).chapters[0].minutes == 0.3
    typed_in = GOOD.replace('id = "tiny.all"', 'id = "tiny.all"\nminutes = 1')
    assert "unknown key 'minutes'" in "".join(problems_of(typed_in))


def test_the_model_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        read_instrument(GOOD).title = "Another"  # type: ignore[misc]


BROKEN = {
    "a missing field": ('version = "1.0"\n', "", "'version' is missing"),
    "an empty field": ('title = "A tiny one"', 'title = " "', "'title' is empty"),
    "an unknown key": ('title = "A tiny one"', 'title = "x"\ntitel = "y"', "unknown key 'titel'"),
    "a condition, which no file has": (
        'about = "partner"\n\n[[sub',
        'about = "partner"\nshow_if = "x"\n\n[[sub',
        "unknown key 'show_if'",
    ),
    "an unknown source": ('source = ["own"]', 'source = ["S9"]', "unknown source 'S9'"),
    "an unknown occasion": (
        '"assessment"',
        '"daily"',
        "'occasion' is 'daily'; give one of assessment, weekly",
    ),
    "an unknown scale": (
        'text = "I felt cold."\nscale = "often"',
        'text = "I felt cold."\nscale = "oft"',
        "item 'tiny.warm.2': unknown scale 'oft'",
    ),
    "values that do not ascend": (
        "value = 1, label",
        "value = 0, label",
        "scale 'often': the values [0, 0] do not ascend",
    ),
    "labels that are alike": ('label = "Often"', 'label = "Never"', "two choices are labelled 'Never'"),
    "a scale of one choice": (', { value = 1, label = "Often" }', "", "has 1 choice(s); give at least two"),
    "a value that is no whole number": (
        "value = 1, label",
        'value = "1", label',
        "'value' is '1'; give a whole number",
    ),
    "a value that is true": (
        "value = 1, label",
        "value = true, label",
        "'value' is True; give a whole number",
    ),
    "an id used twice": (
        'id = "tiny.warm.2"',
        'id = "tiny.warm.1"',
        "the item id 'tiny.warm.1' is used twice",
    ),
    "an id of another instrument": (
        'id = "tiny.warm.2"',
        'id = "other.2"',
        "item 'other.2': the id has to start with 'tiny.'",
    ),
    "an id in capitals": (
        'id = "tiny.warm.2"',
        'id = "tiny.Warm"',
        "item 'tiny.Warm': 'id' is 'tiny.Warm'; use lower-case",
    ),
    "a subscale naming no item": (
        '"tiny.warm.2"]',
        '"tiny.warm.3"]',
        "subscale 'tiny.warm': names an item 'tiny.warm.3' that does not exist",
    ),
    "an item counted twice": ('"tiny.warm.2"]', '"tiny.warm.1"]', "counts the item 'tiny.warm.1' twice"),
    "too high a min_answered": ("min_answered = 2", "min_answered = 3", "'min_answered' is 3; give 1 to 2"),
    "a min_answered of none": ("min_answered = 2", "min_answered = 0", "'min_answered' is 0; give 1 to 2"),
    "too many items held back": (
        'text = "I felt cold."\n',
        'text = "I felt cold."\nnever_published = "feeling safe"\n',
        "subscale 'tiny.warm': needs 2 answers, but only 1 of its items may be published",
    ),
    "a reverse-keyed item alone": (
        'about = "partner"\n\n[[sub',
        'about = "partner"\nreverse = true\n\n[[sub',
        "reverse-keyed but stands alone",
    ),
    "a subscale about two persons": (
        'items = ["tiny.warm.partner"]\nabout = "partner"',
        'items = ["tiny.warm.partner"]',
        "is about self, but item 'tiny.warm.partner' is about partner",
    ),
    "a reliability above 1": ("value = 0.7", "value = 1.7", "the reliability is 1.7; give 0 to 1"),
    "an sd of nothing": ("value = 0.3", "value = 0", "the sd is 0.0; give a number above 0"),
    "a basis nobody knows": ('0.7, basis = "assumed"', '0.7, basis = "guessed"', "the basis is 'guessed'"),
    "no reliability": ('reliability = { value = 0.7, basis = "assumed" }\n', "", "'reliability' is missing"),
    "a reliability of one item": (
        'items = ["tiny.warm.partner"]\n',
        'items = ["tiny.warm.partner"]\nreliability = { value = 0.7, basis = "assumed" }\n',
        "has one item, so 'reliability' is not known",
    ),
    "a statistic that is not in the list": (
        "min_answered = 2",
        'min_answered = 2\nstatistic = "median"',
        "'statistic' is 'median'; give one of mean, sum",
    ),
    "a chapter naming no subscale": (
        '["tiny.warm", "tiny.warm.partner"]',
        '["tiny.warm", "tiny.warm.partner", "tiny.cool"]',
        "chapter 'tiny.all': unknown subscale 'tiny.cool'",
    ),
    "an item in no chapter": (
        'subscales = ["tiny.warm", "tiny.warm.partner"]',
        'subscales = ["tiny.warm"]',
        "item 'tiny.warm.partner' stands in no chapter",
    ),
    "an item asked twice": (
        'subscales = ["tiny.warm", "tiny.warm.partner"]',
        'subscales = ["tiny.warm", "tiny.warm.partner"]\nitems = ["tiny.warm.1"]',
        "item 'tiny.warm.1' stands in the chapters twice",
    ),
    "a chapter of more than 8 minutes": (
        "Three short questions.",
        "word " * 1700,
        "chapter 'tiny.all' takes 8.8 minutes",
    ),
    "a private instrument with a score": (
        'id = "tiny"\n',
        'id = "tiny"\nis_private = true\n',
        "a private instrument makes no score",
    ),
    "a flag that is a text": ("reverse = true", 'reverse = "yes"', "'reverse' is 'yes'; give true or false"),
    "a free text without length": (
        "[[chapters]]",
        '[[free_text]]\nid = "tiny.words"\nlabel = "Say more"\nmax_length = 0\n\n[[chapters]]',
        "'max_length' has to be 1 or more",
    ),
    "a number for a table": (
        '[scales.often]\nchoices = [{ value = 0, label = "Never" }, { value = 1, label = "Often" }]',
        "scales = 3",
        "'scales' is 3; give a table",
    ),
    "a list that is no table": (
        '[[chapters]]\nid = "tiny.all"',
        '[[chapters]]\nid = "tiny.all"\nitems = [3]',
        "'items' holds something that is not a text",
    ),
}


@pytest.mark.parametrize(("old", "new", "problem"), BROKEN.values(), ids=BROKEN.keys())
def test_each_mistake_is_reported_with_its_location(old, new, problem):
    assert old in GOOD
    found = problems_of(GOOD.replace(old, new, 1))
    assert any(problem in line for line in found), found
    assert all(line.startswith("instrument text") for line in found)


def test_an_item_says_why_it_is_never_published():
    """Whoever has publications alone knows the instrument without it."""
    marked = GOOD.replace(
        'about = "partner"\n\n[[sub', 'about = "partner"\nnever_published = "…"\n\n[[sub', 1
    )
    tiny = read_instrument(marked)

    assert [item.never_published for item in tiny.items] == ["", "", "…"]
    assert tiny.held_back == {"tiny.warm.partner"}
    assert list(tiny.as_published.item_by_id) == ["tiny.warm.1", "tiny.warm.2"]
    assert list(tiny.as_published.subscale_by_id) == ["tiny.warm"]
    assert tiny.as_published.chapters[0].items == ("tiny.warm.1", "tiny.warm.2")
    plain = read_instrument(GOOD)
    assert plain.as_published is plain and plain.held_back == frozenset()


def test_all_mistakes_of_a_file_are_reported_in_one_error():
    text = GOOD
    broken = (
        "an unknown key",
        "an unknown source",
        "an unknown scale",
        "too high a min_answered",
        "a reliability above 1",
    )
    for name in broken:
        text = text.replace(*BROKEN[name][:2], 1)
    found = "\n".join(problems_of(text))
    assert [name for name in broken if BROKEN[name][2] not in found] == []


def test_a_file_that_is_not_toml_says_so_and_where(tmp_path: Path):
    path = tmp_path / "tiny.toml"
    path.write_text("id = ?\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"tiny\.toml: not valid TOML.*line 1"):
        read_instrument(path)
    path.write_bytes(b'id = "\xff"')
    with pytest.raises(ContentError, match=r"tiny\.toml: not UTF-8"):
        read_instrument(path)
    with pytest.raises(ContentError, match=r"absent\.toml: there is no such file"):
        read_instrument(tmp_path / "absent.toml")


def test_a_file_is_named_after_its_id(tmp_path: Path):
    path = tmp_path / "small.toml"
    path.write_text(GOOD, encoding="utf-8")
    with pytest.raises(ContentError, match=r"small\.toml: the id is 'tiny'; name the file tiny\.toml"):
        read_instrument(path)


def test_an_instrument_from_another_folder_is_added_to_the_catalogue(tmp_path: Path):
    (tmp_path / "tiny.toml").write_text(GOOD, encoding="utf-8")
    assert isinstance(catalogue(tmp_path)["tiny"], Instrument)
    assert "tiny" not in catalogue()


def test_the_catalogue_names_the_problems_of_every_file_at_once(tmp_path: Path):
    (tmp_path / "tiny.toml").write_text(GOOD.replace('version = "1.0"\n', ""), encoding="utf-8")
    (tmp_path / "vast.toml").write_text("id = 3", encoding="utf-8")
    (tmp_path / "connection.toml").write_text(GOOD.replace("tiny", "connection"), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        catalogue(tmp_path)
    found = "\n".join(caught.value.problems)
    assert "tiny.toml: 'version' is missing" in found
    assert "vast.toml: 'id' is 3" in found
    assert "connection.toml: another file has the instrument id 'connection'" in found


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(ContentError, match="there is no such folder"):
        catalogue(tmp_path / "absent")


def test_changing_a_returned_catalogue_affects_nobody_else():
    catalogue().clear()
    assert "connection" in catalogue()


def places(value, path=()):
    """The path of every value in nested tables and lists."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


TABLES = tomllib.loads(GOOD)
PLACES = [path for path in places(TABLES) if path]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@given(place=st.sampled_from(PLACES), value=ANYTHING)
def test_any_value_in_a_file_is_read_or_reported_and_never_crashes(place, value):
    tables = copy.deepcopy(TABLES)
    parent = tables
    for key in place[:-1]:
        parent = parent[key]
    was, parent[place[-1]] = parent[place[-1]], value
    place = Place("tiny.toml", [])
    _read_top(tables, place)
    if type(value) is not type(was) and not {type(value), type(was)} <= {int, float}:
        assert place.problems
