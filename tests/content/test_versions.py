"""Words that people agreed to or answered do not change under one version.

`words.toml` holds what each version said, by hash. After a change of wording: bump the version in the
file you changed, and put the version and hash that the failing test names into `words.toml`.
"""

import hashlib
import json
import tomllib
from pathlib import Path

import pytest

from workbook.content.document import document_hash, documents
from workbook.instruments import Instrument, catalogue

KNOWN = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def words_of(instrument: Instrument) -> str:
    """SHA-256 of all that an answer depends on: instructions, items and their choices."""
    words = [instrument.instructions] + [
        [item.id, item.text, item.about, item.reverse, [[one.value, one.label] for one in item.scale.choices]]
        for item in sorted(instrument.items, key=lambda item: item.id)
    ]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


@pytest.mark.parametrize("name", catalogue())
def test_an_instrument_of_this_version_still_asks_the_same(name):
    instrument = catalogue()[name]
    assert KNOWN["instruments"][name] == {"version": instrument.version, "words": words_of(instrument)}


@pytest.mark.parametrize("name", documents())
def test_a_document_of_this_version_still_says_the_same(name):
    assert KNOWN["documents"][name] == {"version": documents()[name].version, "words": document_hash(name)}


def test_only_what_exists_is_known():
    assert set(KNOWN["instruments"]) == set(catalogue())
    assert set(KNOWN["documents"]) == set(documents())
