"""`workbook study`, and the passphrase before an export: typed unseen or from a file, and never lost sight of."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.service.cohort import fill
from tests.service.household import BEFORE_KEYS
from tests.service.keyed import PASSPHRASE, passphrase_file
from tests.service.test_given import THEIRS
from tests.test_export_command import INIT
from workbook.cli import main
from workbook.service.formats import crypto
from workbook.service.studies.study import open_private, read_study, write_study
from workbook.storage.opening import open_store

NEW = "seven more slow herons"
LEVEL = ("--level", "scores")


@pytest.fixture(autouse=True)
def _keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def run(data: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data", str(data)], input=typed)


def init(data: Path, *options: str, typed: str | None = f"{PASSPHRASE}\n{PASSPHRASE}\n") -> Result:
    return run(data, "study", "init", *INIT, "--retention-months", "24", *options, typed=typed)


def code_in(told: str) -> str:
    (line,) = [line.strip() for line in told.splitlines() if line.count("-") == 5 and line.strip().isupper()]
    return line


def with_people(data: Path, n_couples: int = 20) -> None:
    study, store = read_study(data), open_store(data)
    assert study is not None
    fill(store, study, n_couples)
    store.close()


def test_init_asks_twice_unseen_shows_the_code_once_and_says_what_losing_both_means(data: Path) -> None:
    done = init(data)
    assert done.exit_code == 0, done.output
    assert PASSPHRASE not in done.output
    assert "can never be opened by anybody" in done.output
    study = read_study(data)
    assert study is not None and study.key_words in done.output and study.ends in done.output
    assert open_private(data, study, code_in(done.output)) == open_private(data, study, PASSPHRASE)
    shown = run(data, "study", "show")
    assert study.key_words in shown.output and code_in(done.output) not in shown.output


def test_init_with_words_that_differ_asks_again_and_a_refused_study_asks_nothing(data: Path) -> None:
    done = init(data, typed=f"{PASSPHRASE}\nsomething else\n{PASSPHRASE}\n{PASSPHRASE}\n")
    assert done.exit_code == 0, done.output
    refused = init(data, typed="")
    assert refused.exit_code == 2 and "--replace" in refused.stderr
    again = init(data, "--replace", typed="")
    assert again.exit_code == 0 and "code" not in again.output, "the key stays"


def test_nobody_at_the_keyboard_means_nothing_is_written(data: Path) -> None:
    assert init(data, typed="").exit_code == 1
    assert not (data / "study.toml").exists() and not (data / "study.key").exists()


@pytest.mark.parametrize(
    "command", [("study", "init"), ("study", "key"), ("study", "passphrase"), ("export",)]
)
def test_no_command_takes_a_passphrase_as_an_argument(data: Path, command: tuple[str, ...]) -> None:
    help_text = CliRunner().invoke(main, [*command, "--help"]).output
    assert "--passphrase-file" in help_text
    done = run(
        data,
        *command,
        "--passphrase",
        "x",
        *(("--level", "scores", "--out", "x") if command == ("export",) else ()),
    )
    assert done.exit_code == 2 and "No such option" in done.stderr  # fmt: skip


def test_an_export_opens_with_the_passphrase_typed_at_the_third_try_or_the_code(
    data: Path, tmp_path: Path
) -> None:
    code = code_in(init(data).output)
    with_people(data)
    typed = f"wrong one\nwrong two\n{PASSPHRASE}\n"
    done = run(data, "export", *LEVEL, "--out", str(tmp_path / "out"), typed=typed)
    assert done.exit_code == 0, done.output
    assert done.stderr.count("does not open") == 2 and PASSPHRASE not in done.output
    done = run(data, "export", *LEVEL, "--out", str(tmp_path / "again"), typed=f"{code}\n")
    assert done.exit_code == 0, done.output


def test_a_wrong_passphrase_exports_nothing(data: Path, tmp_path: Path) -> None:
    init(data)
    with_people(data)
    out = tmp_path / "out"
    done = run(data, "export", *LEVEL, "--out", str(out), typed="one wrong\ntwo wrong\nthree wrong\n")
    assert done.exit_code == 2 and done.stderr.count("does not open") == 3
    assert not out.exists() and not (data / "exports").exists()
    file = passphrase_file(tmp_path, "wrong as well")
    done = run(data, "export", *LEVEL, "--out", str(out), "--passphrase-file", str(file))
    assert done.exit_code == 2 and done.stderr.count("does not open") == 1 and not out.exists()


def test_a_passphrase_file_that_others_can_read_is_refused_before_anything_is_opened(
    data: Path, tmp_path: Path
) -> None:
    init(data)
    with_people(data)
    file = passphrase_file(tmp_path)
    file.chmod(0o644)
    done = run(data, "export", *LEVEL, "--out", str(tmp_path / "out"), "--passphrase-file", str(file))
    assert done.exit_code == 2 and "chmod 600" in done.stderr and not (tmp_path / "out").exists()
    piped = run(data, "export", *LEVEL, "--out", str(tmp_path / "out"), "--passphrase-file", "-", typed=f"{PASSPHRASE}\n")  # fmt: skip
    assert piped.exit_code == 0, piped.output


def test_a_key_kept_elsewhere_is_named_and_without_it_nothing_is_exported(data: Path, tmp_path: Path) -> None:
    init(data)
    with_people(data)
    mine = tmp_path / "mine.key"
    (data / "study.key").rename(mine)
    options = [*LEVEL, "--passphrase-file", str(passphrase_file(tmp_path))]
    done = run(data, "export", *options, "--out", str(tmp_path / "out"))
    assert done.exit_code == 2 and "--key-file" in done.stderr
    done = run(data, "export", *options, "--key-file", str(mine), "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output


def test_a_changed_passphrase_holds_for_the_next_export_and_the_code_changes_it_too(
    data: Path, tmp_path: Path
) -> None:
    code = code_in(init(data).output)
    with_people(data)
    changed = run(data, "study", "passphrase", typed=f"{PASSPHRASE}\n{NEW}\n{NEW}\n")
    assert changed.exit_code == 0, changed.output
    old = run(data, "export", *LEVEL, "--out", str(tmp_path / "out"), typed=f"{PASSPHRASE}\n" * 3)
    assert old.exit_code == 2
    new = run(data, "export", *LEVEL, "--out", str(tmp_path / "out"), typed=f"{NEW}\n")
    assert new.exit_code == 0, new.output
    back = run(data, "study", "passphrase", typed=f"{code}\n{PASSPHRASE}\n{PASSPHRASE}\n")
    assert back.exit_code == 0, back.output


def test_a_swapped_key_is_told_before_anybody_types_and_at_the_export_after_it(
    data: Path, tmp_path: Path
) -> None:
    init(data)
    with_people(data)
    good = (data / "study.toml").read_text()
    study = read_study(data)
    assert study is not None
    (data / "study.toml").write_text(good.replace(study.public_key, crypto.public_of(THEIRS).hex()))
    told = run(data, "export", *LEVEL, "--out", str(tmp_path / "out"), typed="")
    assert told.exit_code == 2 and "names another key" in told.stderr
    with_people(data, 1)  # two give, to another key
    (data / "study.toml").write_text(good)
    done = run(data, "export", *LEVEL, "--out", str(tmp_path / "out"), typed=f"{PASSPHRASE}\n")
    assert done.exit_code == 0 and "2 places of people do not open" in done.output


def test_an_older_study_is_told_the_one_command_and_gets_a_key_by_it(data: Path, tmp_path: Path) -> None:
    data.mkdir(mode=0o700)
    write_study(BEFORE_KEYS, data)
    open_store(data).close()
    for command in (("export", *LEVEL, "--out", str(tmp_path / "out")), ("study", "passphrase")):
        done = run(data, *command, typed=f"{PASSPHRASE}\n")
        assert done.exit_code == 2 and "workbook study key" in done.stderr
    assert "workbook study key" in run(data, "doctor", "--port", "0").output
    done = run(data, "study", "key", typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert done.exit_code == 0 and code_in(done.output)
    study = read_study(data)
    assert study is not None and study.key_words in run(data, "doctor", "--port", "0").output
    done = run(data, "export", *LEVEL, "--out", str(tmp_path / "out"), typed=f"{PASSPHRASE}\n")
    assert done.exit_code == 2 and "Nobody has given" in done.stderr
