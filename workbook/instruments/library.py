"""All instruments by id: the packaged ones, and those of one's own folder."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from workbook.content.fields import read_each, repeated
from workbook.errors import ContentError
from workbook.instruments.model import Instrument
from workbook.instruments.reader import read_instrument


def catalogue(extra: Path | None = None) -> dict[str, Instrument]:
    """Return every instrument by id, in the order of the menu.

    Parameters
    ----------
    extra : Path, optional
        A folder whose ``*.toml`` files are read as well.

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
    return dict(_read_all(extra))


@cache
def _read_all(extra: Path | None) -> dict[str, Instrument]:
    places = list((files("workbook.content") / "instruments").iterdir())
    if extra is not None:
        if not extra.is_dir():
            raise ContentError(f"{extra}: there is no such folder; name one that holds instrument files")
        places.extend(extra.glob("*.toml"))
    problems: list[str] = []
    instruments = read_each(places, read_instrument, problems)
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
