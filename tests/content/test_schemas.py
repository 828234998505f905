"""The JSON Schemas for editors agree with the code that reads the content files."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

import workbook.content
from workbook.errors import ContentError
from workbook.instruments import read_instrument

CONTENT = Path(workbook.content.__file__).parent
ROOT = CONTENT.parents[1]
RULES = tomllib.loads((ROOT / ".taplo.toml").read_text(encoding="utf-8"))["rule"]
FILES = {
    str(path.relative_to(CONTENT)): ROOT / rule["schema"]["path"]
    for rule in RULES
    for include in rule["include"]
    for path in sorted(ROOT.glob(include))
}
NEEDS = ("structure/instruments/needs.toml", "en/instruments/needs.toml")
STRUCTURE, WORDS = ((CONTENT / name).read_text(encoding="utf-8") for name in NEEDS)
FAULTS = {
    "an unknown key": ("occasion = ", "occassion = "),
    "a value outside a closed list": ('occasion = "assessment"', 'occasion = "daily"'),
    "an empty text": (tomllib.loads(WORDS)["title"], " "),
    "an id in capitals": ('id = "needs"', 'id = "Needs"'),
    "a list without an entry": ('source = ["', 'source = [] #["'),
    "a number for a text": (f'version = "{tomllib.loads(STRUCTURE)["version"]}"', "version = 3"),
    "words in the structure": ('id = "needs"', 'id = "needs"\ntitle = "Needs"'),
    "structure in the words": ('title = "', 'position = 4\ntitle = "'),
}


def faults(text: str, schema: Path) -> list[str]:
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    return [error.message for error in validator.iter_errors(tomllib.loads(text))]


def test_every_content_file_but_the_messages_has_a_schema():
    found = {str(path.relative_to(CONTENT)) for path in CONTENT.rglob("*.toml")}
    assert {name for name in found if not name.startswith("en/messages/")} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_content_file_fits_its_schema(name):
    assert faults((CONTENT / name).read_text(encoding="utf-8"), FILES[name]) == []


@pytest.mark.parametrize(("old", "new"), FAULTS.values(), ids=FAULTS)
def test_a_fault_that_reading_refuses_an_editor_shows_as_well(old, new, tmp_path):
    files = {name: tmp_path / name for name in NEEDS}
    faulty = []
    for (name, path), text in zip(files.items(), (STRUCTURE, WORDS), strict=True):
        wrong = text.replace(old, new, 1)
        path.parent.mkdir(parents=True)
        path.write_text(wrong, encoding="utf-8")
        faulty += faults(wrong, FILES[name])
    assert faulty
    with pytest.raises(ContentError):
        read_instrument(*files.values())
