"""All instruments by id: the packaged ones, and those of one's own folder."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from workbook.content.fields import read_each, repeated
from workbook.content.files import read_kind
from workbook.content.language import spoken
from workbook.errors import ContentError
from workbook.instruments.model import Instrument
from workbook.instruments.reader import read_instrument


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
