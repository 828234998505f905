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

FIRST_EDITION = 1
"""The edition that every couple was asked before there was another."""
ASKED = 2
"""The edition that a couple is asked who is made now. One before it stays, for the rounds begun in it."""


def catalogue(extra: Path | None = None) -> dict[str, Instrument]:
    """Return every instrument by id, in the order of the menu and in the language that is spoken.

    It is the edition that is asked now, `ASKED`; see `edition` for the one before.

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
    return dict(_read_all(extra, ASKED, spoken()))


def edition(number: int) -> dict[str, Instrument]:
    """Return every instrument as one edition of the questionnaires has it, in the language that is spoken.

    An instrument that an edition does not change is the same as in the one before.

    Raises
    ------
    ContentError
        There is no such edition, or with every problem of its files at once.

    Examples
    --------
    >>> edition(1)["connection"].version, edition(2)["connection"].version
    ('1.0', '2.0')
    """
    if number != FIRST_EDITION and not (STRUCTURE / "editions" / str(number)).is_dir():
        raise ContentError(f"there is no edition {number} of the questionnaires")
    return dict(_read_all(None, number, spoken()))


def in_edition(instruments: Mapping[str, Instrument], number: int) -> dict[str, Instrument]:
    """Return the same instruments as an edition has them; one that it does not know stays as it is."""
    then, known = edition(number), _known_versions()

    def in_it(one: Instrument) -> Instrument:
        other = then.get(one.id, one)
        return other if other.version != one.version and (one.id, one.version) in known else one

    return {name: in_it(one) for name, one in instruments.items()}


@cache
def _known_versions() -> frozenset[tuple[str, str]]:
    editions = [edition(number) for number in range(FIRST_EDITION, ASKED + 1)]
    return frozenset((one.id, one.version) for known in editions for one in known.values())


def every_version(instruments: Mapping[str, Instrument]) -> list[Instrument]:
    """Return these instruments, and each as another edition has it where that is another version."""
    found = {(one.id, one.version): one for one in instruments.values()}
    for number in range(ASKED, FIRST_EDITION - 1, -1):
        for one in in_edition(instruments, number).values():
            found.setdefault((one.id, one.version), one)
    return list(found.values())


def in_version(instruments: Mapping[str, Instrument], name: str, version: str) -> Instrument | None:
    """Return an instrument in the version that something was answered in; None where nobody knows it.

    >>> in_version(catalogue(), "connection", "1.0") == edition(1)["connection"]
    True
    """
    at_hand = instruments.get(name)
    if at_hand is None or at_hand.version == version:
        return at_hand
    return next(
        (one for one in every_version({name: at_hand}) if one.version == version),
        None,
    )


def as_spoken(instruments: Mapping[str, Instrument]) -> dict[str, Instrument]:
    """Return the same instruments in the language spoken, where the workbook has their words in it."""
    return {name: in_version(catalogue(), name, one.version) or one for name, one in instruments.items()}


@cache
def _read_all(extra: Path | None, number: int, language: str) -> dict[str, Instrument]:
    problems: list[str] = []
    instruments = read_kind("instruments", read_instrument, language, problems)
    if number != FIRST_EDITION:
        changed = {
            one.id: one for one in read_kind(f"editions/{number}", read_instrument, language, problems)
        }
        instruments = [changed.pop(one.id, one) for one in instruments] + list(changed.values())
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
