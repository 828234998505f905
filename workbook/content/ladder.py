"""The ladder: what a couple tends first, kept as content and not in code."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from workbook.content.exercise import exercises
from workbook.content.fields import Fields, load_toml, repeated
from workbook.errors import ContentError


@dataclass(frozen=True, slots=True)
class Rung:
    """Topics that are tended together; a ``first`` rung has to be well before any other step."""

    id: str
    topics: tuple[str, ...]
    first: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs from the ground up.

    Attributes
    ----------
    rungs : tuple of Rung
    well_above : float
        The position (0 to 1, healthy) that both have to be above on every first topic.
    exercise : str
        The step of time and warmth, the same for everyone until then.
    never_joint : tuple of str
        Needs that no joint page and no joint step speaks of.
    never_praised : tuple of str
        Topics that are told as a strength to nobody, since fear can make them high.
    basis : str
        A source id, or ``"ours"``.
    """

    rungs: tuple[Rung, ...]
    well_above: float
    exercise: str
    never_joint: tuple[str, ...]
    never_praised: tuple[str, ...]
    basis: str

    @property
    def first_topics(self) -> tuple[str, ...]:
        """Every topic of a first rung."""
        return tuple(topic for rung in self.rungs if rung.first for topic in rung.topics)

    def height_of(self, topic: str) -> int:
        """On which rung a topic stands; above all rungs where it is on none."""
        return next((n for n, rung in enumerate(self.rungs) if topic in rung.topics), len(self.rungs))


def read_ladder(table: dict[str, object], where: str = "ladder.toml") -> Ladder:
    """The ladder of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    problems: list[str] = []
    top = Fields(table, where, problems)
    top.text("version")
    ladder = Ladder(
        rungs=tuple(_read_rung(one, where, problems) for one in top.tables("rungs")),
        well_above=top.number("well_above"),
        exercise=top.text("exercise"),
        never_joint=top.texts("never_joint"),
        never_praised=top.texts("never_praised"),
        basis=top.text("basis"),
    )
    top.finish()
    for name in repeated(topic for rung in ladder.rungs for topic in rung.topics):
        top.note(f"{name!r} stands on two rungs; keep the lower one")
    if not ladder.first_topics:
        top.note("no rung is 'first'; safety and trust have to be")
    step = exercises().get(ladder.exercise)
    if step is None or step.guard or step.touch:
        top.note("'exercise' has to be one that needs no guard and no note on touch")
    if problems:
        raise ContentError(problems)
    return ladder


def _read_rung(table: dict[str, object], where: str, problems: list[str]) -> Rung:
    fields = Fields(table, f"{where}, rung {table.get('id', '?')!r}", problems)
    rung = Rung(fields.slug(), fields.texts("topics"), fields.flag("first"))
    fields.finish()
    return rung


@cache
def ladder() -> Ladder:
    """The ladder in force."""
    return read_ladder(load_toml(files("workbook.content") / "ladder.toml"))
