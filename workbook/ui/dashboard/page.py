"""The page: what it is about, a row of sections, and the one that is open."""

from collections.abc import Sequence

from ipywidgets import VBox, Widget

from workbook.content import say, sentences
from workbook.errors import WorkbookError
from workbook.ui.blocks import bullets, callout, heading, kicker, lead, note, paragraph
from workbook.ui.components import Actions, Prose
from workbook.ui.dashboard.base import DashboardSection
from workbook.ui.dashboard.door import Door
from workbook.ui.dashboard.export import Export
from workbook.ui.dashboard.measures import Cohort, Reliability
from workbook.ui.dashboard.partners import Dyads
from workbook.ui.dashboard.sample import Sample, find_study, open_simulated, open_study_sample
from workbook.ui.guard import Guard

SECTIONS: tuple[type[DashboardSection], ...] = (Cohort, Reliability, Dyads, Export)


class Dashboard:
    """A sample's sections, one at a time. ``root`` is what the notebook shows."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.kinds: dict[str, type[DashboardSection]] = {kind.name: kind for kind in SECTIONS}
        self.sections: dict[str, DashboardSection] = {}
        self.head = Prose(blocks=self._opening())
        self.menu = Actions()
        self.guard = Guard(self.show_trouble, begin=self._clear_trouble)
        self.trouble = Prose()
        self.shown: tuple[Widget, ...] = ()
        self.menu.on_press(self.guard(self.turn))
        self.root = VBox([self.head, self.menu])
        for name in ("page", "main", "main-wide", "dashboard"):
            self.root.add_class(name)
        self.guard(self.turn)("cohort")

    def turn(self, name: str) -> None:
        """Open a section; it is made and worked out when it is opened first."""
        if name not in self.sections:
            self.sections[name] = self.kinds[name](self.sample, self.guard)
        section = self.sections[name]
        self.menu.buttons = [
            {
                "id": one,
                "label": say(f"dashboard.{one}.short"),
                "kind": "primary" if one == name else "secondary",
            }
            for one in self.kinds
        ]
        try:
            section.fill()
        finally:  # if it could not be calculated, the page says so above the rest
            self.shown = (section.root,)
            self._lay()

    def show_trouble(self, told: Sequence[str]) -> None:
        """Say what went wrong, above the section, so that it is seen and heard."""
        words = [paragraph(told[0])] if len(told) == 1 else [bullets(told)]
        self.trouble.blocks = [callout(say("ui.trouble.title"), words, tone="bad", alert=True)]
        self._lay()

    def _clear_trouble(self) -> None:
        if self.trouble.blocks:
            self.trouble.blocks = []
            self._lay()

    def _lay(self) -> None:
        told = (self.trouble,) if self.trouble.blocks else ()
        self.root.children = (self.head, self.menu, *told, *self.shown)

    def _opening(self) -> list[dict[str, object]]:
        blocks = [kicker(say("dashboard.kicker")), heading(1, self.sample.name), lead(say("dashboard.lead"))]
        if self.sample.is_simulated:
            told = [paragraph(say("dashboard.simulated.note"))]
            blocks.append(callout(say("dashboard.simulated.title"), told, tone="care"))
        n_shut, words = self.sample.shut
        if n_shut:
            told = [paragraph(say("dashboard.shut.note", n=n_shut, words=words))]
            blocks.append(callout(say("dashboard.shut.title"), told, tone="bad", alert=True))
        if not self.sample.n_persons:
            blocks.append(note(say("dashboard.nobody")))
        return blocks


def open_dashboard() -> VBox:
    """Open the researcher's page: this installation's study, by its passphrase; else the simulated cohort.

    Returns
    -------
    VBox
        The whole page; a notebook cell that ends with this call shows it.
    """
    try:
        study = find_study()
        if study is None:
            return _show(open_simulated())
    except WorkbookError as problem:
        told = callout(say("dashboard.not_open"), [bullets(sentences(problem))], tone="bad", alert=True)
        return VBox([Prose(blocks=[told])])
    door = Door(study, open_study_sample, _show)
    door.root.door = door  # keeps it alive as long as the page
    return door.root


def _show(sample: Sample) -> VBox:
    if not sample.questionnaires:
        empty = [kicker(say("dashboard.kicker")), heading(1, sample.name), lead(say("dashboard.nobody"))]
        return VBox([Prose(blocks=empty)])
    page = Dashboard(sample)
    page.root.dashboard = page  # keeps the page's sections alive as long as the page
    return page.root
