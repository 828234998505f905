"""Two people taking steps of exercises, each step checked as the service checks it."""

from datetime import datetime
from typing import Any

from workbook.exercises import MACHINES, Step, check_step

ANA, BEN = "p_ana", "p_ben"


class Play:
    """A table on which two people take steps."""

    def __init__(self, exercise: str) -> None:
        self.machine = MACHINES[exercise]
        self.events: list[Step] = []
        self.now: datetime | None = None

    def take(self, person: str, kind: str, **payload: Any) -> str:
        """Take a step, or be refused; return its id."""
        step = Step(kind, payload, f"op{len(self.events) + 1}", person, self.now)
        check_step(self.events, step)
        self.events.append(step)
        return step.operation_id

    @property
    def state(self) -> Any:
        """The things on the table, by id."""
        return self.machine.fold(self.events)


def ask(play: Play, text: str = "Could we eat without phones on Friday?", by: str = ANA) -> str:
    """Send a request."""
    return play.take(by, "request.sent", text=text, need="", is_intimate=False)


def answer(play: Play, by: str, request: str, answer: str, note: str = "", proposal: str = "") -> None:
    """Answer a request."""
    play.take(by, "request.answered", request=request, answer=answer, note=note, proposal=proposal)
