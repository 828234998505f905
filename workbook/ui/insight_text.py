"""Turns an insight, which is a code and numbers, into words: what it means and how sure it is.

What both read says "you" only where it is true of each of the two; otherwise it has a name.
"""

from collections.abc import Mapping
from functools import cache

from workbook.content import say
from workbook.content.exercise import exercises, suggest_for
from workbook.content.ladder import ladder
from workbook.insights import Insight
from workbook.instruments import Instrument, catalogue, every_version
from workbook.instruments.facets import facet_of, facets
from workbook.instruments.model import Subscale
from workbook.plots.names import in_words
from workbook.session.drawer import OWN_NEED
from workbook.ui.blocks import Block, heading, note, paragraph

MOST_NAMED = 6  # more equals than this are counted, not listed
# Levels of a sign, worded for signs.
_SIGN = {"low": "often", "high": "rare", "middle": "middle"}


@cache
def suggestions() -> dict[str, tuple[str, ...]]:
    """Return which exercises fit each facet, sign, need and skill, the best first.

    What two are led to needs no guard and asks for no touch, where there is such: others are for those
    who look for them.
    """
    asked = every_version(catalogue())
    subjects = {facet.id for instrument in asked for facet in facets(instrument)}
    subjects |= {facet_of(item.id) for instrument in asked for item in instrument.items}
    return {subject: _unguarded_first(subject) for subject in sorted(subjects)}


def _unguarded_first(subject: str) -> tuple[str, ...]:
    fitting = [one.exercise for one in suggest_for(subject)]
    return tuple(one.id for one in sorted(fitting, key=lambda one: (one.guard, one.touch)))


def title_of(
    subject: str, instruments: Mapping[str, Instrument], own_needs: Mapping[str, str] | None = None
) -> str:
    """Return what a facet, sign, need or skill is called; an own need by its words, where they are known."""
    if subject.startswith(OWN_NEED):
        return (own_needs or {}).get(subject) or say("ui.activity.own_need")
    for instrument in instruments.values():
        for facet in facets(instrument):
            if facet.id == subject:
                return facet.title
    return subject


def tell(
    insight: Insight,
    instruments: Mapping[str, Instrument],
    *,
    names: Mapping[str, str] | None = None,
    owner: str = "",
    own_needs: Mapping[str, str] | None = None,
    alone: bool = False,
    level: int = 3,
) -> list[Block]:
    """Return a few sentences: the title, what it means, whose it is, how sure it is.

    Parameters
    ----------
    insight : Insight
        Any but a next step, which `next_step` tells.
    instruments : mapping of id to Instrument
    names : mapping of place to name
        What the partners are called.
    owner : str
        The person an unmet need belongs to.
    own_needs : mapping of id to str
        Needs in the reader's own words.
    alone : bool
        Whether it is one person's own picture.
    level : int
        The heading's.
    """
    told = _Telling(instruments, names or {}, owner, "own" if alone else "both", own_needs or {})
    title, words = told.title(insight), told.words(insight)
    blocks = [*([heading(level, title)] if title else []), paragraph(words)]
    if insight.caution == "single":
        blocks.append(note(say("ui.telling.caution.single")))
    return blocks


