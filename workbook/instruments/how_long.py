"""How long it takes to come to a first picture, and through all questions: counted from their words."""

from collections.abc import Mapping

from workbook.content.document import documents
from workbook.content.first_look import first_look
from workbook.instruments.minutes import minutes_to_answer
from workbook.instruments.model import Instrument

READ_FIRST = ("introduction", "purpose_and_limits", "consent")


def minutes_to_first_picture(instruments: Mapping[str, Instrument]) -> int:
    """Return whole minutes from the first page to a first picture: what is read first, and what is asked.

    Where the questions of the first look are not asked, a first picture takes the main part.
    """
    texts = {item.id: item.text for one in instruments.values() for item in one.items}
    items = first_look().items
    if not set(items) <= set(texts):
        main = instruments.get("connection")
        return round(_minutes_to_read() + (main.minutes if main else 0))
    needs = [
        text for item, text in texts.items() if item.startswith("needs.") and item.endswith(".importance")
    ]
    asked = minutes_to_answer(
        [*(texts[item] for item in items), *needs], len(items) + first_look().most_needs
    )
    return round(_minutes_to_read() + asked)


def minutes_of_all(instruments: Mapping[str, Instrument]) -> int:
    """Return whole minutes for all questions that can be shown, and those about oneself."""
    asked = [one for one in instruments.values() if not one.is_private and one.occasion == "assessment"]
    return round(sum(one.minutes for one in asked))


def _minutes_to_read() -> float:
    known = documents()
    texts = [text for name in READ_FIRST for part in known[name].sections for text in part.paragraphs]
    return minutes_to_answer(texts, 0)
