"""What two write apart: neither is given the other's words before both have written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from workbook.exercises.machine import Happening, Thing, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart(Thing):
    """One thing that both write about, apart.

    ``answers`` is what each wrote, by person id, and ``last`` the event that holds it: a wording that
    somebody thought better of is nobody else's to read. ``by`` is who wrote first.
    """

    ENDS = frozenset({"both"})
    DONE = frozenset({"both"})

    answers: Mapping[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_written(self) -> bool:
        """Whether both have written."""
        return len(self.answers) == 2

    def waits_for(self, person_id: str) -> bool:
        return self.is_open and person_id not in self.answers

    def shows(self, event: Happening) -> bool:
        """Return whether what somebody wrote stands where both can read it."""
        return self.is_written and self.last.get(event.person_id) == event.operation_id

    def told(self, reader: str) -> Sequence[Told]:
        """Return both texts once both are there, and one's own until then."""
        return [
            Told(text=words, by=person_id)
            for person_id, words in self.answers.items()
            if words and (self.is_written or person_id == reader)
        ]


def written(thing: Apart, event: Happening, words: str) -> dict[str, Any]:
    """Return what changes in a thing when somebody writes, or writes anew before both have."""
    answers = {**thing.answers, event.person_id: words}
    return {
        "answers": MappingProxyType(answers),
        "last": MappingProxyType({**thing.last, event.person_id: event.operation_id}),
        "stage": "both" if len(answers) == 2 else thing.stage,
    }
