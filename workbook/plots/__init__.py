"""Figures: each a pair of prepare and plot, with a sentence, a note and a table beside it.

`VIEWS` is the one list of the views that pages show, in their order; ``docs/adding-a-view.md``
shows how to add one.

`prepare_x` gives a frame declared in ``frames.PREPARED``; `plot_x` draws it, or gives ``None``
where there is nothing to draw; `sentence_x` and `note_x` give (message key, values) for
`workbook.content.say`; `table_x` the same for those who'd rather read.
"""

from workbook.plots import (
    agreement,
    differences,
    perception,
    perspectives,
    profile,
    side_by_side,
    signs,
    trend,
    waiting,
)
from workbook.plots.agreement import plot_agreement, prepare_agreement, sentence_agreement, table_agreement
from workbook.plots.differences import plot_differences, sentence_differences
from workbook.plots.four_views import plot_four_views
from workbook.plots.moved import plot_moved
from workbook.plots.perspectives import (
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
from workbook.plots.profile import plot_profile, sentence_profile
from workbook.plots.progress import (
    LINES,
    Beside,
    plot_progress,
    prepare_lines,
    prepare_progress,
    progress_of_one,
    progress_of_two,
    table_marks,
    table_weeks,
)
from workbook.plots.side_by_side import plot_side_by_side, sentence_side_by_side
from workbook.plots.signs import plot_signs, prepare_signs, sentence_signs, table_signs
from workbook.plots.steps import plot_steps
from workbook.plots.theme import COLOURS
from workbook.plots.topics import prepare_topics, table_topics
from workbook.plots.trend import (
    MOVED,
    RISEN,
    WEEKS,
    only_risen,
    places_in,
    prepare_trend,
    sentence_trend,
    table_trend,
)
from workbook.plots.view import Drawing, Findings, Given, Sheets, Showing, View, showings
from workbook.plots.waiting import plot_waiting, prepare_waiting, sentence_waiting, table_waiting
from workbook.plots.weeks import plot_weeks

VIEWS: tuple[View, ...] = (
    profile.VIEW,
    side_by_side.VIEW,
    differences.VIEW,
    perspectives.VIEW,
    perception.VIEW,
    agreement.VIEW,
    waiting.VIEW,
    perspectives.GUESSES,
    signs.VIEW,
    perspectives.SKILLS,
    trend.VIEW,
)

__all__ = [
    "COLOURS",
    "LINES",
    "MOVED",
    "RISEN",
    "VIEWS",
    "WEEKS",
    "Beside",
    "Drawing",
    "Findings",
    "Given",
    "Sheets",
    "Showing",
    "View",
    "only_risen",
    "places_in",
    "plot_agreement",
    "plot_differences",
    "plot_four_views",
    "plot_moved",
    "plot_profile",
    "plot_progress",
    "plot_side_by_side",
    "plot_signs",
    "plot_steps",
    "plot_waiting",
    "plot_weeks",
    "prepare_agreement",
    "prepare_guesses",
    "prepare_lines",
    "prepare_perspectives",
    "prepare_progress",
    "prepare_signs",
    "prepare_skills",
    "prepare_topics",
    "prepare_trend",
    "prepare_waiting",
    "progress_of_one",
    "progress_of_two",
    "sentence_agreement",
    "sentence_differences",
    "sentence_guesses",
    "sentence_perspectives",
    "sentence_profile",
    "sentence_side_by_side",
    "sentence_signs",
    "sentence_skills",
    "sentence_trend",
    "sentence_waiting",
    "showings",
    "table_agreement",
    "table_guesses",
    "table_marks",
    "table_perspectives",
    "table_signs",
    "table_skills",
    "table_topics",
    "table_trend",
    "table_waiting",
    "table_weeks",
]
