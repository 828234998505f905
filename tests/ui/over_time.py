"""Two people over some months: rounds on days of their own, an agreement, an exercise, weeks."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from unittest import mock

from workbook.service.couple import bundle, drawers, sealing
from workbook.service.formats.values import Answer
from workbook.session import Session
from workbook.sharing import Grain
from workbook.storage import memory

ROUNDS = tuple(datetime(2026, *day, tzinfo=UTC) for day in ((1, 10), (3, 7), (5, 9)))
RISES, FALLS = (0, 2, 4), (4, 2, 0)
"""How well it is for Maya in each round, and for Jonah."""


@contextmanager
def on_day(day: datetime) -> Iterator[None]:
    """Let all that is written be of this day."""
    fixed = type("Fixed", (datetime,), {"now": classmethod(lambda _cls, _zone=None: day)})
    with ExitStack() as stack:
        for module in (memory, sealing, bundle, drawers):
            stack.enter_context(mock.patch.object(module, "datetime", fixed))
        yield


def answer(session: Session, level: int) -> None:
    """Answer all about oneself at one level, whichever way a question is turned."""
    who, round = session.actor.person_id, session.occasion
    session.save(
        [
            Answer(
                f"{who}-{one.id}-{round}", round, one.id, one.scale.highest - level if one.reverse else level
            )
            for one in session.instruments["connection"].items
            if one.about == "self"
        ]
    )


def live_through(
    both: tuple[Session, Session], take_part: Callable[[Session], Session], *, n_rounds: int = 3
) -> None:
    """Let the two answer and open so many rounds: Maya's go up and Jonah's go down."""
    for n, day in enumerate(ROUNDS[:n_rounds]):
        with on_day(day):
            for session, values in zip(both, (RISES, FALLS), strict=True):
                if n == 0:
                    take_part(session)
                else:
                    session.begin_occasion()
                answer(session, values[n])
                session.decide("connection", Grain.SCORES)
    for session in both:
        session.refresh()
        session.mark_seen("expectation")


def agree_on_tea(both: tuple[Session, Session], day: datetime) -> str:
    """Let the two begin an agreement on a day, as one of both proposes it."""
    terms = {"what": "Tea at nine", "who": "me", "when": "Evenings", "long": "Two weeks", "notice": "A pot"}
    ends = {"hard": "", "review": (datetime.now(UTC) + timedelta(9)).date().isoformat(), "need": ""}
    with on_day(day):
        found = both[0].act("agreement.proposed", terms | ends | {"request": ""}).operation_id
        both[1].act("agreement.answered", {"agreement": found, "answer": "yes"})
    for session in both:
        session.refresh()
    return found


def thank(both: tuple[Session, Session], day: datetime) -> None:
    """Let one of the two thank and the other take it in."""
    with on_day(day):
        line = both[1].act("gratitude.written", {"text": "The soup", "day": day.date().isoformat()})
        both[0].act("gratitude.landed", {"line": line.operation_id})
    for session in both:
        session.refresh()
