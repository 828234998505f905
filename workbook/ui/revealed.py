"""Topics that are shown in a session: each a picture of both, on the couple's pages and the therapist's.

Nothing of a session says that two differ: one topic picked out of many would promise more than it holds.
"""

from collections.abc import Mapping, Sequence

from ipywidgets import VBox

from workbook.content import say
from workbook.frames import occasion_number
from workbook.instruments import Instrument
from workbook.instruments.facets import Facet, facets
from workbook.instruments.library import in_version
from workbook.plots import VIEWS
from workbook.plots.topics import prepare_one
from workbook.service.formats.case_values import Revealed
from workbook.service.formats.values import Member
from workbook.ui.blocks import heading, note
from workbook.ui.components import Chart
from workbook.ui.drawing import picture
from workbook.ui.guard import Guard
from workbook.ui.panel import Panel

_VIEW = next(one for one in VIEWS if one.name == "side_by_side")


def topics(instruments: Mapping[str, Instrument]) -> list[tuple[Instrument, Facet]]:
    """Return every topic that can be shown in a session: those scored from more than one answer."""
    return [
        (one, facet)
        for one in instruments.values()
        if not one.is_private and one.occasion == "assessment"
        for facet in facets(one)
        if not facet.is_single
    ]


def title_of_topic(facet_id: str, instruments: Mapping[str, Instrument]) -> str:
    """Return what a topic is called; of one that only an earlier edition knows, its id."""
    return next((facet.title for _one, facet in topics(instruments) if facet.id == facet_id), facet_id)


class RevealedTopics:
    """The place of what is shown: nothing of ``root`` is seen while nothing is.

    A page that shows it is ready to draw at once: it loads what it draws with, and tells the width it has.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._panels: dict[tuple[str, str], Panel] = {}
        self._ready = Chart(awaits=True, widths=list(_VIEW.drawing.widths if _VIEW.drawing else ()))
        self._ready.on_width(guard(Panel.learn_room))
        self.root = VBox([self._ready])

    @property
    def topics(self) -> list[tuple[str, str]]:
        """The facets, and the occasions, of which there is a picture."""
        return list(self._panels)

    def show(
        self, shown: Sequence[Revealed], instruments: Mapping[str, Instrument], members: Sequence[Member]
    ) -> None:
        """Show these topics and no others; one that is there stays as it is."""
        wanted = {(one.facet, one.occasion): one for one in shown}
        self._panels = {key: one for key, one in self._panels.items() if key in wanted}
        for key, one in wanted.items():
            if key not in self._panels:
                self._panels[key] = self._panel(one, instruments, members)
        children = (self._ready, *(self._panels[key].root for key in wanted))
        if children != self.root.children:
            self.root.children = children

    def _panel(
        self, one: Revealed, instruments: Mapping[str, Instrument], members: Sequence[Member]
    ) -> Panel:
        panel = Panel(self._guard)
        version = str(one.scores["version"].iloc[0]) if len(one.scores) else ""
        instrument = in_version(instruments, one.instrument, version) or instruments[one.instrument]
        facet = next((each for each in facets(instrument) if each.id == one.facet), None)
        title = facet.title if facet is not None else one.facet
        places: dict[str, str] = {member.person_id: member.place for member in members}
        names: dict[str, str] = {member.place: member.name for member in members}
        prepared = prepare_one(one.scores, facet, places, names)
        drawn = picture(_VIEW.drawing, prepared) if _VIEW.drawing else None
        if drawn:
            panel.show(title, drawn)
            panel.title.blocks = [
                heading(2, title),
                note(say("ui.in-session.as_filled_in", n=occasion_number(one.occasion))),
            ]
        else:
            panel.explain(title, say("ui.view.no_values"))
        return panel
