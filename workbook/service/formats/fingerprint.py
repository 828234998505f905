"""Words by which people recognise something they can't read: a certificate, a study's key."""

import hashlib

_WORDS = 6
_CONSONANTS, _VOWELS = "bdfgjklmnprstvz", "aeiou"


def fingerprint_words(content: bytes) -> str:
    """Return words made from a content's SHA-256, to be compared by eye or read aloud.

    Six words of two syllables, 75 · 75 choices each: about 74 bits, so that nobody can make
    another content with the same words in any useful time.

    Examples
    --------
    >>> len(fingerprint_words(b"any bytes").split())
    6
    """
    number = int.from_bytes(hashlib.sha256(content).digest(), "big")
    words = []
    for _ in range(_WORDS):
        word = ""
        for letters in (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS):
            number, position = divmod(number, len(letters))
            word += letters[position]
        words.append(word)
    return " ".join(words)
