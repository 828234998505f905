"""How we met, and memories of ours: each writes apart, then both are read to each other.

There is no right story: what one remembers stands beside what the other does, and nobody can correct it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbook.exercises.apart import Apart, written
from workbook.exercises.machine import Happening, Machine, Opening, Reply, Told, allow, hide
from workbook.shapes import Choice, Text

ABOUT = ("how_we_met", "why_i_fell_in_love", "a_memory", "a_hard_time_we_got_through")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story(Apart):
    """One story as each of the two tells it. ``touched`` is what touched them in the other's."""

    about: str
    touched: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it is about, by its id: its title is known to the page."""
        return self.about

    def told(self, reader: str) -> Sequence[Told]:
        touched = [Told("told.touched", words, one) for one, words in self.touched.items() if words]
        return [*Apart.told(self, reader), *touched]


def _write(stories: dict[str, Story], event: Happening) -> Story:
    about = event.payload["about"]
    story = next((one for one in stories.values() if one.about == about and one.is_open), None)
    story = story or Story(id=event.operation_id, by=event.person_id, stage="apart", about=about)
    return replace(story, **written(story, event, event.payload["text"]))


def _may_be_touched(story: Story, person_id: str) -> None:
    allow(story.stage == "both" and person_id not in story.touched, "step_done")


def _be_touched(story: Story, event: Happening) -> Story:
    return replace(story, touched={**story.touched, event.person_id: event.payload["touched"]})


MACHINE: Machine[Story] = Machine(
    "how_we_met",
    {
        "written": Opening(
            {"about": Choice(ABOUT), "text": Text(1_500)}, _write, hides=hide("text", until=Story.shows)
        ),
        "touched": Reply("story", _be_touched, {"touched": Text(300)}, may=_may_be_touched),
    },
)
