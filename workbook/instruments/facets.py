"""What an instrument is about, facet by facet: whose score, and which answer about the partner."""

from dataclasses import dataclass

from workbook.instruments.model import HigherIs, Instrument, Scale


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet, sign or skill, in the instrument's fixed order.

    Attributes
    ----------
    id : str
        What the facet is called everywhere, e.g. ``connection.listening``.
    own : str
        The subscale that scores what a person says of themselves.
    items : tuple of str
        The items of that subscale.
    seen : str or None
        The item in which a person says how they see the partner, if there is one.
    """

    id: str
    title: str
    own: str
    items: tuple[str, ...]
    seen: str | None
    higher_is: HigherIs
    scale: Scale

    @property
    def is_single(self) -> bool:
        """Whether one answer is all there is: then steps are shown and no band."""
        return len(self.items) == 1


def facet_of(item_id: str) -> str:
    """Return the facet, sign, need or skill an item or single-item subscale belongs to, by its id.

    >>> facet_of("connection.listening.2")
    'connection.listening'
    """
    return item_id.rpartition(".")[0]


def facets(instrument: Instrument) -> tuple[Facet, ...]:
    """Return the facets of an instrument, in its order: one per subscale about oneself."""
    seen = {facet_of(item.id): item.id for item in instrument.items if item.about == "partner"}
    found: dict[str, Facet] = {}
    for subscale in instrument.subscales:
        if subscale.about != "self":
            continue
        is_item = subscale.items == (subscale.id,) and facet_of(subscale.id) != instrument.id
        name = facet_of(subscale.id) if is_item else subscale.id
        scale = instrument.item_by_id[subscale.items[0]].scale
        facet = Facet(
            name, subscale.topic, subscale.id, subscale.items, seen.get(name), subscale.higher_is, scale
        )
        found.setdefault(name, facet)
    return tuple(found.values())
