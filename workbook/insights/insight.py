"""One thing worth saying, as data. The words for it are content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Code = Literal[
    "strength", "strength_so_far", "growth", "growth_least", "difference", "unmet_need", "next_step"
]
Caution = Literal["", "one_side", "chance", "assumed", "single"]


@dataclass(frozen=True)
class Insight:
    """One thing worth saying about a facet, sign or need.

    Attributes
    ----------
    code : str
        ``strength``: both are well here. ``strength_so_far``: the couple's best, though below
        the threshold. ``growth``: low for the couple. ``growth_least``: their lowest, though
        not low. ``difference``: they see it differently, beyond the band. ``unmet_need``: it
        matters more than it is met. ``next_step``: one thing to do now.
    subject : str
        Facet or need id.
    person_id : str
        Whose need it is; empty for what is the couple's.
    numbers : mapping
        Numbers a sentence may use, in scale points unless named ``position`` (0 to 1) or
        ``n_…`` (counts). Never a verdict: each is about its one subject.
    evidence : tuple of str
        Source ids of the subject.
    caution : str
        What to add: ``one_side`` (only one partner's answers), ``chance`` (about one of twenty
        comparisons differs by chance), ``assumed`` (the band rests on assumed constants),
        ``single`` (one answer, no band), or nothing.
    exercise : str
        Id of an exercise that fits, or empty.
    """

    code: Code
    subject: str
    person_id: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    caution: Caution = ""
    exercise: str = ""
