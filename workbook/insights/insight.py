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
    "growth_group",
    "growth_tied",
    "growth_least",
    "nothing_low",
    "unmet_need",
    "unmet_tied",
    "next_step",
]
Caution = Literal["", "one_side", "assumed", "single"]
Stand = Literal["low", "middle", "high"]
Whom = Literal["", "you", "both", "one", "some"]


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
        ``growth_group``: several of one family are low, each for either. ``growth_tied``: more are
        equally low for somebody than can be named. ``growth_least``: the lowest, though low for
        nobody. ``nothing_low``: low for nobody, and none is lowest. ``unmet_need``: it matters more
        than it is met. ``unmet_tied``: several needs wait alike. ``next_step``: one thing to do now.
    subject : str
        Facet or need id; empty where it is about several, and in a next step of time and
        warmth, which is the same for everyone.
    subjects : tuple of str
        The topics that are tied, or of one family.
    whom : str
        Of whom it is true. ``you``: the one person whose picture it is. ``both``: each of the two.
        ``one``: one of the two more than the other, which is a claim (`workbook.frames.CLAIMS`).
        ``some``: at least one of the two. It never says which: a page for two names nobody as low.
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
        What to add: ``one_side`` (one person's answers alone: "you" is that person), ``assumed`` (the
        band rests on assumed constants), ``single`` (one answer, no band), or nothing.
    exercise : str
        Id of an exercise that fits, or empty.
    second : str
        Id of another exercise, to stand beside it; ``second_subject`` is what it is for.
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
    whom: Whom = ""
    second: str = ""
    second_subject: str = ""
