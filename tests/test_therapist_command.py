"""``workbook therapist``: accounts for a practice, made beside its data."""

import re
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner

from workbook.cli import main
from workbook.errors import SignInError
from workbook.service.cases import therapists
from workbook.service.desks.household import Household
from workbook.storage.opening import open_store

PASSPHRASE = "a practice by the river"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    (tmp_path / "passphrase").chmod(0o600)
    return tmp_path / "data"


def run(data: Path, *arguments: str, given: str = "") -> tuple[int, str]:
    file = ["--passphrase-file", str(data.parent / "passphrase")]
    done = CliRunner().invoke(main, ["therapist", *arguments, *file, "--data", str(data)], input=given)
    return done.exit_code, done.output


def add(data: Path) -> str:
    exit_code, output = run(data, "add", "--name", "A. Rivers")
    assert exit_code == 0, output
    return re.search(r"sign in with: (\S+)", output)[1]


def signs_in(data: Path, code: str, digits: str = "") -> str:
    household = Household(open_store(data))
    try:
        return household.therapists.sign_in(code, PASSPHRASE, digits).role
    finally:
        household.close()


def test_an_account_is_made_and_its_codes_are_shown_once(data: Path) -> None:
    code = add(data)
    assert signs_in(data, code) == "therapist"


def test_a_name_that_looks_empty_is_refused_in_a_sentence(data: Path) -> None:
    exit_code, output = run(data, "add", "--name", " ")
    assert (exit_code, "Traceback" in output) == (2, False)


def test_a_passphrase_is_never_an_argument(data: Path) -> None:
    exit_code, output = run(data, "add", "--name", "A. Rivers", "--passphrase", PASSPHRASE)
    assert exit_code == 2
    assert PASSPHRASE not in output


def test_a_second_step_is_set_only_once_its_digits_were_seen_to_fit(data: Path) -> None:
    code = add(data)
    exit_code, output = run(data, "second-step", "--code", code, given="000000\n")
    assert exit_code == 2
    assert signs_in(data, code) == "therapist", "nothing was set"
    assert re.search(r"otpauth://", output)


def test_once_it_is_set_no_one_signs_in_without_it(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = pyotp.random_base32()
    monkeypatch.setattr(therapists, "new_secret", lambda: secret)
    code = add(data)
    exit_code, output = run(data, "second-step", "--code", code, given=f"{pyotp.TOTP(secret).now()}\n")
    assert (exit_code, secret in output) == (0, True)
    with pytest.raises(SignInError):
        signs_in(data, code)


def test_wrong_code_and_wrong_passphrase_are_told_alike(data: Path) -> None:
    code = add(data)
    wrong_code = run(data, "second-step", "--code", "kimod-kimod-kimod-kimod")
    (data.parent / "passphrase").write_text("another passphrase")
    assert run(data, "second-step", "--code", code) == wrong_code
