"""Names as people see them: what shows nothing, what is one name in other letters, what looks like another.

Two partners are told apart by their names alone, on every page. So nobody's may look empty, and a partner's
may not look like the other's. The look-alikes are those letters of other scripts that stand for a Latin one
in the usual typefaces; they are not the whole of Unicode's list of confusables (UTS 39), which has thousands.
"""

import unicodedata

# Fillers and blanks that count as letters, marks or signs, and show nothing.
_BLANK = (0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)
# Marks that only change how the character before them is drawn, or not even that.
_MARKS = (0x034F, *range(0x180B, 0x1810), 0x200C, 0x200D, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
_UNSEEN = dict.fromkeys((*_BLANK, *_MARKS))
_DOT_ABOVE = chr(0x307)
_SHOWS_NOTHING = frozenset("CZM")  # controls, spaces, and marks without anything to stand on

_LIKE = {
    "АВЕЅІЈКМНОРСТХҮѴԌԚԜ": "ABESIJKMHOPCTXYVGQW",  # Cyrillic
    "аеоѕіјрсхуһԁԛԝӏѵԍ": "aeosijpcxyhdqwlvg",
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ": "ABEZHIKMNOPTYXCJ",  # Greek
    "αγικνοορυωϲϳ": "ayiKvoopuwcj",
    "օոսհցզյքՕՍՏ": "onuhgqjfOUS",  # Armenian
    "ꓐꓑꓓꓖꓗꓙꓚꓝꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴꓟꓠꓔꓜ": "BPDGKJCFLSRVHWXYAEIOUMNTZ",  # Lisu
    "ᎪᎬᎻᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃᏟᏀ": "AEHJKLMPRSTVWZCG",  # Cherokee
    "ɑɡɩʏᴄᴏᴠᴡᴢ": "agiyCOVWZ",  # Latin, of phonetics
    "0": "O",
}
_SEEN_AS = str.maketrans(
    {sign: as_ for signs, seen in _LIKE.items() for sign, as_ in zip(signs, seen, strict=True)}
)
_STROKES = str.maketrans("Il1|", 4 * chr(0x2223))
_TOGETHER = (("rn", "m"), ("vv", "w"))


def name_key(name: str) -> str:
    """Return a name as it is compared: without case, outer spaces, and marks that nobody sees.

    The Turkish i with and without a dot are one letter here, whatever case they are typed in.

    >>> name_key("  Zoë ") == name_key("ZOË") == name_key(f"Zo{chr(0x200D)}ë")
    True
    >>> name_key("İpek") == name_key("ipek") == name_key("IPEK") == name_key("ıpek")
    True
    """
    seen = unicodedata.normalize("NFKC", name).translate(_UNSEEN)
    plain = " ".join(seen.split()).casefold()
    return plain.replace(f"i{_DOT_ABOVE}", "i").replace("ı", "i")


def shows_nothing(name: str) -> bool:
    """Tell whether a name looks empty.

    >>> [shows_nothing(name) for name in ("", chr(0x3164), chr(0x115F) + chr(0x2800), chr(0x301), "Al")]
    [True, True, True, True, False]
    """
    seen = unicodedata.normalize("NFKC", name).translate(_UNSEEN)
    return all(unicodedata.category(one)[0] in _SHOWS_NOTHING for one in seen)


def look_alike(one: str, other: str) -> bool:
    """Tell whether two names can't be told apart by looking.

    >>> look_alike("Ana", "\u0410n\u0430"), look_alike("Al", "AI"), look_alike("Ana", "Anna")
    (True, True, False)
    """
    return name_key(one) == name_key(other) or _looks(one) == _looks(other)


def _looks(name: str) -> str:
    seen = unicodedata.normalize("NFKC", name).translate(_UNSEEN).translate(_SEEN_AS)
    spaced = " ".join(seen.split())
    for signs, as_ in _TOGETHER:
        spaced = spaced.replace(signs, as_)
    return name_key(spaced.translate(_STROKES))
