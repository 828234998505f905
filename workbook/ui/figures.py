"""Which figure shows which view: from results to a picture, or to the reason there is none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbook import plots
from workbook.content import say
from workbook.instruments import Instrument
from workbook.results import VIEWS, Results
from workbook.ui.perception import seen_in_words
from workbook.ui.views import Picture, View

OWN_VIEWS: tuple[str, ...] = ("profile", "perspectives", "heat_map", "needs_map", "skills")
TOGETHER_VIEWS: tuple[str, ...] = (
    "profile", "side_by_side", "perspectives", "perception", "agreement", "needs_map", "guesses",
    "heat_map", "skills",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Scene:
    """What figures are drawn from: results, and what people and their own needs are called."""

    results: Results
    instruments: Mapping[str, Instrument]
    names: Mapping[str, str]
    own_needs: Mapping[str, str] = field(default_factory=dict)
    pictures: dict[str, Picture | None] = field(default_factory=dict)  # what was drawn of it already


Prepare = Callable[[Scene, Instrument], pd.DataFrame | None]

_PREPARE: dict[str, Prepare] = {
    "profile": lambda s, i: plots.prepare_profile(s.results.pairs, i),
    "side_by_side": lambda s, i: plots.prepare_side_by_side(s.results.pairs, i, s.names),
    "perspectives": lambda s, i: _with(s.results.perspectives, plots.prepare_perspectives, i, s.names),
    "skills": lambda s, i: _with(s.results.perspectives, plots.prepare_skills, i, s.names),
    "agreement": lambda s, i: _with(s.results.agreement, plots.prepare_agreement, i),
    "needs_map": lambda s, i: _with(
        s.results.needs, plots.prepare_needs_map, i, s.names, own_titles=s.own_needs
    ),
    "guesses": lambda s, i: _with(s.results.needs, plots.prepare_guesses, i, s.names),
    "heat_map": lambda s, i: plots.prepare_heat_map(
        s.results.pairs, i, s.names, perspectives=s.results.perspectives
    ),
}
_LIKE = {"guesses": "needs_map"}  # drawn from the same answers


def draw(view: View, name: str, scene: Scene) -> None:
    """Fill a view, with the picture or with the sentence that says why there is none."""
    if view.shows == (scene, name):
        return  # drawn already, from the very same results
    view.shows = (scene, name)
    title = say(f"ui.view.titles.{name}")
    source = _LIKE.get(name, name)
    reason = scene.results.unavailable.get(source)
    instrument = scene.instruments.get(VIEWS[source][0])
    if name == "perception" and reason is None:
        view.read(seen_in_words(scene.results.perception, scene.names, VIEWS[name][0]))
        return
    made = _picture_of(scene, name, instrument) if reason is None and instrument else None
    if made is None:
        view.explain(title, say(f"ui.view.{_key(reason, is_own=scene.results.is_solo)}"), is_alone=True)
    else:
        view.show(title, made, is_alone=True)


def _picture_of(scene: Scene, name: str, instrument: Instrument) -> Picture | None:
    if name not in scene.pictures:
        scene.pictures[name] = picture(name, _PREPARE[name](scene, instrument))
    return scene.pictures[name]


def picture(name: str, prepared: pd.DataFrame | None) -> Picture | None:
    """The figure, sentences and table of a prepared frame; None where there is nothing in it."""
    if prepared is None or not len(prepared):
        return None
    figure: Any = getattr(plots, f"plot_{name}")(prepared)
    if figure is None:
        return None
    said = getattr(plots, f"sentence_{name}")(prepared)
    return Picture(figure.to_plotly_json(), said, getattr(plots, f"table_{name}")(prepared))


def _with(
    frame: pd.DataFrame | None, prepare: Callable[..., pd.DataFrame], *rest: Any, **named: Any
) -> pd.DataFrame | None:
    return None if frame is None else prepare(frame, *rest, **named)


def _key(reason: str | None, *, is_own: bool) -> str:
    if is_own and reason != "solo":
        return "no_values_own"
    return reason or "no_values"
