"""Choose one next step, and a second beside it: time and warmth first, then up the ladder."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workbook.content.exercise import exercises
from workbook.content.ladder import Ladder
from workbook.content.thresholds import Thresholds
from workbook.insights.insight import Insight
from workbook.insights.standing import Standing

Offer = tuple[str, str]  # what it is for, and the exercise


@dataclass(frozen=True)
class Climb:
    """What a next step is chosen from.

    Attributes
    ----------
    topics : sequence of Standing
        Facets and signs.
    skills : sequence of Standing
        Single answers.
    needs : sequence of str
        Unmet needs, the first to be tended first.
    rest : sequence of str
        Topics to turn to where nothing needs care.
    fits : mapping of subject to exercise ids
        The most fitting first.
    passed : collection of str
        Exercises not to be offered: put aside, or done together lately.
    alone : bool
        Whether it is one person's own step.
    unasked : collection of str
        Topics that nobody was asked about, since an edition of the questionnaires does not have them.
    """

    topics: Sequence[Standing]
    skills: Sequence[Standing]
    needs: Sequence[str]
    rest: Sequence[str]
    fits: Mapping[str, Sequence[str]]
    limits: Thresholds
    ladder: Ladder
    passed: Collection[str] = field(default=())
    alone: bool = False
    unasked: Collection[str] = field(default=())

    def step(self) -> Insight:
        """Return one thing to do, and another beside it.

        While a topic of a first rung (safety, trust, calm) is not well for both, or is not open
        from both, two are offered time and warmth: the same exercises and no subject in every
        such world, whatever else lies open, so that nothing can be read off it. One person alone
        is then offered what one can begin by oneself.
        """
        known = list(self._known()) if self._is_steady() else []
        offers = [one for one in known if one[1] not in self.passed]
        offers += [("", name) for name in self._fallback()]
        first = offers[0]
        is_guarded = exercises()[first[1]].guard if first[1] in exercises() else False
        others = [one for one in offers if one[1] != first[1]]
        second = next((one for one in others if not (is_guarded and _is_guarded(one[1]))), ("", ""))
        return Insight(
            "next_step",
            first[0],
            exercise=first[1],
            second=second[1],
            second_subject=second[0],
            whom="you" if self.alone else "both",
        )

    def _is_steady(self) -> bool:
        by_subject = {one.subject: one for one in self.topics}
        return all(
            topic in by_subject and by_subject[topic].least > self.ladder.well_above
            for topic in self.ladder.first_topics
            if topic not in self.unasked
        )

    def _fallback(self) -> list[str]:
        steps = list(self.ladder.for_oneself if self.alone else self.ladder.time_and_warmth)
        left = [name for name in steps if name not in self.passed]
        # Of each kind two have to stand there: who put nearly all aside begins anew.
        return [*left, *(name for name in steps if name not in left)]

    def _known(self) -> Iterator[Offer]:
        for subject in self._subjects():
            for name in self.fits.get(subject, ()):
                yield subject, name

    def _subjects(self) -> list[str]:
        """Return what a step could be for: what needs care, rung by rung from below; then the rest."""
        low = [*self._low(self.topics), *self.needs, *self._low(self.skills)]
        return [*sorted(low, key=self.ladder.height_of), *self.rest]

    def _low(self, those: Sequence[Standing]) -> list[str]:
        low = [one for one in those if one.least <= self.limits.growth.at_most]
        return [one.subject for one in sorted(low, key=lambda one: (one.least, one.mean))]


def _is_guarded(exercise: str) -> bool:
    return exercise in exercises() and exercises()[exercise].guard
