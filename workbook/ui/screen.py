"""One screen of a chapter as plain data: what its page shows, and what the server shows until that is there.

Both take it from here, so that one can take the other's place and nothing moves. No widget is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbook.address import Address, at
from workbook.content import say
from workbook.instruments import Chapter, Instrument, Item
from workbook.session import Session, Status
from workbook.ui.blocks import Block, heading, kicker, lead, note, paragraph, progress

CHAPTER = "chapter"


@dataclass(frozen=True, slots=True)
class ScreenContent:
    """What stands on a screen, from the top.

    Attributes
    ----------
    words : sequence of blocks
        Its title and what is said before the questions.
    bar : sequence of blocks
        How far somebody is in the chapter; nothing on the private questions.
    items : list of dict
        Its questions, as `workbook.ui.components.Form` takes them.
    answers : dict
        What is answered of them, by item; nothing where it ``opens_blank``.
    occasion : str
        What answers given here belong to.
    opens_blank : bool
        Whether it is one of the private questions, which show no answer again.
    """

    words: Sequence[Block]
    bar: Sequence[Block]
    items: list[dict[str, Any]]
    answers: dict[str, dict[str, Any]]
    occasion: str
    opens_blank: bool


def chapter_lock(session: Session, address: Address) -> Status:
    """Open the private questions always, the others once the person takes part."""
    if session.is_private(address.name):
        return "open"
    return session.chapter_status(address.name) if session.takes_part else "locked"


def settled_screen(session: Session, address: Address) -> Address:
    """Return the address with the screen; without one it is the first with an open question."""
    chapter, number = address.name, address.rest(1)
    if chapter not in session.chapters or _is_screen(number, len(session.screens(chapter))):
        return address
    first = session.first_open_screen(chapter, session.occasion_of(session.chapters[chapter][0]))
    return at(CHAPTER, chapter, first + 1)


def _is_screen(number: str, n_screens: int) -> bool:
    return number.isdecimal() and 0 < int(number) <= n_screens


def screen_number(address: Address) -> int:
    """Return which screen of its chapter a settled address names, from 0."""
    return int(address.rest(1)) - 1


def fill_screen(session: Session, address: Address) -> ScreenContent:
    """Return what stands on the screen that a settled address names."""
    instrument, chapter = session.chapters[address.name]
    occasion, screens = session.occasion_of(instrument), session.screens(chapter.id)
    items = screens[screen_number(address)]
    is_private = instrument.is_private
    return ScreenContent(
        words=_words(session, address, len(screens)),
        bar=[] if is_private else [_progress(session, chapter, occasion)],
        items=[question(item) for item in items],
        answers={} if is_private else session.answers(items, occasion),
        occasion=occasion,
        opens_blank=is_private,
    )


def _words(session: Session, address: Address, n_screens: int) -> list[Block]:
    instrument, chapter = session.chapters[address.name]
    number = screen_number(address)
    key = "private_kicker" if instrument.is_private else "kicker" if n_screens > 1 else "kicker_one"
    above = say(f"ui.chapter.{key}", instrument=instrument.title, page=number + 1, pages=n_screens)
    head = [kicker(above), heading(1, chapter.title), lead(chapter.introduction)]
    if number == 0:
        head.append(paragraph(instrument.instructions))
        if _is_asked_anew(session, instrument):
            head.append(note(say("ui.chapter.asked_anew")))
    return head


def _is_asked_anew(session: Session, instrument: Instrument) -> bool:
    is_anew = session.is_asked_anew(instrument, session.occasion_of(instrument))
    return is_anew and not instrument.is_private


def _progress(session: Session, chapter: Chapter, occasion: str) -> Block:
    n_answered = session.n_answered(chapter.id, occasion)
    left = session.minutes_left(chapter.id, occasion)
    words = say("ui.chapter.left", n=left) if left else say("ui.chapter.left_none")
    n_items = len(session.items(chapter.id))
    return progress(say("ui.chapter.progress", n=n_answered, of=n_items), n_answered / n_items, words)


def question(item: Item) -> dict[str, Any]:
    """Return a question as `workbook.ui.components.Form` takes it."""
    return {
        "id": item.id,
        "text": item.text,
        "choices": [[choice.value, choice.label] for choice in item.scale.choices],
        "version": item.version,
        "may_not_arise": item.may_not_arise,
    }
