"""What the workbook puts into somebody's mouth never asks for power over the other; nobody's own words are looked at."""

import re

import pytest

from workbook.content import lookup
from workbook.content.exercise import exercises

LEDGER = ("needs_talk", "request", "agreement", "breakdown")
OTHERS_OWN = re.compile(
    r"\b(phones?|friends?|money|account|bank|salary|spend\w*|weight|diet|slim\w*|sex\w*|naked|passwords?)\b",
    re.IGNORECASE,
)
ONES_OWN_LIMITS = {
    "agreement.proposed.what.hint",
    "agreement.changed.what.hint",
    "request.sent.is_intimate.label",
}
ONES_OWN_LIMITS |= {"request.answered.mark.touch"}
FRIEND_WHO_WISHES_WELL = "friend who wishes you both well"


def words(table: dict[str, object], above: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in table.items():
        found |= (
            words(value, f"{above}.{name}") if isinstance(value, dict) else {f"{above}.{name}": str(value)}
        )
    return found


@pytest.mark.parametrize("name", LEDGER)
def test_cards_and_examples_ask_for_nothing_that_is_the_others_own(name: str) -> None:
    exercise = exercises()[name]
    cards = [card for deck in exercise.decks for card in deck.cards]
    said = [*cards, *exercise.good_turn, *exercise.ten_minutes]
    found = [text for text in said if OTHERS_OWN.search(text.replace(FRIEND_WHO_WISHES_WELL, ""))]
    assert found == []


@pytest.mark.parametrize("name", LEDGER)
def test_hints_ask_for_nothing_that_is_the_others_own(name: str) -> None:
    said = words(lookup(f"exercises.{name}"), name)
    found = {key for key, text in said.items() if OTHERS_OWN.search(text)}
    assert found == {key for key in ONES_OWN_LIMITS if key.startswith(f"{name}.")}


def test_what_is_looked_for_is_found() -> None:
    assert OTHERS_OWN.search("Would you show me your phone?")
    assert OTHERS_OWN.search("See your friends less") and OTHERS_OWN.search("Watch your weight")
