"""What two can take along: what they see on their joint pages, as one page to keep, print or show.

It is a function of the couple's table alone, and the same whichever of the two takes it. Requests and the
answers to them are not in it: a no on paper could be held against whoever said it.
"""

from collections.abc import Sequence
from dataclasses import replace

from workbook.content import say
from workbook.content.language import language, spoken
from workbook.exercises.machine import Thing, Told
from workbook.plots import Showing
from workbook.reports import Sheet
from workbook.session import Session
from workbook.ui.blocks import Block, bullets, heading, kicker, lead, name_of, note, paragraph, quote
from workbook.ui.drawing import Source, picture_of, title_of, together_showings
from workbook.ui.exercise_pages.activity import work
from workbook.ui.overview import CARE, told_together
from workbook.ui.panel import as_table

PAPER, PHONE = 680, 308  # px: the sheets that fit a printed page, and a narrow screen
FIRST = "profile"
APPENDIX = ("side_by_side", "waiting", "signs")
WORDS = ("the_question", "gratitude_log")
"""Exercises whose words are taken along."""
MOST = 4  # things of each, the newest
UNASKED = ("violence", "sex", "health", "substances", "children")


def sheet_for_two(session: Session, joint: Source) -> Sheet:
    """Return the page: the picture, strong things, one theme, their words, one step; then an appendix.

    ``joint`` is what the joint pages are drawn from.
    """
    source = _with_one_theme(joint)
    shown = {one.id: one for one in together_showings(source)}
    members = session.couple.members
    blocks = [
        kicker(say("ui.taken.kicker")),
        heading(1, say("ui.taken.title")),
        paragraph([name_of(member) for member in members]),
        note(say("ui.taken.outside")),
        *_view(shown[FIRST], source, level=2),
        part([*told_together(source.results, source.instruments, source.names), *_own_words(session)]),
        heading(2, say("ui.taken.agreements")),
        paragraph(say("ui.taken.no_agreements")),
        part(_appendix([shown[name] for name in APPENDIX], source)),
    ]
    return sheet(blocks)


def sheet(blocks: Sequence[Block]) -> Sheet:
    """Return blocks as a file in the language that is spoken."""
    return Sheet(say("ui.taken.file_title"), spoken(), language().direction, blocks, say("ui.taken.foot"))


def part(blocks: Sequence[Block]) -> Block:
    """Return a part of a file that begins on a page of its own where it is printed."""
    return {"kind": "part", "blocks": list(blocks)}


def _with_one_theme(source: Source) -> Source:
    """Return the same with the first of what is told of care, and no other."""
    themes = [one for one in source.results.insights if one.code in CARE]
    kept = tuple(one for one in source.results.insights if one not in themes[1:])
    return replace(source, results=replace(source.results, insights=kept))


def _appendix(shown: Sequence[Showing], source: Source) -> list[Block]:
    return [
        heading(2, say("ui.taken.appendix")),
        *[block for one in shown for block in _view(one, source, level=3, with_table=True)],
        heading(3, say("ui.taken.not_asked.title")),
        bullets(say(f"ui.taken.not_asked.{name}") for name in UNASKED),
        paragraph(say("ui.taken.limits")),
    ]


def _view(showing: Showing, source: Source, *, level: int, with_table: bool = False) -> list[Block]:
    """Return a view as its page shows it; nothing of one that is not open to both."""
    if showing.id in source.results.unavailable or (made := picture_of(showing, source)) is None:
        return []
    title = title_of(showing, source)
    said = [say(key, **values) for key, values in made.said]
    notes = [say(key, **values) for key, values in made.note or ()]
    label = say("ui.taken.picture", title=title)
    paper, phone = (made.sheets.at(one) if one in made.sheets.widths else None for one in (PAPER, PHONE))
    shown = {"kind": "picture", "figure": paper, "narrow": phone, "label": label}
    return [
        heading(level, title),
        *([lead(" ".join(said))] if said else []),
        *([shown] if paper is not None else []),
        *([note(" ".join(notes))] if notes else []),
        *([as_table(say("ui.taken.table", title=title), made.rows)] if with_table else []),
    ]


def _own_words(session: Session) -> list[Block]:
    """Return what they wrote and both can read, each with whose it is."""
    readers = [member.person_id for member in session.couple.members]
    names = {member.person_id: name_of(member) for member in session.couple.members}
    blocks: list[Block] = []
    for exercise in WORDS:
        found = [
            (thing, _texts(thing, readers[0]))
            for thing in work(session).of(exercise).values()
            if all(_texts(thing, one) == _texts(thing, readers[0]) for one in readers)
        ]
        found = [(thing, texts) for thing, texts in found if texts][-MOST:]
        blocks += [heading(3, say(f"ui.taken.words.{exercise}"))] if found else []
        for thing, texts in found:
            for told in texts:
                by = names.get(told.by or ("" if told.key else thing.by))
                blocks += [note([by]), quote(told.text or "")] if by else [quote(told.text or "")]
    return [heading(2, say("ui.taken.words.title")), *blocks] if blocks else []


def _texts(thing: Thing, reader: str) -> list[Told]:
    """Return the passages that hold somebody's words; what is left out for a reader is empty."""
    return [told for told in thing.told(reader) if told.text]
