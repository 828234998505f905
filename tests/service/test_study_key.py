"""A study's private half opens by its researcher's passphrase or the code, and by nothing else."""

import io
import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.service.household import CHEAP, STUDY
from tests.service.keyed import CODE, PASSPHRASE, PRIVATE, locked, passphrase_file, write_keyed
from workbook.content import sentences
from workbook.errors import SetupError, TooManyTriesError
from workbook.service.formats import crypto
from workbook.service.identity.codes import plain_code
from workbook.service.identity.locks import lock_key
from workbook.service.identity.rate_limit import Tries
from workbook.service.studies.passphrase_file import read_passphrase
from workbook.service.studies.setting_up import add_key, change_passphrase, make_study
from workbook.service.studies.study import Study, check_study, open_private, read_study, write_study
from workbook.service.studies.study_key import (
    FILE_NAME,
    PLACE,
    StudyKey,
    is_public_key,
    new_study_key,
    open_private_half,
    read_study_key,
    with_passphrase,
    write_study_key,
)

NEW = "seven more slow herons"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


def checked(name: str = "Talk") -> Study:
    return check_study(name, "How couples talk.", ["connection"], "a@example.org", 24)


def never() -> str:
    raise AssertionError("nobody is to be asked")


def test_the_passphrase_and_the_code_open_it_however_the_code_is_typed_and_nothing_else_does() -> None:
    key = locked()
    for secret in (PASSPHRASE, CODE, CODE.lower().replace("-", " ")):
        assert open_private_half(key, secret) == PRIVATE
    for wrong in ("", "five slow herons", PASSPHRASE.upper(), key.public):
        with pytest.raises(SetupError, match="does not open") as caught:
            open_private_half(key, wrong, tries=Tries())
        assert caught.value.about == ("passphrase",)


def test_ten_wrong_tries_make_the_next_one_wait_and_a_right_one_costs_none() -> None:
    key, tries = locked(), Tries()
    for n in range(10):
        assert open_private_half(key, PASSPHRASE, tries=tries) == PRIVATE
        with pytest.raises(SetupError):
            open_private_half(key, f"wrong {n}", tries=tries)
    with pytest.raises(TooManyTriesError):
        open_private_half(key, PASSPHRASE, tries=tries)


def test_a_new_passphrase_opens_the_same_key_and_the_old_one_does_not() -> None:
    key = with_passphrase(locked(), PRIVATE, NEW, CHEAP)
    assert open_private_half(key, NEW) == open_private_half(key, CODE) == PRIVATE
    with pytest.raises(SetupError):
        open_private_half(key, PASSPHRASE)


