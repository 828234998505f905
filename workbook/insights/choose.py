"""Choose what is strong, what is low and for whom; say so where nothing stands out."""

from collections.abc import Callable, Mapping, Sequence

from workbook.content.thresholds import Thresholds
from workbook.insights.insight import Caution, Code, Insight, Stand
from workbook.insights.standing import Standing, leading, stand_of


def overall(table: Sequence[Standing], limits: Thresholds) -> list[Insight]:
    """Return what holds for the topics as a whole: too few, all alike, or far apart."""
    topics = _topics(table)
    if not table:
        return []
    caution = _caution(table)
    if len(topics) < limits.few.topics_at_least and len(table) < limits.few.topics_at_least:
        return [Insight("few", numbers={"n_topics": len(table)}, caution=caution)]
    positions = [position for one in topics for position in one.at.values()]
    if len(topics) < limits.few.topics_at_least:
        return []
    if max(positions) - min(positions) <= limits.alike.within:
        ends: dict[str, Stand] = {
            "lowest": stand_of(min(positions), limits),
            "highest": stand_of(max(positions), limits),
        }
        return [Insight("alike", numbers={"n_topics": len(topics)}, stands=ends, caution=caution)]
    return _apart(topics, limits)


def _apart(topics: Sequence[Standing], limits: Thresholds) -> list[Insight]:
    """Most topics low for one and high for the other: they live different weeks."""
    apart = [one.stands(limits) for one in topics if set(one.stands(limits).values()) == {"low", "high"}]
    if not apart or len(apart) < limits.apart.at_least * len(topics):
        return []
    # A side can be named only if it is the same one on every such topic.
    stands = apart[0] if all(one == apart[0] for one in apart) else {}
    return [Insight("apart", numbers={"n_apart": len(apart), "n_topics": len(topics)}, stands=stands)]


def strengths(
    table: Sequence[Standing], limits: Thresholds, never_praised: Sequence[str] = ()
) -> list[Insight]:
    """Return where *both* are well; else the best so far, if one topic is best and low for nobody."""
    # A rare sign is good news, but not something a couple is good at.
    ordered = sorted(_topics(table) or table, key=_best)
    strong = [one for one in ordered if one.least >= limits.strength.at_least]
    praised = [one for one in strong if one.subject not in never_praised]
    named, tied = leading(praised, _best, limits.strength.most)
    if named:
        return [insight("strength", one, limits) for one in named]
    if len(_topics(table)) < limits.few.topics_at_least:
        return []
    if tied:
        return [_tied("strength_tied", tied, dict.fromkeys(tied[0].at, "high"))]
    if strong:
        return []  # "none is strong" would not be true
    best, _ = leading(ordered, _best, 1)
    fair = [one for one in best if one.least > limits.growth.at_most and one.subject not in never_praised]
    if fair:
        return [insight("strength_so_far", one, limits) for one in fair]
    return [Insight("nothing_strong", caution=_caution(table))]


def growth(table: Sequence[Standing], limits: Thresholds, *, is_apart: bool = False) -> list[Insight]:
    """Return what is low for either, each partner's own lowest; or that nothing is.

    Two partners who both have something low get the same room. Where they are far apart on
    most topics, that is told instead, and here only what is low for both.
    """
    low = [one for one in table if one.least <= limits.growth.at_most]
    if not low:
        return _nothing_low(table, limits)
    if is_apart:
        low = [one for one in low if set(one.stands(limits).values()) == {"low"}]
    lows = {p: [one for one in low if one.at.get(p, 1.0) <= limits.growth.at_most] for p in ("a", "b")}
    lows = {place: found for place, found in lows.items() if found}
    room = max(1, limits.growth.most // max(len(lows), 1))
    named: dict[str, Standing] = {}
    tied: dict[tuple[str, ...], tuple[Sequence[Standing], list[str]]] = {}
    for place, found in lows.items():
        first, equals = leading(sorted(found, key=_low_for(place)), _low_for(place), room)
        named |= {one.subject: one for one in first}
        if equals:
            tied.setdefault(tuple(one.subject for one in equals), (equals, []))[1].append(place)
    told = [insight("growth", one, limits) for one in named.values()]
    told += [_tied("growth_tied", equals, dict.fromkeys(who, "low")) for equals, who in tied.values()]
    rank = {one.subject: n for n, one in enumerate(table)}
    return sorted(told, key=lambda one: [rank[subject] for subject in one.subjects or (one.subject,)])


def _nothing_low(table: Sequence[Standing], limits: Thresholds) -> list[Insight]:
    if not table:
        return []
    topics = _topics(table)
    counts = {"n_topics": float(len(topics)), "n_signs": float(len(table) - len(topics))}
    worst, _ = leading(sorted(topics, key=_worst), _worst, 1)
    # A topic that is strong for both is told as strong, not as something to tend.
    least = [one for one in worst if one.least < limits.strength.at_least]
    if least and len(topics) >= limits.few.topics_at_least:
        return [insight("growth_least", one, limits) for one in least]
    return [Insight("nothing_low", numbers=counts, caution=_caution(table))]


def insight(code: Code, one: Standing, limits: Thresholds) -> Insight:
    """Return an insight about one topic."""
    return Insight(
        code,
        one.subject,
        numbers={"position": one.mean, **one.numbers},
        evidence=one.evidence,
        caution=one.caution,
        stands=one.stands(limits),
    )


def _tied(code: Code, tied: Sequence[Standing], stands: Mapping[str, Stand]) -> Insight:
    subjects = tuple(one.subject for one in tied)
    return Insight(
        code, numbers={"n_topics": len(tied)}, caution=tied[0].caution, stands=stands, subjects=subjects
    )


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
