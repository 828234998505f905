"""Figures: each a pair of prepare and plot, with a sentence and a table beside it.

`VIEWS` is the one list of the views that pages show, in their order; ``docs/adding-a-view.md``
shows how to add one.

`prepare_x` gives a frame declared in ``frames.PREPARED``; `plot_x` draws it, or gives ``None``
where there is nothing to draw; `sentence_x` gives (message key, values) for
`workbook.content.say`; `table_x` the same for those who'd rather read.
"""

from workbook.plots import (
    agreement,
    heat_map,
    needs_map,
    perception,
    perspectives,
    profile,
    side_by_side,
    trend,
)
from workbook.plots.agreement import plot_agreement, prepare_agreement, sentence_agreement, table_agreement
from workbook.plots.heat_map import plot_heat_map, prepare_heat_map, sentence_heat_map, table_heat_map
from workbook.plots.needs_map import plot_needs_map, prepare_needs_map, sentence_needs_map, table_needs_map
from workbook.plots.perspectives import (
    plot_guesses,
    plot_perspectives,
    plot_skills,
    prepare_guesses,
    prepare_perspectives,
    prepare_skills,
    sentence_guesses,
    sentence_perspectives,
    sentence_skills,
    table_guesses,
    table_perspectives,
    table_skills,
)
from workbook.plots.profile import plot_profile, prepare_profile, sentence_profile, table_profile
from workbook.plots.side_by_side import (
    plot_side_by_side,
    prepare_side_by_side,
    sentence_side_by_side,
    table_side_by_side,
)
from workbook.plots.theme import COLOURS, CONFIG
from workbook.plots.trend import plot_trend, prepare_trend, sentence_trend, table_trend
from workbook.plots.view import Drawing, Findings, Given, Showing, View, showings

TREND = trend.DRAWING  # shown on pages of its own, not among the views
VIEWS: tuple[View, ...] = (
    profile.VIEW,
    side_by_side.VIEW,
    perspectives.VIEW,
    perception.VIEW,
    agreement.VIEW,
    needs_map.VIEW,
    perspectives.GUESSES,
    heat_map.VIEW,
    perspectives.SKILLS,
)

__all__ = [
    "COLOURS",
    "CONFIG",
    "TREND",
    "VIEWS",
    "Drawing",
    "Findings",
    "Given",
    "Showing",
    "View",
    "plot_agreement",
    "plot_guesses",
    "plot_heat_map",
    "plot_needs_map",
    "plot_perspectives",
    "plot_profile",
    "plot_side_by_side",
    "plot_skills",
    "plot_trend",
    "prepare_agreement",
    "prepare_guesses",
    "prepare_heat_map",
    "prepare_needs_map",
    "prepare_perspectives",
    "prepare_profile",
    "prepare_side_by_side",
    "prepare_skills",
    "prepare_trend",
    "sentence_agreement",
    "sentence_guesses",
    "sentence_heat_map",
    "sentence_needs_map",
    "sentence_perspectives",
    "sentence_profile",
    "sentence_side_by_side",
    "sentence_skills",
    "sentence_trend",
    "showings",
    "table_agreement",
    "table_guesses",
    "table_heat_map",
    "table_needs_map",
    "table_perspectives",
    "table_profile",
    "table_side_by_side",
    "table_skills",
    "table_trend",
]
