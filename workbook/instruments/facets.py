"""What an instrument is about, facet by facet: whose score, and which answer about the partner."""

from dataclasses import dataclass, replace

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
    seen : tuple of str
        The items in which a person says how they see the partner; often none.
    view : str
        The subscale that scores those; empty where there is none.
    seen_scale : Scale or None
        What those are answered on. Only where it is the facet's own may the two be compared.
    """

    id: str
    title: str
    own: str
    items: tuple[str, ...]
    higher_is: HigherIs
    scale: Scale
    seen: tuple[str, ...] = ()
    view: str = ""
    seen_scale: Scale | None = None

    @property
    def is_single(self) -> bool:
        """Whether one answer is all there is: then steps are shown and no band."""
        return len(self.items) == 1

    @property
    def is_comparable(self) -> bool:
        """Whether a view of the partner can stand beside the partner's own word: both are on one scale."""
        return self.seen_scale == self.scale


def facet_of(item_id: str) -> str:
    """Return the facet, sign, need or skill an item or single-item subscale belongs to, by its id.

    >>> facet_of("connection.listening.2"), facet_of("connection.listening.partner.2")
    ('connection.listening', 'connection.listening')
    """
    name, _, last = item_id.rpartition(".")
    return name.removesuffix(".partner") if last.isdigit() else name


def facets(instrument: Instrument) -> tuple[Facet, ...]:
    """Return the facets of an instrument, in its order: one per subscale about oneself."""
    kept = vars(instrument)  # as its cached properties are: an instrument never changes
    if _FACETS not in kept:
        kept[_FACETS] = _facets_of(instrument)
    found: tuple[Facet, ...] = kept[_FACETS]
    return found


_FACETS = "facets"


def _facets_of(instrument: Instrument) -> tuple[Facet, ...]:
    views = {facet_of(one.id): one for one in instrument.subscales if one.about == "partner"}
    found: dict[str, Facet] = {}
    for subscale in instrument.subscales:
        if subscale.about != "self":
            continue
        is_item = subscale.items == (subscale.id,) and facet_of(subscale.id) != instrument.id
        name = facet_of(subscale.id) if is_item else subscale.id
        scale = instrument.item_by_id[subscale.items[0]].scale
        facet = Facet(name, subscale.topic, subscale.id, subscale.items, subscale.higher_is, scale)
        if view := views.get(name):
            of_view = instrument.item_by_id[view.items[0]].scale
            facet = replace(facet, seen=view.items, view=view.id, seen_scale=of_view)
        found.setdefault(name, facet)
    return tuple(found.values())
