"""The ladder: what a couple tends first, kept as content and not in code."""

from dataclasses import dataclass
from functools import cache

from workbook.content.exercise import exercises
from workbook.content.fields import Flag, Number, Slug, Text, Texts, load_toml, repeated
from workbook.content.files import STRUCTURE
from workbook.content.tables import Place, read_table, table

LEAST_STEPS = 2


@table("rung")
@dataclass(frozen=True, slots=True)
class Rung:
    """Topics that are tended together; a ``first`` rung has to be well before any other step."""

    id: Slug
    topics: Texts
    first: Flag


@table("ladder")
@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs from the ground up.

    Attributes
    ----------
    version : str
    rungs : tuple of Rung
    well_above : float
        The position (0 to 1, healthy) that both have to be above on every first topic.
    time_and_warmth : tuple of str
        Exercises that are the same for everyone until then, in this order.
    for_oneself : tuple of str
        Exercises that one person can begin alone, while a first rung is not well by their own answers.
    never_joint : tuple of str
        Needs that no joint page and no joint step speaks of.
    never_first : tuple of str
        Needs that lead no card and no step of two.
    never_praised : tuple of str
        Topics that are told as a strength to nobody, since fear can make them high.
    basis : str
        A source id, or ``"ours"``.
    """

    version: Text
    rungs: tuple[Rung, ...]
    well_above: Number
    time_and_warmth: Texts
    for_oneself: Texts
    never_joint: Texts
    never_first: Texts
    never_praised: Texts
    basis: Text

    @property
    def first_topics(self) -> tuple[str, ...]:
        """Every topic of a first rung."""
        return tuple(topic for rung in self.rungs if rung.first for topic in rung.topics)

    def height_of(self, topic: str) -> int:
        """On which rung a topic stands; above all rungs where it is on none."""
        return next((n for n, rung in enumerate(self.rungs) if topic in rung.topics), len(self.rungs))


def read_ladder(found: dict[str, object], where: str = "ladder.toml") -> Ladder:
    """Return the ladder of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(where, [])
    ladder = read_table(Ladder, found, top)
    for name in repeated(topic for rung in ladder.rungs for topic in rung.topics):
        top.note(f"{name!r} stands on two rungs; keep the lower one")
    if not ladder.first_topics:
        top.note("no rung is 'first'; safety and trust have to be")
    for key in ("time_and_warmth", "for_oneself"):
        names = getattr(ladder, key)
        if len(names) < LEAST_STEPS:
            top.note(
                f"{key!r} names {len(names)}; give {LEAST_STEPS} or more, so that a second can stand beside"
            )
        for name in names:
            step = exercises().get(name)
            if step is None or step.guard or step.touch:
                top.note(f"{key!r} may name exercises only that need no guard and no note on touch: {name!r}")
    top.finish()
    return ladder


@cache
def ladder() -> Ladder:
    """Return the ladder in force."""
    return read_ladder(load_toml(STRUCTURE / "ladder.toml"))
