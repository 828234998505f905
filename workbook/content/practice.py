"""What a therapist's practice is offered, kept as content and not in code."""

from dataclasses import dataclass
from functools import cache

from workbook.content.fields import Text, Texts, Whole, Wholes, load_toml, repeated
from workbook.content.files import STRUCTURE
from workbook.content.tables import Place, read_table, table


@table("practice")
@dataclass(frozen=True, slots=True)
class PracticeOffer:
    """Steps of a session, kinds of notes, policies about secrets, and the bounds of all of it.

    ``kept_days`` are how long notes may be kept, ``guarded`` the topics that are shown in a session only by
    their owner's wish. ``basis`` as in the others.
    """

    version: Text
    basis: Text
    steps: Texts
    policies: Texts
    templates: Texts
    rating: Texts
    highest_rating: Whole
    kept_days: Wholes
    most_reveals: Whole
    most_reveals_ever: Whole
    idle_hours: Whole
    longest_timer: Whole
    guarded: Texts


def read_practice(found: dict[str, object], where: str = "practice.toml") -> PracticeOffer:
    """Return what is offered, of a table.

    Raises
    ------
    ContentError
        With every problem of the file at once.
    """
    top = Place(where, [])
    made = read_table(PracticeOffer, found, top)
    for listed in (made.steps, made.policies, made.templates, made.rating, made.guarded):
        for name in repeated(listed):
            top.note(f"{name!r} stands twice; keep one")
    if made.most_reveals > made.most_reveals_ever:
        top.note("most_reveals is above most_reveals_ever; raise that or lower this")
    top.finish()
    return made


@cache
def practice_offer() -> PracticeOffer:
    """Return what is offered now."""
    return read_practice(load_toml(STRUCTURE / "practice.toml"))
