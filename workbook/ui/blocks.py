"""The blocks that `components/prose.js` can draw: plain dicts, made here so names stay right.

A text is a string, or a list of parts such as ``{"text", "strong"}`` and ``{"text",
"partner": "a"}``. The browser puts every text in place as text, never as markup.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbook.content import say
from workbook.content.document import Document
from workbook.service.formats.values import Member

Block = dict[str, Any]
Words = str | list[Any]


def heading(level: int, text: Words) -> Block:
    """Return a heading; level 1 is the page's title and takes the focus when the page is turned."""
    return {"kind": "heading", "level": level, "text": text}


def kicker(text: Words) -> Block:
    """Return the small line above a title: where I am."""
    return {"kind": "kicker", "text": text}


def lead(text: Words) -> Block:
    """Return the first, larger sentence."""
    return {"kind": "lead", "text": text}


def paragraph(text: Words) -> Block:
    """Return a paragraph."""
    return {"kind": "paragraph", "text": text}


def note(text: Words) -> Block:
    """Return a small, quieter paragraph."""
    return {"kind": "note", "text": text}


def quote(text: Words) -> Block:
    """Somebody's own words, kept as typed."""
    return {"kind": "quote", "text": text}


def code(text: str) -> Block:
    """Return a code to be noted down, set apart so that each sign can be told from the others."""
    return {"kind": "code", "text": text}


def bullets(items: Iterable[Words], *, ordered: bool = False) -> Block:
    """Return a list."""
    return {"kind": "list", "items": list(items), "ordered": ordered}


def links(items: Iterable[tuple[str, str]]) -> Block:
    """Links as (text, address); only https, tel, sms, mail, an app's and our own addresses are followed."""
    return {"kind": "links", "items": [{"text": text, "address": address} for text, address in items]}


def callout(title: str, blocks: Sequence[Block], *, tone: str = "", alert: bool = False) -> Block:
    """Return a box that stands out; ``tone`` is "", "care", "good" or "bad"."""
    return {"kind": "callout", "title": title, "blocks": list(blocks), "tone": tone, "alert": alert}


def details(summary: str, blocks: Sequence[Block]) -> Block:
    """Something to unfold."""
    return {"kind": "details", "summary": summary, "blocks": list(blocks)}


def card(blocks: Sequence[Block]) -> Block:
    """Return a raised box."""
    return {"kind": "card", "blocks": list(blocks)}


def cards(items: Iterable[Sequence[Block]]) -> Block:
    """Boxes side by side where there is room."""
    return {"kind": "cards", "items": [list(blocks) for blocks in items]}


def progress(words: str, share: float, note_text: str = "") -> Block:
    """Return a bar with its words; ``share`` from 0 to 1."""
    return {"kind": "progress", "words": words, "note": note_text, "share": min(1.0, max(0.0, share))}


def steps(rows: Sequence[Mapping[str, object]]) -> Block:
    """Return answers as steps, each ``{"text", "words", "step", "of"}``: which of how many, from 0."""
    return {"kind": "steps", "rows": [dict(row) for row in rows]}


def table(
    caption: str,
    head: Sequence[Words],
    rows: Sequence[Sequence[Words]],
    numbers: Sequence[int] = (),
    *,
    below_its_name: bool = False,
) -> Block:
    """Return a table with a caption; ``numbers`` are the columns set flush right.

    Where it stands ``below_its_name``, a heading says the same, and the caption is read aloud alone.
    """
    return {
        "kind": "table",
        "caption": caption,
        "head": list(head),
        "rows": [list(row) for row in rows],
        "numbers": list(numbers),
        "below_its_name": below_its_name,
    }


def name_of(member: Member) -> dict[str, str]:
    """Return a partner's name in their colour, with their symbol."""
    return {"text": member.name, "partner": member.place}


def opening(page: str, **values: object) -> list[Block]:
    """Return a page's kicker, title and lead, from ``ui.<page>``."""
    return [
        kicker(say(f"ui.{page}.kicker", **values)),
        heading(1, say(f"ui.{page}.title", **values)),
        lead(say(f"ui.{page}.lead", **values)),
    ]


def reading(document: Document, above: str) -> list[Block]:
    """Return a document from its title to its end; the first paragraph leads where it stands alone."""
    blocks = [kicker(above), heading(1, document.title)]
    for section in document.sections:
        if section.heading:
            blocks.append(heading(2, section.heading))
        blocks += [paragraph(text) for text in section.paragraphs]
    if not document.sections[0].heading:
        blocks[2] = lead(document.sections[0].paragraphs[0])
    return blocks
