"""CI runs tests, short proofs and checks; each runs even if another fails, and one line counts the tests."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import group_of
from tests.proofs.harness import discover
from tools.tally import closing_line, count

ROOT = Path(__file__).parents[1]
REPORT = '<testsuites><testsuite tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"/></testsuites>'
TARGETS = ("test", "prove-short", "check")


def report(tests: int = 0, failures: int = 0, errors: int = 0, skipped: int = 0) -> str:
    return REPORT.format(tests=tests, failures=failures, errors=errors, skipped=skipped)


# -- the gate ---------------------------------------------------------------------------------


def run_gate(folder: Path, **outcomes: int) -> subprocess.CompletedProcess[str]:
    """Run the script over a Makefile whose targets write reports of 5 and 3 tests, say their name, and end as told."""
    for name in (".ci/run", "tools/__init__.py", "tools/tally.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "five.xml").write_text(report(tests=5, skipped=1))
    (folder / "three.xml").write_text(report(tests=3, failures=outcomes["prove-short"]))
    keep = "@mkdir -p build/reports; cp {} $(patsubst --junitxml=%,%,$(OPTIONS)); echo ran {}; exit {}"
    lines = {
        "test": keep.format("five.xml", "test", outcomes["test"]),
        "prove-short": keep.format("three.xml", "prove-short", outcomes["prove-short"]),
        "check": f"@echo ran check; exit {outcomes['check']}",
    }
    (folder / "Makefile").write_text("".join(f"{name}:\n\t{line}\n" for name, line in lines.items()))
    environment = os.environ | {"VENV": sys.prefix}
    command = ["bash", ".ci/run"]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("fails", [None, *TARGETS])
def test_ci_runs_all_three_targets_and_fails_if_any_fails(tmp_path: Path, fails: str | None) -> None:
    done = run_gate(tmp_path, **{name: int(name == fails) for name in TARGETS})
    ran = re.findall(r"^ran (\S+)$", done.stdout, re.MULTILINE)
    assert (ran, done.returncode) == (list(TARGETS), 0 if fails is None else 1)


def test_ci_ends_with_one_line_counting_both_runs(tmp_path: Path) -> None:
    fine = run_gate(tmp_path, **dict.fromkeys(TARGETS, 0))
    assert fine.stdout.splitlines()[-1] == "7 passed, 0 failed, 1 skipped"
    broken = run_gate(tmp_path, **dict.fromkeys(TARGETS, 0) | {"prove-short": 1})
    assert broken.stdout.splitlines()[-1] == "6 passed, 1 failed, 1 skipped"


def test_errors_count_as_failed(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(report(tests=9, failures=1, errors=2, skipped=3))
    assert count(path) == Counter(passed=3, failed=3, skipped=3)
    assert closing_line(count(path)) == "3 passed, 3 failed, 3 skipped"


@pytest.mark.parametrize("text", ["", "<testsuites><testsuite tests=", "<testsuite/>", None])
def test_a_run_without_a_complete_report_counts_as_failed(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "report.xml"
    if text is not None:
        path.write_text(text)
    assert count(path) == Counter(failed=1)


# -- what is in which run ----------------------------------------------------------------------


def command_of(target: str, options: str = "") -> list[str]:
    """Return the command that ``make <target>`` would run, word by word, without running it."""
    venv = Path(sys.prefix)
    make = ["make", "--dry-run", f"--assume-old={venv / '.set-up-for-dev'}", target, f"VENV={venv}"]
    shown = subprocess.run(
        [*make, f"OPTIONS={options}"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    (line,) = [line for line in shown.stdout.splitlines() if " -m pytest " in line]
    return shlex.split(line)[1:]


def test_every_proofs_short_form_and_controls_are_run_by_prove_short() -> None:
    """Checked by its own command with ``--collect-only``, also for a newly added proof."""
    command = [sys.executable, *command_of("prove-short", "--collect-only -q -p no:cacheprovider")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    listed = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    found = discover().values()
    expected = {f"test_the_short_form_holds[{proof.name}]" for proof in found}
    expected |= {
        f"test_without_its_protection_it_fails[{proof.name}-{control.name.replace(' ', '-')}]"
        for proof in found
        for control in proof.controls
    }
    assert len(expected) > len(found) > 30
    assert {f"tests/proofs/test_proofs.py::{name}" for name in expected} - set(
        listed.stdout.splitlines()
    ) == set()


def test_the_two_runs_together_cover_every_test() -> None:
    test, short = command_of("test"), command_of("prove-short")
    assert (test[:2], short[:2]) == (["-m", "pytest"], ["-m", "pytest"])
    assert (test[-2:], short[-3:]) == (["-m", "not proof"], ["-m", "proof", "tests/proofs"])
    assert test[2:-2] == short[2:-3], "and nothing else chooses among tests"
    mark = re.compile(r"mark\.proof\b")
    marked = [path for path in (ROOT / "tests").rglob("*.py") if mark.search(path.read_text("utf-8"))]
    assert {path.relative_to(ROOT).parts[:2] for path in marked} == {("tests", "proofs")}


def test_each_proof_may_run_on_a_worker_of_its_own_and_a_file_stays_on_one() -> None:
    """Otherwise all proofs, being in one file, would run one after another on any number of cores."""
    proofs = Path("tests/proofs/test_proofs.py")
    assert (ROOT / proofs).is_file()
    one, other = (f"{proofs}::test_the_short_form_holds[{name}]" for name in ("tabs", "worlds"))
    assert (group_of(one), group_of(other)) == (one, other)
    assert group_of("tests/server/test_door.py::test_a[/]") == group_of("tests/server/test_door.py::test_b")
