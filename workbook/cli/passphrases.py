"""How a researcher's passphrase comes to a command: typed unseen, or from a file; never as an argument."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from workbook.content import say, sentences
from workbook.errors import SetupError

if TYPE_CHECKING:
    from workbook.service.studies.dataset import ConsentedStudy

Command = TypeVar("Command", bound=Callable[..., Any])
ATTEMPTS = 3
_FILE = click.Path(dir_okay=False, path_type=str, allow_dash=True)


def passphrase_option(command: Command) -> Command:
    """Add ``--passphrase-file``, from which the passphrase is read."""
    named = click.option("--passphrase-file", "file", type=_FILE, default=None, help=say("cli.study.file"))
    return named(command)


def key_file_option(command: Command) -> Command:
    """Add ``--key-file``, where the researcher keeps the study's key."""
    path = click.Path(dir_okay=False, path_type=Path)
    return click.option(
        "--key-file", type=path, default=None, envvar="WORKBOOK_STUDY_KEY", help=say("cli.study.key_file")
    )(command)


def asked(file: str | None) -> Callable[[], str]:
    """Return what gives the passphrase a study's key has: from a file, or by asking."""
    return reading_of(file) if file else lambda: _typed(say("cli.study.passphrase"))


def asked_anew(file: str | None) -> Callable[[], str]:
    """Return what gives a passphrase that a key is to have: from a file, or by asking twice."""
    if file:
        return reading_of(file)
    return lambda: typed_anew(say("cli.study.new_passphrase"), say("cli.study.again"))


def open_by_asking(data: Path | None, file: str | None, key_file: Path | None) -> "ConsentedStudy":
    """Return what people gave to a study; whoever mistypes the passphrase is asked again, twice.

    Raises
    ------
    SetupError, StorageError
        See `open_study`.
    """
    from workbook.service.studies.dataset import open_study

    for left in reversed(range(1 if file else ATTEMPTS)):
        try:
            return open_study(data, ask=asked(file), key_file=key_file)
        except SetupError as error:
            if "passphrase" not in error.about or not left:
                raise
            click.echo("\n".join(sentences(error)), err=True)
    raise AssertionError("unreachable")


def reading_of(file: str) -> Callable[[], str]:
    """Return what reads a passphrase from a file."""
    from workbook.service.studies.passphrase_file import read_passphrase

    return lambda: read_passphrase(file)


def typed_anew(words: str, again: str) -> str:
    """Ask for a new passphrase, twice."""
    return _typed(words, confirmation_prompt=again)


def _typed(words: str, **how: Any) -> str:
    return str(click.prompt(words, hide_input=True, err=True, **how))
