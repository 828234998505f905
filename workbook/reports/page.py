"""A page as one HTML file that needs nothing else: no script, no address, its fonts within.

Its parts are the same blocks that the workbook's own pages are made of, and a ``picture``. Every text is
put in place as text: what people typed is never read as markup.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from workbook.reports.picture import to_svg

Block = Mapping[str, Any]
FONTS = {"Workbook Serif": "literata.woff2", "Workbook Sans": "source-sans.woff2"}
SIGNS = {"a": "●", "b": "◆"}
"""What stands before a partner's name, so that colour is never all that tells."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"
"""The file loads nothing and runs nothing, whatever it came to hold."""


@dataclass(frozen=True)
class Sheet:
    """What stands in a file.

    ``foot`` is told at its end, ``each_page`` at the foot of every printed page.
    """

    title: str
    language: str
    direction: str
    blocks: Sequence[Block]
    foot: str
    each_page: str = ""


def to_html(sheet: Sheet, *, is_for_pdf: bool = False) -> str:
    """Return a whole HTML file.

    ``is_for_pdf`` puts pictures in as images, for only these have an alternative text in a PDF. On a screen
    they are part of the page: only so do they have its fonts.
    """
    body = _Writer(_printed if is_for_pdf else _shown).each(sheet.blocks)
    return (
        f'<!doctype html>\n<html lang="{escape(sheet.language)}" dir="{escape(sheet.direction)}"><head>'
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(sheet.title)}</title><style>{_style()}{_foot(sheet.each_page)}</style></head>"
        f'<body><main>{body}</main><footer class="foot">{escape(sheet.foot)}</footer></body></html>\n'
    )


@cache
def _style() -> str:
    """Return the style, with the workbook's fonts in it."""
    faces = []
    for family, name in FONTS.items():
        font = base64.b64encode((files("workbook.ui") / "fonts" / name).read_bytes()).decode()
        faces.append(
            f'@font-face {{ font-family: "{family}"; font-weight: 200 900;'
            f' src: url("data:font/woff2;base64,{font}") format("woff2"); }}\n'
        )
    return "".join(faces) + (files("workbook.reports") / "page.css").read_text(encoding="utf-8")


def _foot(words: str) -> str:
    """Return the style that sets words at the foot of every printed page, below its number."""
    if not words:
        return ""
    safe = "".join(
        f"\\{ord(sign):06x}" if sign in '"\\<>&' or not sign.isprintable() else sign for sign in words
    )
    return f'@media print {{ @page {{ @bottom-center {{ content: counter(page) "  ·  {safe}"; }} }} }}'


def _printed(block: Block) -> str:
    label = block["label"]
    drawn = base64.b64encode(to_svg(block["figure"], label).encode()).decode()
    return f'<img alt="{escape(label)}" src="data:image/svg+xml;base64,{drawn}">'


def _shown(block: Block) -> str:
    """Return a picture, and the one for a narrow screen beside it where there is one: one of them is seen."""
    wide, narrow = block["figure"], block.get("narrow")
    if narrow is None:
        return to_svg(wide, block["label"])
    return (
        f'<div class="wide">{to_svg(wide, block["label"])}</div>'
        f'<div class="narrow">{to_svg(narrow, block["label"])}</div>'
    )


def _words(text: Any) -> str:
    """Return words as text, with partners' names in their colour and with their sign."""
    return "".join(_part(part) for part in (text if isinstance(text, list) else [text]))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return escape(part)
    words = escape(part["text"])
    if place := part.get("partner"):
        return f'<b class="partner-{escape(place)}">{SIGNS.get(place, "")} <bdi>{words}</bdi></b> '
    return f"<strong>{words}</strong>" if part.get("strong") else words


@dataclass(frozen=True)
class _Writer:
    """Writes blocks; ``draw`` is how a picture stands in the file."""

    draw: Callable[[Block], str]

    def each(self, blocks: Sequence[Block]) -> str:
        return "".join(self.block(one) for one in blocks)

    def block(self, block: Block) -> str:
        """Write a block; a kind that is not named here cannot be put in a file."""
        match block["kind"]:
            case "heading" | "paragraph" | "kicker" | "lead" | "note" | "quote":
                written = _text(block)
            case "list":
                tag = "ol" if block.get("ordered") else "ul"
                written = f"<{tag}>{''.join(f'<li>{_words(one)}</li>' for one in block['items'])}</{tag}>"
            case "callout" | "card":
                title = block.get("title")
                head = f'<p class="box-title">{_words(title)}</p>' if title else ""
                written = f'<div class="box">{head}{self.each(block["blocks"])}</div>'
            case "table":
                written = _table(block)
            case "picture":
                written = f"<figure>{self.draw(block)}</figure>"
            case "part":
                written = f'<section class="new-page">{self.each(block["blocks"])}</section>'
            case kind:
                raise ValueError(f"a file has no block of the kind {kind!r}")
        return written


def _text(block: Block) -> str:
    kind, words = block["kind"], _words(block["text"])
    if kind == "heading":
        level = int(block["level"])
        return f"<h{level}>{words}</h{level}>"
    if kind == "quote":
        return f"<blockquote>{words}</blockquote>"
    return f"<p>{words}</p>" if kind == "paragraph" else f'<p class="{kind}">{words}</p>'


def _table(block: Block) -> str:
    head = "".join(f'<th scope="col">{_words(text)}</th>' for text in block["head"])
    rows = "".join(f"<tr>{_row(row)}</tr>" for row in block["rows"])
    title = _words(block["caption"])
    whole = f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    # On a narrow screen it scrolls by itself, by the keyboard too.
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">{whole}</div>'


def _row(row: Sequence[Any]) -> str:
    first, *others = row
    return f'<th scope="row">{_words(first)}</th>' + "".join(f"<td>{_words(text)}</td>" for text in others)
