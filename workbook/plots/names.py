"""What people and facets are called in figures, sentences and tables."""

from collections.abc import Iterable, Mapping, Sequence
from math import floor

from workbook.content import say
from workbook.content.formats import listed
from workbook.instruments.facets import Facet, facets
from workbook.instruments.model import Instrument, Scale

MOST_NAMED = 3  # more than this are counted


def partner_names(names: Mapping[str, str] | None) -> dict[str, str]:
    """Return the partners' chosen names by place; plain stand-ins where none are given."""
    given = names or {}
    return {place: given.get(place) or say(f"results.plots.partner_{place}") for place in ("a", "b")}


def shown_facets(instrument: Instrument) -> dict[str, Facet]:
    """Return the instrument's facets by id, in its fixed order."""
    return {facet.id: facet for facet in facets(instrument)}


def choice_words(scale: Scale) -> str:
    """Return what the choices of a scale are called, from the lowest to the highest, a line each."""
    return "\n".join(one.label for one in sorted(scale.choices, key=lambda choice: choice.value))


def axis_words(words: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return what the steps of one axis are called: the scale's own words where all on it share them.

    Where several scales of as many steps stand on it, only its ends have a word.
    """
    several = [tuple(one) for one in dict.fromkeys(map(tuple, words))]
    if len(several) == 1:
        return several[0]
    n_between = max(0, max(map(len, several), default=2) - 2)
    return (say("results.plots.least"), *[""] * n_between, say("results.plots.most"))


def word_for(value: float, lowest: float, words: Sequence[str]) -> str:
    """Return the scale's own word that is nearest to a score; half-way goes up.

    >>> word_for(2.5, 0, ["Never", "Rarely", "Sometimes", "Often", "Almost always"])
    'Often'
    """
    return words[min(len(words) - 1, max(0, floor(value - lowest + 0.5)))]


def in_words(items: list[str]) -> str:
    """Titles as a person would list them, in quotes because a title may hold an "and".

    >>> in_words(["Trust", "Listening", "Letting go"])
    '“Trust”, “Listening” and “Letting go”'
    """
    return listed(say("results.plots.quoted", title=item) for item in items)


def all_or_number(titles: list[str], key: str, **counts: int) -> str:
    """Return every title where there are few, else how many: never the first few of many.

    >>> all_or_number(["Trust", "Listening"], "n_topics")
    '“Trust” and “Listening”'
    >>> all_or_number(["Trust", "Listening", "Seen", "Held"], "n_topics")
    '4 topics'
    """
    if len(titles) <= MOST_NAMED:
        return in_words(titles)
    return say(f"results.plots.{key}", n=len(titles), **counts)


def each_in_words(sentences: Sequence[tuple[str, str]]) -> list[tuple[str, dict[str, str]]]:
    """Return what is said of each partner, as one: neither is the headline and the other small print.

    Parameters
    ----------
    sentences : sequence of (name, sentence)
        They come in the order of the names, whichever place a partner has.
    """
    said = [sentence for _, sentence in sorted(sentences, key=lambda one: one[0].casefold())]
    if len(said) < 2:
        return [("results.plots.one_of_you", {"said": said[0]})] if said else []
    return [("results.plots.each_of_you", {"first": said[0], "second": said[1]})]