class _Telling:
    """The words for one page: whose it is (`own` or `both`) and what people are called."""

    def __init__(
        self,
        instruments: Mapping[str, Instrument],
        names: Mapping[str, str],
        owner: str,
        whose: str,
        own_needs: Mapping[str, str],
    ) -> None:
        self.instruments, self.names, self.owner, self.whose = instruments, names, owner, whose
        self.own_needs = own_needs

    def say(self, key: str, **values: object) -> str:
        return say(f"ui.telling.{self.whose}.{key}", **values)

    def title_of(self, subject: str) -> str:
        return title_of(subject, self.instruments, self.own_needs)

    def title(self, insight: Insight) -> str:
        if insight.code == "apart":
            return self.say("apart_title")
        if insight.code == "unmet_tied":
            return self.say("unmet_tied_title", name=self.owner)
        if not insight.subject:
            return ""
        title = self.title_of(insight.subject)
        scale = self._scale(insight.subject)
        if insight.code.startswith("strength") and scale and scale.higher_is == "worse":
            # A rare sign is good news, but its bare name in a list of strengths would mislead.
            return say("ui.telling.rare", title=title)
        return title

    def words(self, insight: Insight) -> str:
        numbers, code = insight.numbers, insight.code
        if code in ("strength", "growth"):
            return self._standing(insight)
        if code == "apart":
            return self.say("apart", n=int(numbers["n_apart"]), of=int(numbers["n_topics"]))
        if code == "alike":
            ends = set(insight.stands.values())
            return self.say(f"alike_{ends.pop()}" if len(ends) == 1 else "alike")
        if code == "few":
            n = int(numbers["n_topics"])
            return self.say("few_one" if n == 1 else "few", n=n)
        if insight.subjects and code != "unmet_tied":
            return self._several(insight)
        if code == "nothing_low":
            return self.say(_nothing(numbers))
        return self.say(code, name=self.owner)

    def _standing(self, insight: Insight) -> str:
        """Return what is true of everyone told; the topic's own sentence for whom it is meant."""
        scale = self._scale(insight.subject)
        is_sign = bool(scale and scale.higher_is == "worse")
        if insight.whom in ("you", "both"):
            (found,) = set(insight.stands.values())
            stand = _SIGN[found] if is_sign else str(found)
            own = "" if scale is None else self._text(scale, stand)
            return own or self.say(stand)
        state = self.say(f"{'often' if is_sign else 'low'}_{insight.whom}")
        return " ".join(part for part in (state, scale.some_text if scale else "") if part)

    def _text(self, scale: Subscale, stand: str) -> str:
        """Return the topic's sentence for whoever stands at that end of its scale."""
        is_high = stand in ("high", "often")
        if self.whose == "own":
            return scale.high_text if is_high else scale.low_text
        return scale.both_high_text if is_high else scale.both_low_text

    def _several(self, insight: Insight) -> str:
        subjects = in_words([self.title_of(one) for one in insight.subjects])
        is_many = len(insight.subjects) > MOST_NAMED
        key = f"{insight.code}_many" if is_many else insight.code
        return self.say(key, n=len(insight.subjects), subjects=subjects)

    def _scale(self, subject: str) -> Subscale | None:
        found = (one.subscale_by_id.get(subject) for one in self.instruments.values())
        return next((one for one in found if one is not None), None)


def _nothing(numbers: Mapping[str, float]) -> str:
    if not numbers["n_topics"]:
        return "nothing_often"
    return "nothing_low_signs" if numbers["n_signs"] else "nothing_low"


def next_step(insight: Insight) -> tuple[str, str, list[Block]]:
    """Return the exercise's id, its title, and why it is suggested here.

    A step without a subject (time and warmth, or something for oneself) has always the same words.
    """
    general = say(f"ui.telling.{'for_oneself' if insight.whom == 'you' else 'time_and_warmth'}")
    return _step(insight.exercise, insight.subject, general)


def second_step(insight: Insight) -> tuple[str, str, list[Block]] | None:
    """Return the same for what stands beside it; None where nothing does.

    Without a subject it has the words of its own exercise: the general ones stand above already.
    """
    if not insight.second:
        return None
    return _step(insight.second, insight.second_subject, exercises()[insight.second].why)


def steps_of(insight: Insight) -> list[tuple[str, str, str]]:
    """Return the id and title of each exercise of a step, and how prominent its button is."""
    names = [name for name in (insight.exercise, insight.second) if name]
    return [
        (name, exercises()[name].title, look) for name, look in zip(names, ("primary", "quiet"), strict=False)
    ]


def _step(name: str, subject: str, general: str) -> tuple[str, str, list[Block]]:
    exercise = exercises()[name]
    reasons = [one.reason for one in suggest_for(subject) if one.exercise.id == name] if subject else []
    words = reasons[0] if reasons else exercise.why if subject else general
    minutes = say("ui.exercises.minutes", n=exercise.minutes)
    evidence = say(f"ui.exercises.evidence.{exercise.evidence}")
    return name, exercise.title, [
        heading(3, exercise.title), paragraph(words), note(minutes), note(evidence),
    ]  # fmt: skip


def need_behind(subject: str) -> str:
    """Return the need that somebody could ask about where a topic is low; empty where none lies near.

    It is one that the exercises suggested for the topic serve for the same reason. Never one that may not
    lead a step, such as to be touched or to be safe.

    >>> need_behind("connection.listening"), need_behind("connection.trust")
    ('needs.heard', '')
    """
    rungs = ladder()
    never = {*rungs.never_first, *rungs.never_joint, OWN_NEED.rstrip(".")}
    if subject.startswith("needs."):
        return "" if subject in never or subject.startswith(OWN_NEED) else subject
    if not subject or subject in rungs.first_topics:
        return ""
    purposes = [one for found in suggest_for(subject) for one in found.exercise.purposes]
    near = [need for one in purposes if subject in one.serves for need in one.serves]
    return next((need for need in near if need.startswith("needs.") and need not in never), "")
