"""Structure and words of a content file fit each other, and neither holds what belongs in the other."""

import copy
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from workbook.content.document import Document
from workbook.content.evidence import Evidence
from workbook.content.exercise import Exercise
from workbook.content.files import STRUCTURE, both_files, load_joined, read_kind
from workbook.content.joining import join
from workbook.content.language import SOURCE, languages, words_of
from workbook.content.resource import Resources
from workbook.content.tables import Place
from workbook.errors import ContentError
from workbook.instruments import read_instrument
from workbook.instruments.reader import InstrumentTable

KINDS = {"instruments": InstrumentTable, "exercises": Exercise, "documents": Document}
ALONE = {"evidence.toml": Evidence, "resources.toml": Resources}
PAIRS = [
    (f"{folder}/{path.name}", kind)
    for folder, kind in KINDS.items()
    for path in (STRUCTURE / folder).iterdir()
]
PAIRS += [(f"editions/2/{path.name}", InstrumentTable) for path in (STRUCTURE / "editions" / "2").iterdir()]
PAIRS += list(ALONE.items())
CHANGES: dict[str, Callable[[dict[str, Any], dict[str, Any]], Any]] = {
    "an item without words": lambda _, words: words["items"].pop("weekly.close"),
    "words for an item that is not there": lambda _, words: words["items"].update({"weekly.gone": "It was."}),
    "an item that has words alone": lambda structure, _: structure["items"].pop(0),
    "a choice without words": lambda _, words: next(iter(words["scales"].values()))["choices"].popitem(),
    "words in the structure": lambda structure, _: structure["items"][0].update(text="It was."),
    "structure in the words": lambda _, words: words.update(version="9.0"),
    "a list of words": lambda _, words: words.update(items=["It was."]),
    "a table for one text": lambda _, words: words["items"].update({"weekly.close": {"text": "It was."}}),
    "a text for a table": lambda _, words: words["subscales"].update({"weekly.week": "It was."}),
}


def tables(name: str, language: str = SOURCE) -> list[dict[str, Any]]:
    return [tomllib.loads(place.read_text(encoding="utf-8")) for place in both_files(name, language)]


@pytest.mark.parametrize(("name", "kind"), PAIRS, ids=[name for name, _ in PAIRS])
@pytest.mark.parametrize("language", list(languages()))
def test_structure_and_words_of_a_file_name_the_same_things(name: str, kind: type, language: str) -> None:
    problems: list[str] = []
    join(kind, *tables(name, language), Place(name, problems), Place(f"{language}/{name}", problems))
    assert problems == []


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_way_in_which_they_differ_is_a_problem(change: Callable[..., Any]) -> None:
    structure, words = copy.deepcopy(tables("instruments/weekly.toml"))
    change(structure, words)
    problems: list[str] = []
    join(InstrumentTable, structure, words, Place("structure", problems), Place("words", problems))
    assert problems


def test_a_file_whose_words_are_wrong_is_refused_with_every_problem(tmp_path) -> None:
    structure, words = both_files("instruments/weekly.toml", SOURCE)
    wrong = tmp_path / "weekly.toml"
    text = (
        words.read_text(encoding="utf-8")
        .replace('"weekly.close"', '"weekly.clsoe"')
        .replace("title =", "titel =", 1)
    )
    wrong.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_instrument(structure, wrong)
    for problem in ("'weekly.clsoe'", "'items.weekly.close' is missing", "'titel'", "'title' is missing"):
        assert problem in str(caught.value)


@pytest.mark.parametrize("folder", KINDS)
def test_a_language_that_lacks_a_file_is_refused(folder: str, monkeypatch, tmp_path) -> None:
    (tmp_path / folder).mkdir()
    for place in (words_of(SOURCE) / folder).iterdir():
        (tmp_path / folder / place.name).write_text(place.read_text(encoding="utf-8"), encoding="utf-8")
    gone = next(iter(sorted((tmp_path / folder).iterdir())))
    gone.rename(gone.with_name("another.toml"))
    monkeypatch.setattr("workbook.content.files.words_of", lambda _: tmp_path)
    with pytest.raises(ContentError) as caught:
        read_kind(folder, lambda structure, _: structure.name, "xx")
    assert str(caught.value).splitlines() == [
        f"{gone.name}: has no words in the language 'xx'",
        "another.toml: words of the language 'xx', and no structure",
    ]


def test_a_file_that_holds_both_is_read_as_it_is(tmp_path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('id = "own"\ntitle = "Mine"\n', encoding="utf-8")
    assert load_joined(Document, path, None, Place("own.toml", [])) == {"id": "own", "title": "Mine"}
