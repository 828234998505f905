"""Plurals, days, numbers and lists as the language that is spoken has them, by Babel and the Unicode CLDR."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Literal
from unicodedata import bidirectional

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent

from workbook.content.language import language

PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})
"""What the CLDR calls the kinds of number that languages tell apart. Each has *other*, and some the rest."""
COUNT = "n"
FIRST_STRONG, END_OF_ISOLATE = "\u2068", "\u2069"


def is_plural(table: Mapping[str, Any]) -> bool:
    """Tell whether a table of messages is one text in the forms that counts take.

    A number by itself is a form for exactly that number; ``by`` names the placeholder that counts, where it
    is not ``n``.

    >>> is_plural({"0": "nothing", "one": "{n} topic", "other": "{n} topics"})
    True
    >>> is_plural({"not_found": "There is no such page.", "other": "Something went wrong."})
    False
    """
    return (
        "other" in table
        and all(
            isinstance(form, str) and (name in PLURALS or name.isdigit() or name == "by")
            for name, form in table.items()
        )
        and len(table) > 1
    )


def plural_form(table: Mapping[str, Any], values: Mapping[str, object]) -> Any:
    """Return the form that fits the count among ``values``; the table itself where it is no such text.

    >>> plural_form({"one": "{n} topic", "other": "{n} topics"}, {"n": 1})
    '{n} topic'
    """
    if not is_plural(table):
        return table
    count = values.get(table.get("by", COUNT))
    if isinstance(count, bool) or not isinstance(count, int | float):
        return table["other"]
    if (exact := table.get(str(count))) is not None:
        return exact
    return table.get(_locale(language().locale).plural_form(count), table["other"])


def isolated(value: object) -> object:
    """Return what fills a text so that its direction of writing moves nothing around it.

    Somebody's name in Arabic would otherwise pull a full stop or a number to its other side. Where text and
    filling are both written from the left it stays as it is.

    >>> isolated("Kim"), isolated("דנה")
    ('Kim', '\u2068דנה\u2069')
    """
    if not isinstance(value, str) or not value:
        return value
    is_mixed = language().direction == "rtl" or any(bidirectional(one) in ("R", "AL") for one in value)
    return f"{FIRST_STRONG}{value}{END_OF_ISOLATE}" if is_mixed else value


def day_in_words(day: date) -> str:
    """Return a day as a person would write it.

    >>> day_in_words(date(2026, 5, 3))
    '3 May 2026'
    """
    return format_date(day, "long", locale=_locale(language().locale))


def moment_in_words(moment: datetime) -> str:
    """Return a day and a time as a person would write them, by the clock that the moment carries.

    >>> moment_in_words(datetime(2026, 5, 3, 20, 30))
    'Sunday 3 May, 20:30'
    """
    locale = _locale(language().locale)
    day = format_skeleton("MMMMEEEEd", moment, tzinfo=moment.tzinfo, locale=locale)
    return f"{day}, {format_time(moment, 'short', tzinfo=moment.tzinfo, locale=locale)}"


def decimal(value: float, digits: int = 1) -> str:
    """Return a number with as many digits after the point.

    >>> decimal(3.333), decimal(4), decimal(0.5, 0)
    ('3.3', '4.0', '0')
    """
    pattern = "0." + "0" * digits if digits else "0"
    return format_decimal(value, pattern, locale=_locale(language().locale))


def percent(share: float, digits: int = 0) -> str:
    """Return a share of one in percent.

    >>> percent(0.256, 1)
    '25.6%'
    """
    pattern = "0." + "0" * digits + "%" if digits else None
    return format_percent(share, pattern, locale=_locale(language().locale))


def listed(items: Iterable[str], *, style: Literal["standard", "or"] = "standard") -> str:
    """Return texts as one would list them; ``style`` "or" lists what there is to choose from.

    >>> listed(["trust", "play", "rest"])
    'trust, play and rest'
    """
    return format_list(list(items), style=style, locale=_locale(language().locale))


_locale = cache(Locale.parse)
