"""Codes that people say, write down and type: the couple's code and the recovery code."""

import secrets
import unicodedata

# Sounds that are hard to mishear and make no rude word; x, q, c and look-alikes are left out.
_CONSONANTS = "bdjlmnrsvz"
_VOWELS = "aiou"
_COUPLE_WORDS = 4  # 4 words of 10·4·10·4·10 choices: 2^55.9, beyond guessing at ten tries a quarter hour
_RECOVERY_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_RECOVERY_GROUPS, _RECOVERY_GROUP = 6, 5  # 30 letters of 30 choices: 2^147


def new_couple_code() -> str:
    """Return a code that can be said aloud and typed, such as ``'lusab-rodin-malov-zirum'``.

    >>> len(new_couple_code())
    23
    """
    return "-".join(_word() for _ in range(_COUPLE_WORDS))


def new_recovery_code() -> str:
    """Return a code to keep on paper, such as ``'K7M2Q-…'``, 147 bits.

    >>> new_recovery_code().count("-")
    5
    """
    groups = (
        "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_GROUP))
        for _ in range(_RECOVERY_GROUPS)
    )
    return "-".join(groups)


def plain_code(typed: str) -> str:
    """Return a code as it is compared: without case, spaces, dashes or accents of the keyboard.

    >>> plain_code(" Lusab rodin–MALOV zirum ") == plain_code("lusab-rodin-malov-zirum")
    True
    """
    folded = unicodedata.normalize("NFKC", typed).casefold()
    return "".join(character for character in folded if character.isalnum())


def _word() -> str:
    pattern = (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS, _CONSONANTS)
    return "".join(secrets.choice(letters) for letters in pattern)
