"""Choose who comes first, without a pick among equals, and no two that are about one thing."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from workbook.content.families import Families
from workbook.insights.standing import Standing

Card = tuple[Standing, ...]
Key = Callable[[Standing], object]


def cards_of(ordered: Iterable[Standing], key: Key, families: Families) -> list[Card]:
    """Return one card for each family, in order: its first topic, with all that are equal to it.

    Parameters
    ----------
    ordered : iterable of Standing
        Sorted by ``key``.
    key : callable
        Two topics with the same key are equals.
    families : Families
    """
    found: dict[str, list[Standing]] = {}
    for one in ordered:
        card = found.setdefault(families.of(one.subject), [])
        if not card or key(card[0]) == key(one):
            card.append(one)
    return [tuple(card) for card in found.values()]


def leading(cards: Sequence[Card], key: Key, most: int) -> tuple[list[Card], list[Standing]]:
    """Return who stands first, in whole groups of equals.

    Parameters
    ----------
    cards : sequence of tuple of Standing
        Sorted by ``key``; see `cards_of`.
    key : callable
    most : int
        How many cards there is room for.

    Returns
    -------
    (named, tied)
        ``named`` holds the groups of cards that fit. Where not even the first group fits, ``tied`` is
        all topics of that group, and ``named`` is empty.
    """
    named: list[Card] = []
    for _, equals in groupby(cards, lambda card: key(card[0])):
        group = list(equals)
        if len(named) + len(group) > most:
            return (named, []) if named else ([], [one for card in group for one in card])
        named += group
    return named, []