def test_the_file_is_its_owners_alone_and_holds_no_secret_in_the_clear(data: Path) -> None:
    key = locked()
    write_study_key(key, data / FILE_NAME)
    assert stat.S_IMODE((data / FILE_NAME).stat().st_mode) == 0o600
    held = (data / FILE_NAME).read_text()
    assert not any(one in held for one in (PRIVATE.hex(), PASSPHRASE, CODE))
    assert read_study_key(data / FILE_NAME) == key
    (data / FILE_NAME).chmod(0o640)
    with pytest.raises(SetupError, match="600"):
        read_study_key(data / FILE_NAME)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("by_code"),
        lambda content: content.update(public="00" * 32),
        lambda content: content.update(public="x"),
        lambda content: content["by_passphrase"].update(cost=[1 << 40, 1, 1]),
        lambda content: content["by_passphrase"].update(cost="much"),
        lambda content: content["by_code"].update(salt="zz"),
    ],
)
def test_a_damaged_file_is_an_error_that_says_what_to_do(data: Path, change: Any) -> None:
    path = data / FILE_NAME
    write_study_key(locked(), path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(SetupError, match="backup"):
        read_study_key(path)
    for text in ("", "[]", "{"):
        path.write_text(text)
        with pytest.raises(SetupError, match="backup"):
            read_study_key(path)
    path.unlink()
    with pytest.raises(SetupError, match="There is no"):
        read_study_key(path)


def test_a_private_half_of_another_key_in_the_file_is_noticed() -> None:
    other = crypto.public_of(bytes(range(3, 35))).hex()
    locks = (lock_key(PRIVATE, one, f"study {other}", CHEAP) for one in (PASSPHRASE, plain_code(CODE)))
    with pytest.raises(SetupError, match="does not belong"):
        open_private_half(StudyKey(other, *locks), PASSPHRASE)


def test_a_public_key_in_the_studys_file_that_is_not_the_researchers_opens_nothing(data: Path) -> None:
    write_keyed(STUDY, data)
    assert open_private(data, STUDY, PASSPHRASE) == PRIVATE
    swapped = crypto.public_of(bytes(range(2, 34))).hex()
    path = data / "study.toml"
    path.write_text(path.read_text().replace(STUDY.public_key, swapped))
    found = read_study(data)
    assert found is not None and found.public_key == swapped
    with pytest.raises(SetupError, match="names another key") as caught:
        open_private(data, found, PASSPHRASE)
    assert STUDY.key_words in sentences(caught.value)[0] and found.key_words in sentences(caught.value)[0]
    with pytest.raises(SetupError, match="names another key"):
        make_study(checked(), data, never, is_replacing=True, cost=CHEAP)


@pytest.mark.parametrize("bad", ["", "00" * 32, "AB" * 32, "ab" * 31, 3])
def test_a_studys_file_with_a_key_that_is_none_is_refused(data: Path, bad: object) -> None:
    """All zeros is a point to which everything is sealed with a secret that everybody can compute."""
    assert not is_public_key(bad)
    write_keyed(STUDY, data)
    path = data / "study.toml"
    path.write_text(path.read_text().replace(f'"{STUDY.public_key}"', json.dumps(bad)))
    if bad == "":
        with pytest.raises(SetupError):
            open_private(data, read_study(data) or STUDY, PASSPHRASE)
        return
    with pytest.raises(SetupError, match="public_key"):
        read_study(data)


def test_a_studys_file_with_half_of_the_sealing_is_refused(data: Path) -> None:
    write_keyed(STUDY, data)
    path = data / "study.toml"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if "public_key" not in line))
    with pytest.raises(SetupError, match="public_key is missing"):
        read_study(data)


# -- making one ---------------------------------------------------------------------------------
def test_a_study_is_made_with_a_key_that_its_code_opens_too(data: Path) -> None:
    made = make_study(checked(), data, lambda: PASSPHRASE, cost=CHEAP)
    found = read_study(data)
    assert found is not None and replace(made.study, began=found.began) == found
    assert open_private(data, found, PASSPHRASE) == open_private(data, found, made.code)
    assert found.ends and found.key_words


def test_new_words_keep_the_key_and_ask_for_no_passphrase(data: Path) -> None:
    first = make_study(checked(), data, lambda: PASSPHRASE, cost=CHEAP)
    second = make_study(checked("More talk"), data, never, is_replacing=True, cost=CHEAP)
    assert second.study.public_key == first.study.public_key and second.code == ""
    (data / FILE_NAME).rename(data.parent / "kept-elsewhere.key")
    third = make_study(checked("Still more"), data, never, is_replacing=True, cost=CHEAP)
    assert third.study.public_key == first.study.public_key
    assert open_private(data, third.study, PASSPHRASE, data.parent / "kept-elsewhere.key")


def test_a_new_key_keeps_the_old_one_beside_it(data: Path) -> None:
    first = make_study(checked(), data, lambda: PASSPHRASE, cost=CHEAP)
    second = make_study(checked(), data, lambda: NEW, is_replacing=True, is_new_key=True, cost=CHEAP)
    assert second.study.public_key != first.study.public_key
    older = data / f"study-{first.study.public_key[:12]}.key"
    assert open_private_half(read_study_key(older), PASSPHRASE)
    assert open_private(data, second.study, NEW)
    (data / FILE_NAME).write_text("not a key")
    third = make_study(checked(), data, lambda: NEW, is_replacing=True, is_new_key=True, cost=CHEAP)
    assert open_private(data, third.study, NEW)


@pytest.mark.parametrize(
    ("passphrase", "told"),
    [("short", "at least 8"), ("password123", "Many people"), ("Talk about 2026", "than your name"), ("x" * 300, "at most")],
)  # fmt: skip
def test_a_weak_passphrase_is_refused_and_nothing_is_written(data: Path, passphrase: str, told: str) -> None:
    with pytest.raises(SetupError, match=told):
        make_study(checked("Talk about"), data, lambda: passphrase, cost=CHEAP)
    assert list(data.iterdir()) == []


