"""All instruments by id: the packaged ones, and those of one's own folder."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from workbook.content.fields import read_each, repeated
from workbook.content.files import STRUCTURE, read_kind
from workbook.content.language import spoken
from workbook.errors import ContentError
from workbook.instruments.model import Instrument
from workbook.instruments.reader import read_instrument

ASKED = 1
"""The edition of the questionnaires that people are asked; another is written and checked before it is."""


def catalogue(extra: Path | None = None) -> dict[str, Instrument]:
    """Return every instrument by id, in the order of the menu and in the language that is spoken.

    Parameters
    ----------
    extra : Path, optional
        A folder whose ``*.toml`` files are read as well; each holds structure and words.

    Returns
    -------
    dict of str to Instrument
        A fresh dict each time; the instruments in it are frozen and shared.

    Raises
    ------
    ContentError
        With every problem of every file at once, ids used by two files included.

    Examples
    --------
    >>> catalogue()["connection"].title
    'How we connect'
    """
    return dict(_read_all(extra, spoken()))


def edition(number: int) -> dict[str, Instrument]:
    """Return every instrument as one edition of the questionnaires has it, in the language that is spoken.

    An instrument that an edition does not change is the same as in the one before. `catalogue` is the edition
    that people are asked: `ASKED`.

    Raises
    ------
    ContentError
        There is no such edition, or with every problem of its files at once.

    Examples
    --------
    >>> edition(2)["connection"].version
    '2.0'
    """
    if number == ASKED:
        return catalogue()
    if not (STRUCTURE / "editions" / str(number)).is_dir():
        raise ContentError(f"there is no edition {number} of the questionnaires")
    return dict(_read_edition(number, spoken()))


@cache
def _read_edition(number: int, language: str) -> dict[str, Instrument]:
    changed = read_kind(f"editions/{number}", read_instrument, language)
    return catalogue() | {one.id: one for one in changed}


def as_spoken(instruments: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Return the same instruments in the language spoken, where the workbook has their words in it."""
    known = catalogue()
    return {
        name: known[name] if name in known and known[name].version == one.version else one
        for name, one in instruments.items()
    }


@cache
def _read_all(extra: Path | None, language: str) -> dict[str, Instrument]:
    problems: list[str] = []
    instruments = read_kind("instruments", read_instrument, language, problems)
    if extra is not None:
        if not extra.is_dir():
            raise ContentError(f"{extra}: there is no such folder; name one that holds instrument files")
        instruments += read_each(extra.glob("*.toml"), read_instrument, problems)
    problems.extend(_shared_ids(instruments))
    if problems:
        raise ContentError(problems)
    instruments.sort(key=lambda instrument: (instrument.position, instrument.id))
    return {instrument.id: instrument for instrument in instruments}


def _shared_ids(instruments: list[Instrument]) -> list[str]:
    """Item ids start with their instrument's id, so only instruments can clash."""
    return [
        f"{name}.toml: another file has the instrument id {name!r} already; choose a new one"
        for name in repeated(instrument.id for instrument in instruments)
    ]
