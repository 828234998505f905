"""Who took part and what is missing; and how well each facet is measured."""

from typing import Any

import pandas as pd

from workbook.content import say
from workbook.errors import StatisticsError
from workbook.instruments.model import Instrument
from workbook.research import plots
from workbook.research.plots.axes import two
from workbook.research.reliability import item_matrix, item_statistics, subscale_reliability
from workbook.ui.blocks import Block, bullets, cards, details, heading, paragraph, table
from workbook.ui.components import Prose
from workbook.ui.dashboard.base import (
    DashboardSection,
    number_table,
    occasions_of,
    percent,
    side_by_side,
    words,
)
from workbook.ui.dashboard.sample import Sample
from workbook.ui.guard import Guard
from workbook.ui.panel import Panel, Picture, one_figure

FEWEST_SHOWN = 5
"""Persons in the smallest count that is shown: the screen may be seen by others too."""


class Questionnaire(DashboardSection):
    """A section about one questionnaire on one occasion."""

    def __init__(self, sample: Sample, guard: Guard) -> None:
        super().__init__(sample, guard)
        titles = {one.id: one.title for one in sample.questionnaires}
        self.which = self.chooser(say("dashboard.choose.questionnaire"), titles, self.fill)
        self.when = self.chooser(say("dashboard.choose.occasion"), occasions_of(sample), self.fill)
        self.view = Panel(guard)
        self.more = Prose()
        self.root.children = (self.words, side_by_side(self.which, self.when), self.view.root, self.more)

    @property
    def instrument(self) -> Instrument:
        return self.sample.catalogue[self.which.value]

    @property
    def occasion(self) -> str:
        """The chosen occasion, or the questionnaire's first where it was not asked then."""
        here = self.sample.occasions(self.instrument)
        return self.when.value if self.when.value in here else here[0]

    def reason(self) -> str:
        """Return why nothing can be shown; empty where something can."""
        own = self.sample.shown(self.instrument, self.occasion)
        return "" if len(own) else say("dashboard.no_answers")


class Cohort(Questionnaire):
    """Who took part, and what is missing."""

    name = "cohort"

    def fill(self) -> None:
        sample = self.sample
        self.words.blocks = [*self.opening(), self._numbers(), *self._background()]
        if reason := self.reason():
            self.view.explain(say("dashboard.cohort.missing"), reason)
            return
        prepared = plots.prepare_missing(sample.shown(self.instrument, self.occasion))
        figure: Any = plots.plot_missing(prepared)
        worst = prepared.sort_values("answered").iloc[0]
        share = percent(1.0 - prepared["answered"].mean())
        values = {"share": share, "item": worst["item"], "most": percent(1.0 - worst["answered"])}
        shares = {name: prepared[name].map(percent) for name in ("answered", "declined", "blank")}
        rows = prepared.assign(**shares)
        shown = Picture(
            one_figure(figure.to_plotly_json()),
            [("dashboard.cohort.missing_says", values)],
            words(rows, "missing"),
        )
        self.view.show(say("dashboard.cohort.missing"), shown)

    def _numbers(self) -> Block:
        sample = self.sample
        n_couples = int(sample.linked["couple_id"].nunique())
        answers = int(sample.published.responses["value"].notna().sum())
        figures = {"persons": sample.n_persons, "couples": n_couples, "answers": answers}
        return cards(
            [heading(3, f"{value:,}"), paragraph(say(f"dashboard.cohort.{name}"))]
            for name, value in figures.items()
        )

    def _background(self) -> list[Block]:
        instrument = self.sample.catalogue.get("background")
        if instrument is None:
            return []
        responses = self.sample.published.responses
        own = responses[responses["instrument"] == "background"].drop_duplicates(["person_id", "item"])
        rows = []
        for item in instrument.items:
            counts = own.loc[own["item"] == item.id, "value"].value_counts()
            for choice in item.scale.choices:
                n = int(counts.get(choice.value, 0))
                few = say("dashboard.cohort.few", n=FEWEST_SHOWN)
                rows.append([item.text, choice.label, few if 0 < n < FEWEST_SHOWN else str(n)])
        head = [say(f"dashboard.cohort.{name}") for name in ("question", "choice", "count")]
        inside = [table(say("dashboard.cohort.background"), head, rows, [2])]
        return [details(say("dashboard.cohort.background"), inside)]


class Reliability(Questionnaire):
    """How well each facet is measured."""

    name = "reliability"

    def fill(self) -> None:
        self.words.blocks = self.opening()
        self.more.blocks = []
        if reason := self.reason():
            self.view.explain(say("dashboard.reliability.title"), reason, is_alone=True)
            return
        instrument, own = self.instrument, self.sample.shown(self.instrument, self.occasion)
        found = subscale_reliability(own, instrument)
        prepared = plots.prepare_reliability(found)
        figure: Any = plots.plot_reliability(prepared)
        if figure is None:
            self.view.explain(say("dashboard.reliability.title"), say("dashboard.no_estimate"), is_alone=True)
        else:
            alpha = found["alpha"].dropna()
            low = int(alpha.to_numpy().argmin())
            facet, good = str(found["title"].loc[alpha.index].iloc[low]), int((alpha >= plots.USUAL).sum())
            said = {
                "n": len(alpha),
                "good": good,
                "usual": plots.USUAL,
                "facet": facet,
                "value": two(alpha.iloc[low]),
            }
            columns = ["title", "n", "k", "alpha", "alpha_low", "alpha_high", "omega"]
            shown = Picture(
                one_figure(figure.to_plotly_json()),
                [("dashboard.reliability.says", said)],
                words(found[columns], "reliability"),
            )
            self.view.show(say("dashboard.reliability.forest"), shown)
        self.more.blocks = [*self._reasons(found), *self._items(own, instrument)]

    def _reasons(self, found: pd.DataFrame) -> list[Block]:
        refused = found[found["reason"] != ""]
        lines = [f"{row.title}: {row.reason}" for row in refused.itertuples()]
        title = say("dashboard.reliability.refused", n=len(lines))
        return [details(title, [bullets(lines)])] if lines else []

    def _items(self, own: pd.DataFrame, instrument: Instrument) -> list[Block]:
        wide = item_matrix(own, instrument)
        parts = []
        for subscale in instrument.subscales:
            if len(subscale.items) < 3:
                continue
            try:
                parts.append(item_statistics(wide[list(subscale.items)]).assign(facet=subscale.title))
            except StatisticsError:
                continue  # the facet's own refusal says why
        if not parts:
            return []
        rows = pd.concat(parts)[["facet", "item", "n", "mean", "sd", "item_total", "alpha_if_dropped"]]
        title = say("dashboard.reliability.items")
        return [details(title, [number_table(title, words(rows, "items"))])]
