"""How closeness and the weeks went, as far as granted, with the days of the sessions between."""

from dataclasses import replace

import pandas as pd
from ipywidgets import VBox

from workbook.content import say
from workbook.instruments import Instrument
from workbook.plots import WEEKS, prepare_trend
from workbook.plots.trend import with_sessions
from workbook.plots.view import Said
from workbook.service.formats.case_values import SessionMark
from workbook.ui.blocks import heading, note
from workbook.ui.cockpit.base import CockpitDesk, in_words
from workbook.ui.cockpit.picture import case_source
from workbook.ui.components import Prose
from workbook.ui.drawing import picture
from workbook.ui.panel import Panel

_SHOWN = (("connection", ("connection.closeness",)), ("weekly", None))
"""What is drawn over time: the thing itself from round to round, and the weeks."""


class Trends:
    """The place of two pictures, and what is said where there is none."""

    def __init__(self, desk: CockpitDesk) -> None:
        self._session = desk.session
        self._words = Prose()
        self._panels = {name: Panel(desk.guard) for name, _facets in _SHOWN}
        self.root = VBox([])

    def fill(self, case_id: str) -> None:
        """Draw what is granted now; what was taken back is gone."""
        drawn = [self._draw(name, facets, case_id) for name, facets in _SHOWN]
        told = [] if any(drawn) else [note(say("cockpit.over-time.trends_none"))]
        self._words.blocks = [heading(2, say("cockpit.over-time.trends")), *told]
        self.root.children = (self._words, *(one.root for one in self._panels.values()))

    def _draw(self, name: str, facets: tuple[str, ...] | None, case_id: str) -> bool:
        panel, source = self._panels[name], case_source(self._session, case_id)
        instrument, marks = source.instruments.get(name), self._session.case(case_id).marks
        if panel.shows == (source, marks):
            return bool(panel.root.children)
        made = None if instrument is None else self._prepared(instrument, facets, case_id)
        shown = None if made is None else picture(_DRAWING, made)
        if shown is None or instrument is None:
            panel.hide()
        else:
            panel.show(instrument.title, shown)
        panel.shows = (source, marks)
        return shown is not None

    def _prepared(self, instrument: Instrument, facets: tuple[str, ...] | None, case_id: str) -> pd.DataFrame:
        source, case = case_source(self._session, case_id), self._session.case(case_id)
        known = {one.person_id: one.place for one in case.seen.members}
        found = source.results
        rows = prepare_trend(
            found.scores, instrument, known, source.names, facets=facets, changes=found.changes
        )
        is_weekly = instrument.occasion == "weekly"
        return with_sessions(rows, [(_time_of(one, is_weekly=is_weekly), one.day) for one in case.marks])


def _time_of(mark: SessionMark, *, is_weekly: bool) -> int:
    return mark.weeks if is_weekly else mark.rounds


def _table(prepared: pd.DataFrame) -> pd.DataFrame:
    """Return the picture as a table, with the days of sessions where there were any."""
    table = WEEKS.table(prepared)
    if prepared["sessions"].ne("").any():
        days = [", ".join(in_words(day) for day in one.split()) for one in prepared["sessions"]]
        table[say("cockpit.over-time.column_sessions")] = days
    return table


def _note(prepared: pd.DataFrame) -> Said:
    lines: Said = [("cockpit.over-time.trends_lines", {})] if prepared["sessions"].ne("").any() else []
    return [*lines, ("cockpit.over-time.trends_provisional", {})]


_DRAWING = replace(WEEKS, table=_table, note=_note)
