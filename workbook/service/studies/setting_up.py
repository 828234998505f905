"""A study made, given a key, or put under another passphrase: what its researcher does once."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbook.errors import SetupError, problem
from workbook.service.formats import crypto
from workbook.service.studies.study import Study, key_of, keyed, read_study, study_before, write_study
from workbook.service.studies.study_key import (
    check_passphrase,
    key_file,
    key_words,
    new_study_key,
    open_private_half,
    read_study_key,
    with_passphrase,
    write_study_key,
    write_whole,
)

Ask = Callable[[], str]
"""What gives a passphrase: by asking somebody, or from a file."""


@dataclass(frozen=True, slots=True)
class Made:
    """A study as it was written, where, and the recovery code of its key, if that was made now."""

    study: Study
    path: Path
    code: str = ""


def make_study(
    study: Study,
    folder: Path,
    ask: Ask,
    *,
    is_replacing: bool = False,
    is_new_key: bool = False,
    cost: crypto.Cost = crypto.HOUSEHOLD,
) -> Made:
    """Write a study beside the store, with a key pair; one that it has already is kept.

    Parameters
    ----------
    study : Study
        Checked (`check_study`), without a key.
    ask : callable
        Called for a new key alone.
    is_new_key : bool
        Make one though there is one: what was given before opens with the old one only.

    Raises
    ------
    SetupError
        There is a study, or its key is not in order, or the passphrase is weak. Nothing was written.
    """
    older = study_before(folder, replace=is_replacing)
    return _made(study, older, folder, ask, is_replacing=is_replacing, is_new_key=is_new_key, cost=cost)


def add_key(folder: Path, ask: Ask, *, cost: crypto.Cost = crypto.HOUSEHOLD) -> Made:
    """Give a key pair to a study from before there were any; its words and what was given under them stay.

    Raises
    ------
    SetupError
        There is no study, or it has a key.
    """
    study = read_study(folder)
    if study is None:
        raise SetupError(problem("study.error.none", folder=folder))
    if study.public_key:
        raise SetupError(problem("study.error.has_key", words=study.key_words))
    return _made(study, study, folder, ask, is_replacing=True, is_new_key=False, cost=cost)


def change_passphrase(
    folder: Path, ask: Ask, ask_new: Ask, file: Path | None = None, *, cost: crypto.Cost = crypto.HOUSEHOLD
) -> Path:
    """Put a study's key under another passphrase, opened by the old one or the recovery code.

    What people gave stays as it is sealed, and the code stays the same.
    """
    study = read_study(folder)
    if study is None:
        raise SetupError(problem("study.error.none", folder=folder))
    key = key_of(folder, study, file)
    private = open_private_half(key, ask())
    passphrase = ask_new()
    check_passphrase(passphrase, study.name)
    path = key_file(folder, file)
    write_study_key(with_passphrase(key, private, passphrase, cost), path)
    return path


def _made(
    study: Study,
    older: Study | None,
    folder: Path,
    ask: Ask,
    *,
    is_replacing: bool,
    is_new_key: bool,
    cost: crypto.Cost,
) -> Made:
    """Write a key, if one is to be made, and then the study; without the study no new key stays behind."""
    path = key_file(folder)
    before = path.read_bytes() if path.exists() else None
    public, code = _key_for(study.name, older, folder, ask, is_new_key=is_new_key, cost=cost)
    made = keyed(study, public)
    try:
        return Made(made, write_study(made, folder, replace=is_replacing), code)
    except SetupError:
        if code and before is None:
            path.unlink(missing_ok=True)
        elif code and before is not None:
            write_whole(path, before)
        raise


def _key_for(
    name: str, older: Study | None, folder: Path, ask: Ask, *, is_new_key: bool, cost: crypto.Cost
) -> tuple[str, str]:
    """Return the public half of the key to be used, and a recovery code where it was made now."""
    path, told = key_file(folder), older.public_key if older else ""
    if not is_new_key and path.exists():
        own = read_study_key(path).public
        if told and told != own:
            values = {"file": path, "own": key_words(own), "other": key_words(told)}
            raise SetupError(problem("study.error.other_key", **values))
        return own, ""
    if not is_new_key and told:  # its researcher keeps the private half elsewhere
        return told, ""
    passphrase = ask()
    check_passphrase(passphrase, name)
    key, code = new_study_key(passphrase, cost)
    write_study_key(key, path)
    return key.public, code
