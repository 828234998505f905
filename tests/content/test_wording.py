"""Everything people read is easy, calm and free of blame."""

import re
import tomllib
from pathlib import Path

import pytest

import workbook.content
from tests.content import readability
from workbook.content.evidence import sources

FOLDER = Path(workbook.content.__file__).parent
SKIP = frozenset({"licence", "authors", "published", "address", "checked_by"})  # no prose for a person
READ = sorted(
    path
    for path in (FOLDER / "en").rglob("*.toml")
    if path.name not in {"cli.toml", "evidence.toml", "language.toml"}  # for those who maintain it
)
MOST_GRADE = 8
MOST_WORDS = 30
FORBIDDEN = (
    r"!",
    r"\byou are wrong\b",
    r"\byour fault\b(?<!not your fault)",
    r"\bfail(ed|ure)?\b(?<!could fail)",
    r"\bshould have\b",
    r"\b(husband|wife)s?\b(?!, (husband|partner)|, partner| …)",
    r"\bdysfunctional\b",
    r"\btoxic\b",
    r"\babnormal\b",
    r"\bgreat job\b",
    r"\bwell done\b",
    r"\b(congratulations|awesome|amazing)\b",
    r"\bpsychometric|\bsubscale\b|\bdyad",
)


def prose(path):
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    texts = readability.texts_of(data, SKIP)
    return [re.sub(r"\{[^}]*\}", "Kim", text) for text in texts if " " in text]  # ids have no space


def name(path):
    return str(path.relative_to(FOLDER))


@pytest.mark.parametrize("path", READ, ids=name)
def test_a_file_reads_at_grade_8_or_below(path):
    sentences = [sentence for text in prose(path) for sentence in readability.sentences_of(text)]
    assert readability.grade(sentences) <= MOST_GRADE


@pytest.mark.parametrize("path", READ, ids=name)
def test_no_sentence_is_longer_than_30_words(path):
    long = [s for text in prose(path) for s in readability.sentences_of(text) if len(s.split()) > MOST_WORDS]
    assert long == []


@pytest.mark.parametrize("path", READ, ids=name)
def test_no_text_shouts_blames_cheers_or_uses_jargon(path):
    found = [
        (pattern, text)
        for text in prose(path)
        for pattern in FORBIDDEN
        if re.search(pattern, text, re.IGNORECASE)
    ]
    assert found == []


def test_the_readability_grade_separates_hard_from_easy_text():
    hard = (
        "Interpersonal communication competencies necessitate simultaneous consideration "
        "of multidimensional relational contingencies."
    )
    easy = ["You said it. I heard you. We talked."]
    assert readability.grade([hard]) > 2 * MOST_GRADE
    assert readability.grade(easy) < 3


def test_the_word_list_catches_what_it_forbids():
    for text in ("You are wrong.", "Great job!", "It was your fault.", "Your husband did it."):
        assert any(re.search(pattern, text, re.IGNORECASE) for pattern in FORBIDDEN)


def test_claims_of_the_sources_read_at_grade_8_or_below():
    claims = [claim.text for source in sources().values() for claim in source.claims]
    assert (
        readability.grade(sentence for text in claims for sentence in readability.sentences_of(text))
        <= MOST_GRADE
    )
