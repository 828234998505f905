"""One thing worth saying, as data. The words for it are content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Code = Literal[
    "apart",
    "alike",
    "few",
    "strength",
    "strength_tied",
    "strength_so_far",
    "nothing_strong",
    "growth",
    "growth_tied",
    "growth_least",
    "nothing_low",
    "difference",
    "unmet_need",
    "unmet_tied",
    "next_step",
]
Caution = Literal["", "one_side", "chance", "assumed", "single"]
Stand = Literal["low", "middle", "high"]


@dataclass(frozen=True)
class Insight:
    """One thing worth saying about a facet, sign or need.

    Attributes
    ----------
    code : str
        ``apart``: most topics are low for one and strong for the other. ``alike``: no topic
        stands out. ``few``: too few topics to say what stands out. ``strength``: both are well
        here. ``strength_tied``: more topics are equally strong than can be named.
        ``strength_so_far``: the best, not strong and low for nobody.
        ``nothing_strong``: strong for both is none, and none is best. ``growth``: low for either.
        ``growth_tied``: several are equally low for whoever ``stands`` names. ``growth_least``:
        the lowest, though low for nobody. ``nothing_low``: low for nobody, and none is lowest.
        ``difference``: they differ beyond the band. ``unmet_need``: it matters more than it is
        met. ``unmet_tied``: several needs wait alike. ``next_step``: one thing to do now.
    subject : str
        Facet or need id; empty where it is about several, and in a next step of time and
        warmth, which is the same for everyone.
    subjects : tuple of str
        The topics that are tied.
    person_id : str
        Whose need it is; empty for what is the couple's.
    stands : mapping of place to str
        Where *each* partner stands on the subject: ``low``, ``middle`` or ``high``, 'high' being
        the healthy end. Nobody is averaged away.
    numbers : mapping
        Numbers a sentence may use, in scale points unless named ``position`` (0 to 1) or
        ``n_…`` (counts). Never a verdict: each is about its one subject.
    evidence : tuple of str
        Source ids of the subject.
    caution : str
        What to add: ``one_side`` (one person's answers alone: "you" is that person), ``chance``
        (about one of twenty comparisons differs by chance), ``assumed`` (the band rests on
        assumed constants), ``single`` (one answer, no band), or nothing.
    exercise : str
        Id of an exercise that fits, or empty.
    """

    code: Code
    subject: str = ""
    person_id: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    caution: Caution = ""
    exercise: str = ""
    stands: Mapping[str, Stand] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()
