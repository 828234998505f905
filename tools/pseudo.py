"""Write languages nobody speaks, made from the English words, to see that the workbook is ready for others.

``en-XA`` is longer and accented, with the plurals and months of Ukrainian; ``ar-XB`` is written from right to
left in Hebrew letters, with the plurals and months of Arabic. Every text is between ⟦ and ⟧, so one that is
cut or put together from pieces is seen, and none holds a letter from A to Z: such a letter on a page is
English left behind. They are no part of the workbook: whoever wants to see it in them names the folder.

    python -m tools.pseudo build/languages
    WORKBOOK_LANGUAGES=build/languages workbook demo
"""

import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from babel import Locale

import workbook.content
from workbook.content.formats import is_plural
from workbook.content.language import ABOUT, SOURCE

WORDS = Path(workbook.content.__file__).parent / SOURCE
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ACCENTED = "áƀćđéƒǧĥíĵķĺɱńóƥʠŕśťúṽŵẋýž"
HEBREW = "אבגדהוזחטיכלמנסעפצקרשתםןףץ"
FILLING = "ẋ"
LONGER = 0.4  # German and Finnish are about this much longer than English; short labels even more
# What stays as it is: what is filled in, and what somebody has to type or read as it stands.
KEPT = re.compile(r"(\{[^}]*\}|`[^`]*`|https?://\S+|--[a-z-]+|WORKBOOK_[A-Z_]+)")
LANGUAGES = {"en-XA": ("uk", "ltr"), "ar-XB": ("ar", "rtl")}


def accented(text: str) -> str:
    """Return a text accented and longer.

    >>> accented("{n} topics")
    '⟦{n} ťóƥíćś ẋẋẋẋ⟧'
    """
    missing = max(4, round(len(KEPT.sub("", text)) * LONGER)) if text.strip() else 0
    filling = " ".join(FILLING * min(6, missing - at) for at in range(0, missing, 6))
    return f"⟦{_turned(text, ACCENTED)} {filling}⟧"


def mirrored(text: str) -> str:
    """Return a text in letters that are written from right to left.

    >>> mirrored("{n} topics")
    '⟦{n} רסעטגק⟧'
    """
    return f"⟦{_turned(text, HEBREW)}⟧"


def _turned(text: str, letters: str) -> str:
    turn = str.maketrans(LETTERS + LETTERS.upper(), letters + letters.upper())
    return "".join(part if KEPT.fullmatch(part) else part.translate(turn) for part in KEPT.split(text))


def write_languages(folder: Path) -> list[str]:
    """Write both into a folder; return what they are called."""
    for (name, (locale, direction)), turn in zip(LANGUAGES.items(), (accented, mirrored), strict=True):
        for file in WORDS.rglob("*.toml"):
            to = folder / name / file.relative_to(WORDS)
            to.parent.mkdir(parents=True, exist_ok=True)
            found = tomllib.loads(file.read_text(encoding="utf-8"))
            if file.name == ABOUT:
                found = {"name": turn(found["name"]), "locale": locale, "direction": direction}
            else:
                found = _turn(found, turn, sorted(Locale.parse(locale).plural_form.tags))
            to.write_text("\n".join(_written(found)) + "\n", encoding="utf-8")
    return list(LANGUAGES)


def _turn(value: Any, turn: Callable[[str], str], plurals: list[str]) -> Any:
    if isinstance(value, str):
        return turn(value) if value.strip() else value
    if isinstance(value, list):
        return [_turn(one, turn, plurals) for one in value]
    if isinstance(value, dict) and is_plural(value):
        forms = {**value, **{name: value.get(name, value["other"]) for name in plurals}}
        return {name: form if name == "by" else turn(form) for name, form in forms.items()}
    if isinstance(value, dict):
        return {name: _turn(one, turn, plurals) for name, one in value.items()}
    return value


def _written(table: dict[str, Any], above: str = "") -> Iterator[str]:
    """Write tables of texts, lists of texts and tables as TOML."""
    inner = {name: one for name, one in table.items() if isinstance(one, dict) and not is_plural(one)}
    if above:
        yield f"[{above}]"
    for name, one in table.items():
        if name not in inner:
            yield f"{_key(name)} = {_value(one)}"
    for name, one in inner.items():
        yield from _written(one, f"{above}.{_key(name)}" if above else _key(name))


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


if __name__ == "__main__":
    print(*write_languages(Path(sys.argv[1])), sep="\n")
