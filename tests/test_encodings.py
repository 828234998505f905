"""No command fails, or says that nothing was done, because of a name that the terminal cannot write."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pyotp
import pytest
from click.testing import CliRunner, Result

from tests.service.cohort import fill
from tests.service.household import BEFORE_KEYS
from tests.service.keyed import PASSPHRASE, passphrase_file
from workbook import cli
from workbook.cli import main
from workbook.content import say
from workbook.server import launch, researcher_server
from workbook.service.cases import therapists
from workbook.service.desks.household import Household
from workbook.service.studies.study import Study, read_study, write_study
from workbook.storage.opening import open_store

NAMES = "関係 Διάλογος İı"
STUDY = [
    "--name",
    f"{NAMES} 💛",
    "--purpose",
    "Πώς μιλάμε",
    "--asks",
    "connection",
    "--contact",
    "κ@παράδειγμα.example",
]
STUDY = [*STUDY, "--retention-months", "24"]
ENCODINGS = ["cp1252", "ascii", "cp437", "utf-8"]
SECRET = pyotp.random_base32()
ANSWERS: dict[str, Callable[[], str]] = {
    "therapist second-step": lambda: f"{pyotp.TOTP(SECRET).now()}\n",
    "therapist second-step-off": lambda: "\n",
}
"""What is typed where a command asks for something."""


def run(encoding: str, *arguments: str, answer: str | None = None) -> Result:
    return CliRunner(charset=encoding).invoke(main, arguments, input=answer)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose name few encodings have: a store with a study and what people gave it, and a backup."""
    folder = tmp_path_factory.mktemp("names") / NAMES
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBOOK_KEYS", str(folder / "keys"))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        folder.mkdir()
        init = ["study", "init", *STUDY, "--data", str(folder / "data"), *words_in(folder)]
        assert run("utf-8", *init).exit_code == 0
        study = read_study(folder / "data")
        assert isinstance(study, Study)
        store = open_store(folder / "data")
        fill(store, study, 40, seed=5)
        store.close()
        (folder / "backups").mkdir()
        made = run("utf-8", "backup", "--data", str(folder / "data"), str(folder / "backups"))
        assert made.exit_code == 0, made.output
        yield folder


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the servers end as soon as they have begun."""
    monkeypatch.setattr(launch, "start", lambda *_, **__: None)
    monkeypatch.setattr(researcher_server, "serve_dashboard", lambda *_, **__: None)


@pytest.fixture(autouse=True)
def known_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app's secret be known, so that its digits can be typed."""
    monkeypatch.setattr(therapists, "new_secret", lambda: SECRET)


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def words_in(folder: Path) -> list[str]:
    return ["--passphrase-file", str(passphrase_file(folder))]


def without_key(folder: Path) -> Path:
    """Return a new data folder with a study from before there were keys."""
    folder.mkdir(mode=0o700)
    write_study(BEFORE_KEYS, folder)
    return folder


def as_therapist(folder: Path) -> list[str]:
    """Make a therapist in a new data folder; return what names both."""
    household = Household(open_store(folder))
    code = household.therapists.create(NAMES, PASSPHRASE).code
    household.close()
    return ["--code", code, "--data", str(folder)]


