"""Which new passphrases are too quick to guess: the commonest ones, one's name, the couple's code.

Compared without case, blanks and signs, and without digits before or after: "Sunshine 2024!" is the
"sunshine" of the list. Nothing here asks for signs or digits, which make people choose worse.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from itertools import pairwise

_DIGITS = "0123456789"
_FEWEST_KINDS = 3  # characters that differ; fewer is a key held down


def weakness(passphrase: str, name: str = "", code: str = "") -> str | None:
    """Return what is wrong with a new passphrase, as a key of ``errors.account``; None if nothing is.

    Parameters
    ----------
    passphrase : str
        Of a length that is allowed.
    name, code : str
        The person's name and the couple's code, which the partner knows.

    Examples
    --------
    >>> weakness("Password123!")
    'common_passphrase'
    >>> weakness("annabel 1987", "Annabel")
    'name_passphrase'
    >>> weakness("seven quiet lanterns") is None
    True
    """
    plain = _plain(passphrase)
    bare = plain.strip(_DIGITS)
    if _is_simple(plain or passphrase) or (plain and not bare):
        return "simple_passphrase"
    if (own := _plain(name)) and not bare.replace(own, ""):
        return "name_passphrase"
    if (known := _plain(code)) and known in plain and len(plain) - len(known) < len(known) / 2:
        return "code_passphrase"
    if {plain, bare} & common_passphrases():
        return "common_passphrase"
    return None


@cache
def common_passphrases() -> frozenset[str]:
    """Return the passphrases of ``common_passphrases.txt``, where their source and licence stand."""
    text = (files("workbook.service.identity") / "common_passphrases.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _is_simple(text: str) -> bool:
    steps = {ord(second) - ord(first) for first, second in pairwise(text)}
    return len(set(text)) < _FEWEST_KINDS or steps in ({1}, {-1})
