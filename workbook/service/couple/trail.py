"""What a drawer may keep of where somebody was: one place to go on from, and what they read to its end.

A list of the pages somebody opened, with times, would tell whoever gets hold of it when they looked for
help, how they felt, or that they answered the private questions. So no page leaves a trail unless it is
named here. That holds whoever asks for it: a page of tomorrow, or a browser that makes its kernel ask.
"""

from collections.abc import Callable, Mapping
from typing import Any

from workbook.address import Address
from workbook.answers import is_occasion
from workbook.content.first_look import first_look
from workbook.errors import AccessError, problem
from workbook.instruments.model import Instrument
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import BOOKMARK, Record

Instruments = Mapping[str, Instrument]

PLACES = frozenset(
    {
        "home",
        "introduction",
        "limits",
        "consent",
        "share",
        "decided",
        "expectation",
        "results",
        "own",
        "earlier",
        "earlier-view",
        "together",
        "view",
        "together-earlier",
        "view-earlier",
        "exercises",
        "exercise",
        "weekly",
        "again",
        "own-needs",
        "first-look",
        "first-picture",
    }
)
"""Kinds of page that may be the place to go on from, besides chapters that are not private."""
SEEN = frozenset({"introduction", "limits", "results", "expectation", "first-picture"})
"""Pages that may be remembered as read, besides the ends of chapters that are not private."""
_OF_A_CHAPTER = ("chapter", "review")
_MOOD = "mood"  # kept by earlier versions


def is_place(page: Address, instruments: Instruments) -> bool:
    """Tell whether a page may be kept as the place to go on from.

    >>> pages = ("exercise:request", "just-for-me", "chapter:gone:1")
    >>> [is_place(Address.read(page), {}) for page in pages]
    [True, False, False]
    """
    if page.kind in _OF_A_CHAPTER:
        return _is_open(page.name, instruments)
    return page.kind in PLACES


def may_be_kept(kind: str, payload: Mapping[str, Any], instruments: Instruments) -> bool:
    """Tell whether an event of the right shape leaves no trail of what is for its person alone."""
    match kind:
        case "bookmark":
            return is_place(Address.read(payload["page"]), instruments)
        case "setting":
            is_dated = "day" in payload and payload["name"] != "week"
            return not is_dated and _is_setting(payload["name"], payload["value"], instruments)
        case "consent":
            return bool(payload["text"] == "consent")
    return True


def check_trail(kind: str, payload: Mapping[str, Any], instruments: Instruments) -> None:
    """Refuse an event that would leave a trail.

    Raises
    ------
    AccessError
        The same sentence for every such page.
    """
    if not may_be_kept(kind, payload, instruments):
        raise AccessError(problem("errors.events.no_trail"))


def forget_trail(drawer: Drawer, instruments: Instruments) -> None:
    """Destroy the trail that earlier versions left, for good; doing it again is harmless.

    One place stays: the latest that may be one.
    """
    records = drawer.records()
    places = [one for one in records if one.kind == BOOKMARK]
    kept = [one for one in places if is_place(Address.read(one.payload["page"]), instruments)][-1:]
    drawer.forget(
        [one for one in places if one not in kept] + [one for one in records if _is_trace(one, instruments)]
    )


def _is_trace(record: Record, instruments: Instruments) -> bool:
    if record.kind != "setting":
        return record.kind == _MOOD
    name = record.payload["name"]
    return name.startswith("seen.") and not _is_setting(name, True, instruments)


def _is_setting(name: str, value: Any, instruments: Instruments) -> bool:
    kind, _, page = name.partition(".")
    if kind == "seen":
        return value is True and (page in SEEN or _is_end(page, instruments))
    if kind == "needs-now":
        return is_occasion(page) and _are_needs(value, instruments)
    check = _SETTINGS.get(name)
    return check is not None and check(value)


def _is_end(page: str, instruments: Instruments) -> bool:
    """Tell whether it is ``end.<chapter>.<occasion>`` of a chapter that is not private."""
    end, _, rest = page.partition(".")
    chapter, _, occasion = rest.rpartition(".")
    return end == "end" and is_occasion(occasion) and _is_open(chapter, instruments)


def _are_needs(value: Any, instruments: Instruments) -> bool:
    """Tell whether it names needs that are known, each once, and no more than may be picked."""
    picked = value.split(" ") if isinstance(value, str) and value else []
    known = instruments["needs"].item_by_id if "needs" in instruments else {}
    is_known = all(f"{need}.importance" in known for need in picked)
    return isinstance(value, str) and is_known and len(set(picked)) == len(picked) <= first_look().most_needs


def _is_open(chapter_id: str, instruments: Instruments) -> bool:
    """Tell whether it is a chapter that is known and not private; what is not known may be anything."""
    of = [one for one in instruments.values() if any(chapter.id == chapter_id for chapter in one.chapters)]
    return bool(of) and not any(one.is_private for one in of)


_SETTINGS: Mapping[str, Callable[[Any], bool]] = {
    "occasion": is_occasion,
    "week": lambda value: type(value) is int,
}