Case = Callable[[Path, Path], list[str]]
CASES: dict[str, Case] = {
    "start": lambda old, _new: ["start", "--data", str(old / "data")],
    "demo": lambda _old, _new: ["demo"],
    "research": lambda old, _new: ["research", "--data", str(old / "data")],
    "doctor": lambda _old, new: ["doctor", "--data", str(new / NAMES), "--port", "0"],
    "backup": lambda old, new: ["backup", "--data", str(old / "data"), str(made(new / NAMES))],
    "restore": lambda old, new: [
        "restore",
        "--data",
        str(new / NAMES),
        "--yes",
        str(next((old / "backups").iterdir())),
    ],
    "rotate-key": lambda old, _new: ["rotate-key", "--data", str(old / "data")],
    "simulate": lambda _old, new: [
        "simulate",
        "--couples",
        "2",
        "--instrument",
        "skills",
        "--out",
        str(new / NAMES),
    ],
    "study init": lambda old, new: ["study", "init", *STUDY, "--data", str(new / NAMES), *words_in(old)],
    "study key": lambda old, new: ["study", "key", "--data", str(without_key(new / NAMES)), *words_in(old)],
    "study passphrase": lambda old, _new: [
        "study",
        "passphrase",
        "--new-passphrase-file",
        str(old / "passphrase"),
        "--data",
        str(old / "data"),
        *words_in(old),
    ],
    "therapist add": lambda old, new: [
        "therapist",
        "add",
        "--name",
        NAMES,
        "--data",
        str(new / NAMES),
        *words_in(old),
    ],
    "therapist second-step": lambda old, new: [
        "therapist",
        "second-step",
        *as_therapist(new / NAMES),
        *words_in(old),
    ],
    "therapist second-step-off": lambda old, new: [
        "therapist",
        "second-step-off",
        *as_therapist(new / NAMES),
        *words_in(old),
    ],
    "study show": lambda old, _new: ["study", "show", "--data", str(old / "data")],
    "export": lambda old, new: [
        "export",
        "--level",
        "aggregate",
        "--data",
        str(old / "data"),
        "--out",
        str(new / NAMES),
        *words_in(old),
    ],
}


def every_command(group: click.Group = main, above: str = "") -> set[str]:
    """Return every command by its name, and those within groups."""
    found = set()
    for name, command in group.commands.items():
        full = f"{above} {name}".strip()
        found |= every_command(command, full) if isinstance(command, click.Group) else {full}
    return found


def test_every_command_is_tried_here() -> None:
    assert set(CASES) == every_command()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("command", CASES)
def test_a_command_prints_what_it_can_and_succeeds(
    lived_in: Path, tmp_path: Path, command: str, encoding: str
) -> None:
    answer = ANSWERS.get(command, str)()
    done = run(encoding, *CASES[command](lived_in, tmp_path), answer=answer or None)
    assert (done.exit_code, done.exception) == (0, None), done.output
    assert "workbook --debug" not in done.output


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_refusal_with_such_a_name_is_the_refusal(tmp_path: Path, encoding: str) -> None:
    for command in (["study", "show"], ["rotate-key"], ["export", "--level", "scores", "--out", "x"]):
        done = run(encoding, *command, "--data", str(tmp_path / NAMES))
        assert done.exit_code == 2 and "workbook --debug" not in done.output
    done = run(encoding, "simulate", "--couples", "1", "--instrument", NAMES, "--out", str(tmp_path / "x"))
    assert done.exit_code == 2 and "workbook --debug" not in done.output


def test_without_the_replacement_the_first_of_them_fails(
    lived_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "print_anything", lambda: None)
    done = run("cp1252", *CASES["simulate"](lived_in, tmp_path))
    assert done.exit_code == 2
    assert (tmp_path / NAMES).is_dir(), "and what it did was done"


def test_an_unforeseen_error_claims_nothing_about_what_was_done() -> None:
    """It may come after everything was done: the disk that takes the words may be full, or the pipe closed."""
    assert "othing was changed" not in say("cli.unexpected", kind="OSError")


def test_declining_to_restore_makes_and_mends_nothing(lived_in: Path, tmp_path: Path) -> None:
    done = run(
        "cp1252",
        "restore",
        "--data",
        str(tmp_path / NAMES),
        str(next((lived_in / "backups").iterdir())),
        answer="n\n",
    )
    assert say("cli.restore.stopped") in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "POSIX"},
    ],
    ids=" ".join,
)
def test_a_process_in_such_a_locale_succeeds(tmp_path: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "workbook",
            "simulate",
            "--couples",
            "2",
            "--instrument",
            "skills",
            "--out",
            NAMES,
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path.cwd())} | environment,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert [path.name for path in tmp_path.iterdir()] == [NAMES]


def test_the_server_by_itself_prints_such_names_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``python -m workbook.server`` is what a service starts."""
    told = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(told, encoding="cp1252", write_through=True))
    from workbook.errors import SetupError, problem

    def refuse(*_args: object, **_options: object) -> None:
        raise SetupError(problem("study.error.none", folder=NAMES))

    monkeypatch.setattr(launch, "start", refuse)
    assert launch.main(["--data", str(tmp_path)]) == 1
    assert b"workbook study init" in told.getvalue()
