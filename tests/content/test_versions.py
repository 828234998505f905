"""Text that people agreed to or answered does not change within one version.

`words.toml` holds what each version said, by hash. After a change of wording: bump the version in the
file you changed, and put the version and hash that the failing test names into `words.toml`.
"""

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from workbook.content.document import document_hash, documents
from workbook.instruments import Instrument, catalogue, every_version

KNOWN = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def words_of(instrument: Instrument) -> str:
    """Return the SHA-256 of everything an answer depends on: instructions, items and their choices."""
    words = [instrument.instructions] + [
        [item.id, item.text, item.about, item.reverse, [[one.value, one.label] for one in item.scale.choices]]
        for item in sorted(instrument.items, key=lambda item: item.id)
    ]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


@pytest.mark.parametrize("name", catalogue())
def test_an_instruments_items_are_unchanged_within_a_version(name):
    versions = every_version({name: catalogue()[name]})
    assert KNOWN["instruments"][name] == {one.version: words_of(one) for one in versions}


@pytest.mark.parametrize("name", documents())
def test_a_documents_text_is_unchanged_within_a_version(name):
    assert KNOWN["documents"][name] == {"version": documents()[name].version, "words": document_hash(name)}


def test_recorded_versions_match_the_existing_files():
    assert set(KNOWN["instruments"]) == set(catalogue())
    assert set(KNOWN["documents"]) == set(documents())
