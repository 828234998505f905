"""Texts, sources, resources and exercises: complete, honest, and versioned by a hash of their text."""

import re
from pathlib import Path

import pytest

import workbook.content.document as document_module
from workbook.content.document import Document, Section, consent_hash, document_hash, documents, read_document
from workbook.content.evidence import sources
from workbook.content.exercise import read_exercise
from workbook.content.files import both_files
from workbook.content.resource import read_resources, resources
from workbook.errors import ContentError
from workbook.instruments import catalogue

ENTRY = """
title = "Places"
when_empty = ["None."]
traces = "It can be seen."
unverified = "Nobody has checked it."

[[resources]]
id = "line"
name = "A line"
what = "Listens."
region = "Here"
contact = "00"
address = "https://example.org"
seen_on = "2026-11-22"
"""

FAULTY_EXERCISE = """
id = "stroll"
title = "A walk"
source = ["S9"]
evidence = "hearsay"
minutes = 0
bring = []
why = "It is good."
steps = ["Walk."]
guarded = true

[[for]]
id = "trust"
ids = ["connection.trust", "connection.trust"]
reason = ""
"""


def test_a_changed_word_changes_the_hash_and_a_changed_line_break_does_not(tmp_path: Path, monkeypatch):
    path = tmp_path / "consent.toml"
    structure, words = both_files("documents/consent.toml", "en")
    original, newer = words.read_text(encoding="utf-8"), tmp_path / "newer" / "consent.toml"
    newer.parent.mkdir()
    newer.write_text(structure.read_text(encoding="utf-8").replace('version = "1.', 'version = "2.'))

    def hash_of(text, structure=structure):
        path.write_text(text, encoding="utf-8")
        read = read_document(structure, path)
        monkeypatch.setattr(document_module, "documents", lambda: {"consent": read})
        return document_hash("consent")

    same = hash_of(original)
    assert hash_of("# a comment\n" + original.replace("paragraphs = [", "paragraphs = [\n\n")) == same
    assert hash_of(original.replace("You decide", "We decide", 1)) != same
    assert hash_of(original, newer) != same


def test_an_unknown_document_is_named_with_those_there_are():
    with pytest.raises(ContentError, match=r"no document 'contract'; there are .*consent"):
        document_hash("contract")
    assert re.fullmatch("[0-9a-f]{64}", consent_hash())


def test_documents_are_frozen_and_have_paragraphs():
    for document in documents().values():
        assert isinstance(document, Document)
        assert document.version
        assert all(isinstance(section, Section) for section in document.sections)
        assert document.paragraphs


def test_just_for_me_refers_only_to_existing_questions():
    matters = {item.id.rpartition(".")[0] for item in catalogue()["safety"].items}
    raised_by = {name for section in documents()["just_for_me"].sections for name in section.raised_by}
    assert raised_by == matters


def test_no_help_line_is_invented_and_an_empty_list_says_so():
    found = resources()
    for entry in found.entries:
        assert entry.address
        assert entry.seen_on
    assert any("No help line is listed here yet" in line for line in found.when_empty)
    assert not re.search(r"\d{3}", " ".join(found.when_empty)), "no telephone number without a source"


def test_a_resource_without_a_checker_is_unverified(tmp_path: Path):
    path = tmp_path / "resources.toml"
    path.write_text(ENTRY + 'checked_by = ""\n', encoding="utf-8")
    assert not read_resources(path).entries[0].is_verified
    path.write_text(ENTRY + 'checked_by = "Kim"\n', encoding="utf-8")
    assert read_resources(path).entries[0].is_verified
    path.write_text(ENTRY.replace('address = "https://example.org"\n', ""), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_resources(path)
    assert len(caught.value.problems) == 2, "no address, and nothing said about who checked it"


def test_every_source_of_the_domain_is_there_with_what_it_claims():
    assert list(sources())[:5] == ["S0", "S1", "S2", "S3", "S4"]
    assert all(sources()[name].claims for name in ("S0", "S1", "S2", "S3", "S4", "own"))
    assert all(sources()[name].address == "not recorded" for name in ("S3", "S4")), "seen on copies alone"


def test_all_problems_of_an_exercise_are_reported_in_one_error(tmp_path: Path):
    path = tmp_path / "walk.toml"
    path.write_text(FAULTY_EXERCISE, encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        read_exercise(path)
    found = "\n".join(caught.value.problems)
    for problem in (
        "name the file stroll.toml",
        "unknown source 'S9'",
        "'evidence' is 'hearsay'",
        "'minutes' is 0",
        "'bring' is an empty list",
        "unknown key 'guarded'",
        "serves 'connection.trust' twice",
        "'reason' is empty",
    ):
        assert problem in found
    assert all(line.startswith("walk.toml") for line in caught.value.problems)


INTRODUCTION = {
    "in tune, seen, heard, valued, safe to be known (S1 S2)": (
        "in tune",
        "seen, heard and valued",
        "safe enough to be known",
    ),
    "different for every couple (S1 S2)": ("different for every couple",),
    "not the same as sexual intimacy (S4)": ("not the same as sexual intimacy",),
    "learned, no formula, weeks and patience (S1 S4)": (
        "Love alone",
        "people learn",
        "No formula",
        "weeks",
        "patience",
    ),
    "depth, meaning, growth (S4)": ("depth and meaning", "grow"),
    "small changes (S1)": ("Small changes lead to big shifts",),
    "softness, forgiving oneself and the partner (S4)": ("soft", "forgive yourself, and each other"),
}
LIMITS = (
    "for adults",
    "any gender and orientation",
    "not diagnose",
    "not predict",
    "custody",
    "no substitute for therapy",
    "no norms yet",
    "owns the computer",
    "tamper",
    "another computer",
    "skip the private questions",
    "history",
    "spy",
)
CONSENT = (
    "drawer",
    "sealed",
    "passphrase",
    "recovery code",
    "table",
    "nothing, a score for each area, or your answers",
    "lesser of your two choices",
    "not open yet",
    "never laid on the table",
    "take back what you shared",
    "take your data with you, leave the couple, or erase",
    "18 or older",
)


@pytest.mark.parametrize("point", INTRODUCTION)
def test_the_introduction_covers_every_required_point(point):
    said = " ".join(documents()["introduction"].paragraphs)
    assert [words for words in INTRODUCTION[point] if words not in said] == []


@pytest.mark.parametrize(("name", "points"), [("purpose_and_limits", LIMITS), ("consent", CONSENT)])
def test_limits_and_consent_cover_every_required_point(name, points):
    said = " ".join(documents()[name].paragraphs)
    assert [words for words in points if words not in said] == []
