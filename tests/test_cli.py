"""The command line: every failure is a sentence and exit code 2, never a traceback."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from workbook.cli import Commands, main
from workbook.errors import WorkbookError


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def failing() -> click.Group:
    """A group with the workbook's way of failing, and two commands that fail."""

    @click.group(cls=Commands)
    @click.option("--debug", is_flag=True)
    def group(*, debug: bool) -> None:
        pass

    @group.command()
    def foreseen() -> None:
        raise WorkbookError(["First sentence.", "Second sentence."])

    @group.command()
    def unforeseen() -> None:
        raise ZeroDivisionError("my secret answer")

    return group


def test_help_names_every_command() -> None:
    shown = run("--help").output
    assert [name for name in main.commands if name not in shown] == []


def test_expected_error_prints_every_problem_and_exits_with_2(failing: click.Group) -> None:
    result = CliRunner().invoke(failing, ["foreseen"])
    assert (result.exit_code, result.stderr) == (2, "First sentence.\nSecond sentence.\n")


def test_unexpected_error_prints_no_traceback_and_no_values(failing: click.Group) -> None:
    result = CliRunner().invoke(failing, ["unforeseen"])
    assert result.exit_code == 2
    assert "Traceback" not in result.stderr
    assert "secret" not in result.stderr
    assert "--debug" in result.stderr


def test_debug_lets_the_error_through(failing: click.Group) -> None:
    result = CliRunner().invoke(failing, ["--debug", "unforeseen"])
    assert isinstance(result.exception, ZeroDivisionError)


def test_the_workbook_of_a_couple_does_not_start_under_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr("workbook.server.launch.start", lambda *_, **__: started.append(True))
    refused = CliRunner().invoke(main, ["--debug", "start"])
    assert (refused.exit_code, started) == (2, [])
    assert "workbook start" in refused.stderr and "Traceback" not in refused.stderr
    CliRunner().invoke(main, ["start"])
    assert started == [True]


def test_the_process_ends_with_code_2_and_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    done = subprocess.run(
        [sys.executable, "-m", "workbook", "simulate", "--couples", "2", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "is there already" in done.stderr


def test_a_command_ends_its_work_although_nobody_reads_its_words(tmp_path: Path) -> None:
    """As before ``| head``: the reader is gone before the first word is printed."""
    asked = ["simulate", "--couples", "2", "--seed", "1", "--out", str(tmp_path / "cohort")]
    going = subprocess.Popen(
        [sys.executable, "-m", "workbook", *asked], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert going.stdout is not None and going.stderr is not None
    going.stdout.close()
    said = going.stderr.read()
    going.stderr.close()
    assert (going.wait(timeout=120), said) == (0, b"")
    assert (tmp_path / "cohort" / "cohort.json").exists()


def test_unknown_questionnaires_are_all_named_at_once(tmp_path: Path) -> None:
    asked = ["--couples", "2", "--instrument", "x", "--instrument", "y"]
    result = run("simulate", *asked, "--out", str(tmp_path / "a"))
    assert result.exit_code == 2
    assert ["'x'" in result.stderr, "'y'" in result.stderr] == [True, True]
    assert not (tmp_path / "a").exists()
