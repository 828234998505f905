"""How wide words are, so that a figure can give each the room it needs before it is drawn."""

from collections.abc import Callable, Iterator
from itertools import accumulate

_GROUPS = {
    0.2: " ",
    0.24: "ij.,:;'’|·",
    0.28: "lI!",
    0.32: "f()[]-",
    0.36: "rt/",
    0.44: 'sxz“”"?',
    0.48: "cvyJLY",
    0.52: "aegkEFVX0123456789_+",
    0.56: "bdhnopquACPRSTZ",
    0.6: "BK&●",
    0.64: "DGHNU",
    0.68: "OQ",
    0.72: "wM",
    0.8: "W—◆",
    0.84: "m%@",
    1.0: "→…",
}
"""Widths of letters in em, as the workbook's own sans has them, rounded up a little."""
_EM = {letter: width for width, letters in _GROUPS.items() for letter in letters}
_OTHER = 0.7  # em: letters of other scripts, on the safe side
_BOLD, _SERIF = 1.04, 1.17


def text_width(words: str, size: float, *, weight: int = 400, is_serif: bool = False) -> float:
    """Estimate the width of one line in pixels, a little too wide rather than too narrow.

    >>> text_width("Trust", 15) < text_width("Trust", 15, weight=600) < text_width("Trusted", 15)
    True
    """
    em = sum(_EM.get(letter, _OTHER) for letter in words)
    return em * size * (_BOLD if weight >= 600 else 1) * (_SERIF if is_serif else 1)


def wrap(words: str, room: float, size: float, *, weight: int = 400, is_serif: bool = False) -> list[str]:
    """Break words into the fewest lines that fit, all about equally long; nothing is left out.

    A word that is wider than the room is broken, never cut.

    >>> wrap("Time kept for the two of you", 110, 15)
    ['Time kept for', 'the two of you']
    >>> "".join(wrap("Donaudampfschifffahrt", 80, 15))
    'Donaudampfschifffahrt'
    """

    def wide(line: str) -> float:
        return text_width(line, size, weight=weight, is_serif=is_serif)

    parts = [piece for word in words.split() for piece in _pieces(word, room, wide)]
    fewest = _lines(parts, room, wide)
    if len(fewest) < 2:
        return fewest
    narrower = max(map(wide, parts))
    step = max(1.0, (room - narrower) / 24)
    for k in range(25):
        tried = _lines(parts, min(room, narrower + step * k), wide)
        if len(tried) == len(fewest):
            return tried
    return fewest


def _pieces(word: str, room: float, wide: Callable[[str], float]) -> Iterator[str]:
    while wide(word) > room and len(word) > 1:
        fits = max(1, sum(1 for width in accumulate(map(wide, word)) if width <= room))
        yield word[:fits]
        word = word[fits:]
    yield word


def _lines(parts: list[str], room: float, wide: Callable[[str], float]) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if lines and wide(f"{lines[-1]} {part}") <= room:
            lines[-1] = f"{lines[-1]} {part}"
        else:
            lines.append(part)
    return lines