def test_a_study_that_cannot_be_written_leaves_no_key_nobody_has_the_code_of(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Path:
        raise SetupError("no room")

    monkeypatch.setattr("workbook.service.studies.setting_up.write_study", refuse)
    with pytest.raises(SetupError):
        make_study(checked(), data, lambda: PASSPHRASE, cost=CHEAP)
    assert list(data.iterdir()) == []
    write_study_key(locked(), data / FILE_NAME)
    before = (data / FILE_NAME).read_bytes()
    with pytest.raises(SetupError):
        make_study(checked(), data, lambda: NEW, is_new_key=True, cost=CHEAP)
    assert (data / FILE_NAME).read_bytes() == before


def test_an_older_study_is_given_a_key_once_and_its_words_stay(data: Path) -> None:
    write_study(checked(), data)
    before = read_study(data)
    assert before is not None and not before.public_key
    with pytest.raises(SetupError, match="study key"):
        open_private(data, before, PASSPHRASE)
    made = add_key(data, lambda: PASSPHRASE, cost=CHEAP)
    found = read_study(data)
    assert found is not None and found.earlier_words_hash == before.words_hash != found.words_hash
    assert found.began == before.began and open_private(data, found, made.code)
    with pytest.raises(SetupError, match="has a key already"):
        add_key(data, never, cost=CHEAP)
    with pytest.raises(SetupError, match="no study"):
        add_key(data / "elsewhere", never)


def test_a_passphrase_is_changed_by_the_old_one_or_the_code_and_not_without(data: Path) -> None:
    write_keyed(STUDY, data)
    before = (data / FILE_NAME).read_bytes()
    with pytest.raises(SetupError, match="does not open"):
        change_passphrase(data, lambda: "a wrong one", never, cost=CHEAP)
    with pytest.raises(SetupError, match="at least"):
        change_passphrase(data, lambda: PASSPHRASE, lambda: "short", cost=CHEAP)
    assert (data / FILE_NAME).read_bytes() == before
    change_passphrase(data, lambda: CODE, lambda: NEW, cost=CHEAP)
    assert open_private(data, STUDY, NEW) == open_private(data, STUDY, CODE) == PRIVATE


def test_the_key_is_found_where_the_environment_says(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_keyed(STUDY, data)
    elsewhere = data.parent / "mine.key"
    (data / FILE_NAME).rename(elsewhere)
    with pytest.raises(SetupError, match="There is no"):
        open_private(data, STUDY, PASSPHRASE)
    monkeypatch.setenv(PLACE, str(elsewhere))
    assert open_private(data, STUDY, PASSPHRASE) == PRIVATE


# -- from a file ----------------------------------------------------------------------------------
def test_a_passphrase_is_the_first_line_of_a_file_of_its_owners_alone(tmp_path: Path) -> None:
    file = passphrase_file(tmp_path, " with blanks \r\nand a second line")
    assert read_passphrase(file) == " with blanks "
    file.chmod(0o644)
    with pytest.raises(SetupError, match="600"):
        read_passphrase(file)
    for wrong in (tmp_path / "none", tmp_path):
        with pytest.raises(SetupError, match="cannot be read"):
            read_passphrase(wrong)
    file.chmod(0o600)
    file.write_bytes(b"\xff\xfe\n")
    with pytest.raises(SetupError, match="cannot be read"):
        read_passphrase(file)
    file.write_text("\nlater")
    with pytest.raises(SetupError, match="empty"):
        read_passphrase(file)


def test_a_passphrase_comes_through_standard_input_or_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSPHRASE}\n"))
    assert read_passphrase("-") == PASSPHRASE
    reading, writing = os.pipe()
    try:
        os.write(writing, f"{PASSPHRASE}\n".encode())
        os.close(writing)
        assert read_passphrase(f"/dev/fd/{reading}") == PASSPHRASE
    finally:
        os.close(reading)


def test_a_made_key_has_a_code_of_its_own_each_time() -> None:
    (one, first), (other, second) = (new_study_key(PASSPHRASE, CHEAP) for _ in range(2))
    assert first != second and one.public != other.public
    with pytest.raises(SetupError):
        open_private_half(one, second, tries=Tries())
