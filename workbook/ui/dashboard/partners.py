"""What the two partners of a couple have to do with each other."""

from typing import Any

import numpy as np
import pandas as pd

from workbook.content import say, sentences
from workbook.errors import StatisticsError
from workbook.research import plots
from workbook.research.dyadic import (
    Apim,
    DyadicICC,
    Pattern,
    align_roles,
    apim,
    distinguishability,
    dyadic_icc,
    from_persons,
)
from workbook.research.plots.axes import two
from workbook.ui.blocks import Block, bullets, callout, heading, lead, note
from workbook.ui.components import Prose
from workbook.ui.dashboard.base import DashboardSection, occasions_of, p_words, side_by_side, words
from workbook.ui.dashboard.sample import Sample
from workbook.ui.guard import Guard
from workbook.ui.panel import Panel, Picture, one_figure

AGE = "background.age_band"
FEWEST_OF_ROLES = 50
"""Couples of different ages below which the test of roles sees too many differences.

At a nominal .05 it rejects in .10 of cohorts of 20 couples without any difference, in .08 of 30 and in
.07 of 50 (`workbook.research.dyadic.distinguishability`).
"""


class Dyads(DashboardSection):
    """Likeness, actor and partner effects, their pattern, and whether roles matter."""

    name = "dyads"

    def __init__(self, sample: Sample, guard: Guard) -> None:
        super().__init__(sample, guard)
        occasions = occasions_of(sample)
        self.when = self.chooser(say("dashboard.choose.occasion"), occasions, self.fill)
        facets = sample.facets(next(iter(occasions), ""))
        second = (list(facets) * 2)[1:2]
        self.x = self.chooser(say("dashboard.dyads.x"), facets, self.fill)
        self.y = self.chooser(say("dashboard.dyads.y"), facets, self.fill, value="".join(second))
        self.views = [Panel(guard) for _ in range(3)]
        self.more = Prose()
        asked = side_by_side(self.when, self.x, self.y)
        self.root.children = (self.words, asked, *(view.root for view in self.views), self.more)

    def fill(self) -> None:
        self.words.blocks = self.opening()
        x, y, when = self.x.value, self.y.value, self.when.value
        problems = [say("dashboard.dyads.same")] if x == y else []
        icc: DyadicICC | None = None
        model: Apim | None = None
        try:
            pairs = self.sample.pairs([x, y] if x != y else [x], when)
            icc = dyadic_icc(pairs, f"{y}_a", f"{y}_b")
            model = None if problems else _fit(pairs, x, y)
        except StatisticsError as refusal:
            problems += sentences(refusal)
        titles = self.sample.facets(when)
        for view in self.views:
            view.hide()
        if icc is not None:
            self._alike(pairs, icc, y, titles[y])
        if model is not None:
            self._effects(model, titles[x], titles[y])
            self._pattern(model)
        refused = [callout(say("dashboard.dyads.refused"), [bullets(problems)], tone="care")]
        self.more.blocks = refused if problems else self._roles(x, y, when)

    def _alike(self, pairs: pd.DataFrame, icc: DyadicICC, y: str, title: str) -> None:
        figure: Any = plots.plot_dyads(plots.prepare_dyads(pairs, f"{y}_a", f"{y}_b"))
        key = "alike" if icc.low > 0 else "unlike" if icc.high < 0 else "unsure"
        ends = {"value": two(icc.value), "low": two(icc.low), "high": two(icc.high)}
        rows = pd.DataFrame([[title, icc.n, *ends.values(), two(icc.F), p_words(icc.p)]])
        said = [(f"dashboard.dyads.{key}", {"facet": title, "n": icc.n, **ends})]
        shown = Picture(one_figure(figure.to_plotly_json()), said, words(rows, "icc"))
        self.views[0].show(say("dashboard.dyads.likeness", facet=title), shown)

    def _effects(self, model: Apim, x: str, y: str) -> None:
        shown = {name: model.table[name].map(two) for name in ("estimate", "se", "df", "low", "high")}
        terms = [say(f"dashboard.dyads.terms.{term}") for term in model.table["term"]]
        rows = model.table.assign(term=terms, p=model.table["p"].map(p_words), **shown)
        rows = rows[["term", "estimate", "se", "df", "p", "low", "high"]]
        said = []
        for term in ("actor", "partner"):
            effect = model.effect(term)
            is_sure = not effect["low"] <= 0 <= effect["high"]
            ends = {"value": two(effect["estimate"]), "low": two(effect["low"]), "high": two(effect["high"])}
            said.append(
                (f"dashboard.dyads.{term}_{'sure' if is_sure else 'unsure'}", {"x": x, "y": y, **ends})
            )
        said.append(("dashboard.dyads.no_cause", {}))
        names = {
            f"{kind}_{place}": say(f"dashboard.dyads.{place}", facet=facet)
            for kind, facet in (("x", x), ("y", y))
            for place in "ab"
        }
        drawn: Any = plots.plot_paths(plots.prepare_paths(model), names)
        shown_paths = Picture(one_figure(drawn.to_plotly_json()), said, words(rows, "apim"))
        self.views[1].show(say("dashboard.dyads.paths"), shown_paths)

    def _pattern(self, model: Apim) -> None:
        k = model.k
        if not isinstance(k, Pattern):
            return
        plane: Any = plots.plot_plane(plots.prepare_plane(model))
        key = "several" if " or " in k.reading else k.reading.replace(" ", "_").replace("-", "_")
        ends = {"k": two(k.value), "low": two(k.low), "high": two(k.high)}
        rows = pd.DataFrame([[*ends.values(), k.reading, k.method]])
        said = [(f"dashboard.dyads.k_{key}", {**ends, "patterns": k.reading})]
        shown = Picture(one_figure(plane.to_plotly_json()), said, words(rows, "k"))
        self.views[2].show(say("dashboard.dyads.pattern"), shown)

    def _roles(self, x: str, y: str, when: str) -> list[Block]:
        """Return whether it matters who is older: a role that can be read from what everybody is asked."""
        pairs = self._by_age(x, y, when)
        title = heading(2, say("dashboard.dyads.roles"))
        if len(pairs) < FEWEST_OF_ROLES:
            return [title, note(say("dashboard.dyads.roles_few", n=len(pairs)))]
        columns = [(f"{name}_a", f"{name}_b") for name in (x, y)]
        cohort = align_roles(pairs, columns=[*columns, (f"{AGE}_a", f"{AGE}_b")])
        try:
            found = distinguishability(cohort.pairs, *columns)
        except StatisticsError as refusal:
            return [title, bullets(sentences(refusal))]
        key = "roles_differ" if found.p < 0.05 else "roles_same"
        figures = {"chi2": two(found.chi2), "df": found.df, "p": p_words(found.p), "n": found.n}
        return [
            title,
            lead(say(f"dashboard.dyads.{key}", **figures)),
            note(say("dashboard.dyads.roles_note")),
        ]

    def _by_age(self, x: str, y: str, when: str) -> pd.DataFrame:
        published = self.sample.published
        ages = published.wide_answers([AGE], published.first_occasion())
        scores = published.wide_scores([x, y], when).join(ages, how="left")
        persons = self.sample.linked.merge(scores, left_on="person_id", right_index=True)
        pairs = from_persons(persons, [x, y, AGE]).dropna()
        older = (pairs[f"{AGE}_a"] > pairs[f"{AGE}_b"]).to_numpy(dtype=bool)
        roles = [say("dashboard.dyads.older"), say("dashboard.dyads.younger")]
        pairs = pairs.assign(role_a=np.where(older, *roles), role_b=np.where(older, *reversed(roles)))
        return pairs[(pairs[f"{AGE}_a"] != pairs[f"{AGE}_b"]).to_numpy(dtype=bool)].reset_index(drop=True)


def _fit(pairs: pd.DataFrame, x: str, y: str) -> Apim:
    columns = (f"{x}_a", f"{x}_b"), (f"{y}_a", f"{y}_b")
    return apim(pairs, *columns, distinguishable=False, n_draws=1000)
