"""A page with one of each block, and a picture that was drawn for it."""

from typing import Any

from workbook.plots.canvas import Canvas, Look
from workbook.reports import Sheet

HOSTILE = "<script>alert(1)</script> & “quoted” <img src=x onerror=alert(2)>"


def drawn(width: int = 680) -> dict[str, Any]:
    """Return a sheet as a page would get it."""
    sheet = Canvas(width)
    sheet.capsule(20, 200, 30, 8, Look("#12595b", line="#26231f", width=1.5, dash="1px,4px"))
    sheet.write(10, 60, [HOSTILE, "often"], anchor="center", is_serif=True)
    made: dict[str, Any] = sheet.figure(90).to_plotly_json()
    return made


def page(*, language: str = "en", direction: str = "ltr", words: str = HOSTILE) -> Sheet:
    """Return a page in which somebody typed what would do harm as markup."""
    blocks = [
        {"kind": "kicker", "text": "From your workbook"},
        {"kind": "heading", "level": 1, "text": words},
        {"kind": "paragraph", "text": [{"text": words, "partner": "a"}, {"text": words, "strong": True}]},
        {"kind": "lead", "text": words},
        {"kind": "picture", "figure": drawn(680), "narrow": drawn(308), "label": f"A picture of {words}"},
        {"kind": "heading", "level": 2, "text": "What is strong"},
        {"kind": "card", "blocks": [{"kind": "heading", "level": 3, "text": "Trust"}]},
        {"kind": "callout", "title": words, "blocks": [{"kind": "note", "text": words}]},
        {"kind": "quote", "text": words},
        {"kind": "list", "items": [words, "more"], "ordered": False},
        {
            "kind": "part",
            "blocks": [
                {"kind": "heading", "level": 2, "text": "For a closer look"},
                {"kind": "table", "caption": words, "head": ["Topic", words], "rows": [[words, "often"]]},
            ],
        },
    ]
    return Sheet(words, language, direction, blocks, words)
