"""`docs/asvs.md` names a test for each requirement, and every test it names exists."""

import re
from pathlib import Path

import pytest

from tests.proofs.harness import discover

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| .+ \| `(.+)` \|$", re.MULTILINE)
NAMED = dict(ROW.findall((ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")))
LEAST = 60


def is_there(shown_by: str) -> bool:
    """Tell whether a proof, or a test as ``file::name``, exists."""
    if shown_by.startswith("proof:"):
        return shown_by.removeprefix("proof:") in discover()
    file, _, name = shown_by.partition("::")
    path = ROOT / file
    return (
        path.is_file()
        and re.search(rf"^(async )?def {name}\(", path.read_text(encoding="utf-8"), re.MULTILINE) is not None
    )


def test_there_are_enough_requirements() -> None:
    assert len(NAMED) >= LEAST


def test_the_stated_number_of_requirements_is_listed() -> None:
    told = re.search(r"are met: (\d+) of them", (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8"))
    assert told is not None and int(told[1]) == len(NAMED)


@pytest.mark.parametrize("item", NAMED)
def test_the_test_named_for_a_requirement_exists(item: str) -> None:
    assert is_there(NAMED[item]), f"{item} names {NAMED[item]}, which is not there"


@pytest.mark.parametrize("gone", ["proof:none", "tests/none.py::test_x", "tests/test_asvs.py::test_nothing"])
def test_a_missing_test_is_noticed(gone: str) -> None:
    assert not is_there(gone)


def test_every_proof_named_in_security_md_exists() -> None:
    told = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = {
        name for line in re.findall(r"Proofs?: ([^.]+)\.", told) for name in re.findall(r"`([\w-]+)`", line)
    }
    assert named
    assert named <= set(discover())
