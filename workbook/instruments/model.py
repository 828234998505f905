"""What an instrument is: frozen values, read from a TOML file and never changed."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from workbook.content.fields import Listed, Number, Said, SaidOrNot, Slug, Text, Texts, Whole
from workbook.content.tables import table

About = Literal["self", "partner"]
HigherIs = Literal["better", "worse", "neither"]
Statistic = Literal["mean", "sum"]
FIRST = "1.0"
"""The version of every item that says no other."""


@table("")
@dataclass(frozen=True, slots=True)
class Constant:
    """A number used in scoring and what it rests on: ``"assumed"`` or a source id."""

    value: Number
    basis: Text

    @property
    def is_assumed(self) -> bool:
        return self.basis == "assumed"


@table("choice", key="value")
@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a person can tick."""

    value: Whole
    label: Said


@dataclass(frozen=True)
class Scale:
    """The choices of an item, in the order shown; values ascend."""

    id: str
    choices: tuple[Choice, ...]

    @cached_property
    def values(self) -> tuple[int, ...]:
        return tuple(choice.value for choice in self.choices)

    @property
    def lowest(self) -> int:
        return min(self.values)

    @property
    def highest(self) -> int:
        return max(self.values)


@dataclass(frozen=True, slots=True)
class Item:
    """One question. Its ``id`` is for ever; its ``version`` is the questionnaire's in which it last changed.

    A change of its words, its scale, its turning or its facet is a new version, so what was answered under
    one `key` may be compared.

    ``never_published`` says what it asks about, where an answer could be used against whoever
    gave it: it is then held back from every publication, whatever was chosen. Most are empty.
    ``may_not_arise`` marks what asks about a situation that some weeks do not have.
    """

    id: str
    text: str
    scale: Scale
    about: About = "self"
    reverse: bool = False
    never_published: str = ""
    version: str = FIRST
    may_not_arise: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What an answer is an answer to: the question and its version."""
        return self.id, self.version


@table("subscale")
@dataclass(frozen=True)
class Subscale:
    """A facet, sign or skill: which items make its score, and how sure the score is.

    ``reliability`` and ``sd`` are ``None`` for single items, which show steps and no band.
    ``higher_is`` is ``"neither"`` where more is not good or bad, such as how much a need
    matters. ``high_text`` and ``low_text`` are the sentence one person reads beside their own high or
    low score (in scale points, as answered); ``both_high_text`` and ``both_low_text`` are for two of
    whom it is true of each; ``some_text`` is for two of whom at least one stands at the unhealthy
    end, and says of neither that it is them. They are empty where no such sentence is fair.
    """

    id: Slug
    title: Said
    items: Texts
    statistic: Statistic = "mean"
    min_answered: Whole = 1
    higher_is: HigherIs = "better"
    about: About = "self"
    reliability: Constant | None = None
    sd: Constant | None = None
    source: Listed = ()
    summary: Said = field(kw_only=True)
    high_text: SaidOrNot = ""
    low_text: SaidOrNot = ""
    both_high_text: SaidOrNot = ""
    both_low_text: SaidOrNot = ""
    some_text: SaidOrNot = ""
    topic: SaidOrNot = ""

    def __post_init__(self) -> None:
        if not self.topic:
            object.__setattr__(self, "topic", self.title)

    @property
    def sem(self) -> float | None:
        """Standard error of measurement, SD·√(1 − reliability), in scale points."""
        if self.reliability is None or self.sd is None:
            return None
        return float(self.sd.value * (1.0 - self.reliability.value) ** 0.5)


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of an instrument that is answered in one go, in 8 minutes at most.

    ``minutes`` is worked out from the words, never typed in: see `workbook.instruments.minutes`.
    """

    id: str
    title: str
    items: tuple[str, ...]
    minutes: float
    introduction: str = ""


@table("free text")
@dataclass(frozen=True, slots=True)
class FreeText:
    """A question answered in own words. It is kept as an event and never scored or exported.

    ``max_length`` counts characters.
    """

    id: Slug
    label: Said
    max_length: Whole


@dataclass(frozen=True)
class Instrument:
    """A questionnaire: items in the order written, and the subscales they make.

    ``is_private`` instruments (the safety check) are write-only and never published, and
    have no subscales, so that nobody can score them. ``position`` orders the menu. Every
    item stands in exactly one of the ``chapters``; ``minutes`` is their sum.
    """

    id: str
    version: str
    title: str
    source: tuple[str, ...]
    licence: str
    occasion: str
    instructions: str
    minutes: float
    scales: tuple[Scale, ...]
    items: tuple[Item, ...]
    subscales: tuple[Subscale, ...]
    is_private: bool = False
    chapters: tuple[Chapter, ...] = ()
    free_text: tuple[FreeText, ...] = ()
    position: int = 99

    @cached_property
    def item_by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def subscale_by_id(self) -> dict[str, Subscale]:
        return {subscale.id: subscale for subscale in self.subscales}

    @cached_property
    def keys(self) -> frozenset[tuple[str, str]]:
        """What its answers are answers to: see `Item.key`."""
        return frozenset(item.key for item in self.items)

    def rests_on(self, subscale: str) -> frozenset[tuple[str, str]]:
        """Return the keys of a subscale's items: scores that rest on the same may be compared over time."""
        found = self.subscale_by_id.get(subscale)
        return frozenset(self.item_by_id[name].key for name in found.items) if found else frozenset()

    @cached_property
    def held_back(self) -> frozenset[str]:
        """Ids of the items whose answers are never published, whatever a person chose."""
        return frozenset(item.id for item in self.items if item.never_published)

    @cached_property
    def as_published(self) -> "Instrument":
        """The instrument as whoever has publications alone may know it: what is held back is not in it.

        A subscale keeps its other items, and goes where it has none.
        """
        if not self.held_back:
            return self

        def shown(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(name for name in names if name not in self.held_back)

        return replace(
            self,
            items=tuple(item for item in self.items if not item.never_published),
            subscales=tuple(replace(s, items=shown(s.items)) for s in self.subscales if shown(s.items)),
            chapters=tuple(replace(chapter, items=shown(chapter.items)) for chapter in self.chapters),
        )
