"""Choose what is strong, what is low and for whom; say so where nothing stands out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workbook.content.families import Families, families
from workbook.content.thresholds import Thresholds
from workbook.insights.insight import Caution, Code, Insight, Stand, Whom
from workbook.insights.leading import Card, cards_of, leading
from workbook.insights.standing import Standing, stand_of


@dataclass(frozen=True)
class Chooser:
    """What one page tells of its topics.

    Attributes
    ----------
    table : sequence of Standing
    limits : Thresholds
    alone : bool
        Whether it is one person's own picture.
    may_be_apart : bool
        Whether it may be told that the two differ at all.
    never_praised : sequence of str
    families : Families
    """

    table: Sequence[Standing]
    limits: Thresholds
    alone: bool = False
    may_be_apart: bool = False
    never_praised: Sequence[str] = ()
    families: Families = field(default_factory=families)

    def overall(self) -> list[Insight]:
        """Return what holds for the topics as a whole: too few, all alike, or far apart."""
        topics, least = _topics(self.table), self.limits.few.topics_at_least
        if not self.table:
            return []
        caution, everybody = _caution(self.table), self._whom_all
        if len(topics) < least and len(self.table) < least:
            return [Insight("few", numbers={"n_topics": len(self.table)}, caution=caution, whom=everybody)]
        if len(topics) < least:
            return []
        positions = [position for one in topics for position in one.at.values()]
        if max(positions) - min(positions) <= self.limits.alike.within:
            ends: dict[str, Stand] = {
                "lowest": stand_of(min(positions), self.limits),
                "highest": stand_of(max(positions), self.limits),
            }
            numbers = {"n_topics": float(len(topics))}
            return [Insight("alike", numbers=numbers, stands=ends, caution=caution, whom=everybody)]
        return self._apart(topics)

    def _apart(self, topics: Sequence[Standing]) -> list[Insight]:
        """Most topics low for one and high for the other, and it may be told: they live different weeks."""
        apart = self._apart_topics()
        if not self.may_be_apart or not apart or len(apart) < self.limits.apart.at_least * len(topics):
            return []
        numbers = {"n_apart": float(len(apart)), "n_topics": float(len(topics))}
        return [Insight("apart", numbers=numbers, whom="one")]

    def strengths(self) -> list[Insight]:
        """Return where *both* are well; else the best so far, if one topic is best and low for nobody."""
        # A rare sign is good news, but not something a couple is good at.
        topics = _topics(self.table)
        ordered = sorted(topics or self.table, key=_best)
        strong = [one for one in ordered if one.least >= self.limits.strength.at_least]
        praised = [one for one in strong if one.subject not in self.never_praised]
        named, tied = leading(self._cards(praised, _best), _best, self.limits.strength.most)
        if named:
            return [self._card("strength", card) for card in named]
        if len(topics) < self.limits.few.topics_at_least:
            return []
        if tied:
            return [self._several("strength_tied", tied, self._whom_all)]
        if strong:
            return []  # "none is strong" would not be true
        best, _ = leading([(one,) for one in ordered], _best, 1)
        fair = [
            one
            for (one,) in best
            if one.least > self.limits.growth.at_most and one.subject not in self.never_praised
        ]
        if fair:
            return [self._one("strength_so_far", one) for one in fair]
        return [Insight("nothing_strong", caution=_caution(self.table), whom=self._whom_all)]

    def growth(self, *, is_apart: bool = False) -> list[Insight]:
        """Return what is low for either, each partner's own lowest; or that nothing is.

        Two partners who both have something low get the same room, and of one family there is one
        card. Where they are far apart on most topics, that is told instead, and here only what is
        low for both, or for one of whom that does not speak.
        """
        low = [one for one in self.table if self._is_low(one)]
        if not low:
            return self._nothing_low()
        if is_apart:
            spoken_for = {place for one in self._apart_topics() for place in self._low_places(one)}
            both = {"a", "b"}
            low = [one for one in low if self._low_places(one) == both or self._low_places(one) - spoken_for]
        at_most = self.limits.growth.at_most
        lows = {place: [one for one in low if one.at.get(place, 1.0) <= at_most] for place in ("a", "b")}
        lows = {place: found for place, found in lows.items() if found}
        room = max(1, self.limits.growth.most // max(len(lows), 1))
        named: dict[str, dict[str, Standing]] = {}
        tied: dict[str, Standing] = {}
        for place, found in lows.items():
            key = _low_for(place)
            first, equals = leading(self._cards(sorted(found, key=key), key), key, room)
            tied |= {one.subject: one for one in equals}
            for card in first:
                family = named.setdefault(self.families.of(card[0].subject), {})
                family |= {one.subject: one for one in card}
        told = [self._card("growth", tuple(card.values())) for card in named.values()]
        left = [one for one in self.table if one.subject in tied and self._is_untold(one, named)]
        if left:
            is_one = len(left) == 1  # the others that are equal stand on a card already
            whom: Whom = "you" if self.alone else "some"
            told.append(self._one("growth", left[0]) if is_one else self._several("growth_tied", left, whom))
        rank = {one.subject: n for n, one in enumerate(self.table)}
        return sorted(told, key=lambda one: [rank[subject] for subject in one.subjects or (one.subject,)])

    def _apart_topics(self) -> list[Standing]:
        topics = _topics(self.table)
        return [one for one in topics if set(one.stands(self.limits).values()) == {"low", "high"}]

    def _low_places(self, one: Standing) -> set[str]:
        return {place for place, stand in one.stands(self.limits).items() if stand == "low"}

    def _is_untold(self, one: Standing, named: dict[str, dict[str, Standing]]) -> bool:
        return not any(one.subject in card for card in named.values())

    def _is_low(self, one: Standing) -> bool:
        return one.least <= self.limits.growth.at_most

    def _nothing_low(self) -> list[Insight]:
        if not self.table:
            return []
        topics = _topics(self.table)
        worst, _ = leading([(one,) for one in sorted(topics, key=_worst)], _worst, 1)
        # A topic that is strong for both is told as strong, not as something to tend.
        least = [one for (one,) in worst if one.least < self.limits.strength.at_least]
        if least and len(topics) >= self.limits.few.topics_at_least:
            return [self._one("growth_least", one) for one in least]
        counts = {"n_topics": float(len(topics)), "n_signs": float(len(self.table) - len(topics))}
        return [Insight("nothing_low", numbers=counts, caution=_caution(self.table), whom=self._whom_all)]

    # -- within --------------------------------------------------------------------------
    @property
    def _whom_all(self) -> Whom:
        return "you" if self.alone else "both"

    def _cards(self, ordered: Sequence[Standing], key: Callable[[Standing], object]) -> list[Card]:
        return cards_of(ordered, key, self.families)

    def _card(self, code: Code, card: Card) -> Insight:
        if len(card) == 1:
            return self._one(code, card[0])
        if code == "strength":
            return self._several("strength_tied", card, self._whom_all)
        ordered = [one for one in self.table if one in card]
        return self._several("growth_group", ordered, "you" if self.alone else "some")

    def _one(self, code: Code, one: Standing) -> Insight:
        return Insight(
            code,
            one.subject,
            numbers={"position": one.mean, **one.numbers},
            evidence=one.evidence,
            caution=one.caution,
            stands=one.stands(self.limits),
            whom=one.whom(self.limits, alone=self.alone) if code == "growth" else self._whom_all,
        )

    def _several(self, code: Code, those: Sequence[Standing], whom: Whom) -> Insight:
        subjects = tuple(one.subject for one in those)
        numbers = {"n_topics": float(len(those))}
        return Insight(code, numbers=numbers, caution=those[0].caution, subjects=subjects, whom=whom)


def _topics(table: Sequence[Standing]) -> list[Standing]:
    return [one for one in table if not one.is_sign]


def _caution(table: Sequence[Standing]) -> Caution:
    return "one_side" if table[0].caution == "one_side" else ""


def _best(one: Standing) -> tuple[float, float]:
    return -one.least, -one.mean


def _worst(one: Standing) -> tuple[float, float]:
    return one.least, one.mean


def _low_for(place: str) -> Callable[[Standing], float]:
    return lambda one: one.at[place]
