"""Which figure shows which view: from results to a picture, or to the reason there is none."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from workbook import plots
from workbook.content import say
from workbook.instruments import Instrument
from workbook.results import VIEWS, Results
from workbook.ui.views import Picture, View

Names = Mapping[str, str]
Instruments = Mapping[str, Instrument]
Maker = Callable[[Results, Instrument, Names], Picture | None]


def _picture(figure: Any, said: Any, rows: pd.DataFrame) -> Picture | None:
    # Plotly's own writer packs arrays as base64, which the page's plotly.js reads as well.
    return Picture(figure.to_plotly_json(), said, rows) if figure is not None else None


def _profile(results: Results, instrument: Instrument, _names: Names) -> Picture | None:
    prepared = plots.prepare_profile(results.pairs, instrument)
    return _picture(plots.plot_profile(prepared), plots.sentence_profile(prepared), plots.table_profile(prepared))


MAKERS: dict[str, Maker] = {"profile": _profile}
OWN_VIEWS: tuple[str, ...] = ("profile",)
TOGETHER_VIEWS: tuple[str, ...] = ("profile",)


def draw(view: View, name: str, results: Results, instruments: Instruments, names: Names) -> None:
    """Fill a view, with the picture or with the sentence that says why there is none."""
    title = say(f"ui.view.titles.{name}")
    reason = results.unavailable.get(name)
    instrument = instruments.get(VIEWS[name][0])
    picture = MAKERS[name](results, instrument, names) if reason is None and instrument else None
    if picture is None:
        view.explain(title, say(f"ui.view.{_key(reason, is_own=results.is_solo)}"))
    else:
        view.show(title, picture)


def _key(reason: str | None, *, is_own: bool) -> str:
    if is_own and reason != "solo":
        return "no_values_own"
    return reason or "no_values"
