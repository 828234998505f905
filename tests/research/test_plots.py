"""The figures' numbers are the statistics' numbers, and what is missing draws nothing."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from workbook.errors import StatisticsError
from workbook.instruments import catalogue
from workbook.plots.measure import text_width
from workbook.plots.theme import TEXT
from workbook.research import plots
from workbook.research.change import reliable_change
from workbook.research.dyadic import Apim, apim
from workbook.research.plots.axes import two
from workbook.research.reliability import subscale_reliability
from workbook.simulate import simulate_couples


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    x, noise = generator.normal(size=(2, 150, 2))
    return pd.DataFrame(
        np.hstack([x, 3 + 0.5 * x + 0.2 * x[:, ::-1] + noise]), columns=["x_a", "x_b", "y_a", "y_b"]
    )


@pytest.fixture(scope="module", params=["exchangeable", "distinguishable"])
def model(request: pytest.FixtureRequest, pairs: pd.DataFrame) -> Apim:
    return apim(pairs, distinguishable=request.param == "distinguishable", n_draws=200)


ON_A_PHONE = 270.0  # px that a figure has there, as in the pictures of the pages


def _words(figure: object) -> str:
    return " ".join(str(note.text) for note in figure.layout.annotations)


def test_the_forest_shows_both_coefficients_of_every_facet() -> None:
    connection = catalogue()["connection"]
    responses = simulate_couples(40, 1, {"connection": connection}).responses
    table = subscale_reliability(responses, connection)
    prepared = plots.prepare_reliability(table)
    assert len(prepared) == table["alpha"].notna().sum() + table["omega"].notna().sum()
    figure = plots.plot_reliability(prepared)
    assert all(title in _words(figure) for title in prepared["title"])
    assert plots.plot_reliability(prepared.head(0)) is None


def test_no_word_of_the_forest_covers_another_on_a_phone() -> None:
    """The longest title of all stands in the first row, and α is as high as it can be."""
    several = [s.title for one in catalogue().values() for s in one.subscales if len(s.items) > 1]
    longest = max(several, key=lambda title: text_width(title, TEXT))
    prepared = pd.DataFrame(
        {"title": longest, "kind": ["alpha", "omega"], "value": [1.0, 0.9], "low": [0.9, 0.8], "high": 1.0}
    )
    figure = plots.plot_reliability(prepared)
    start, end = figure.layout.xaxis.range
    boxes = []
    for note in figure.layout.annotations:
        width = text_width(note.text, note.font.size)
        across = ON_A_PHONE * (note.x if note.xref == "paper" else (note.x - start) / (end - start))
        left = across - {"left": 0, "center": width / 2, "right": width}[note.xanchor or "center"]
        assert left >= -1 and left + width <= ON_A_PHONE + 1, note.text
        boxes.append((left, left + width, note.y - note.font.size / 2, note.y + note.font.size / 2))
    for one, other in combinations(boxes, 2):
        assert one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
    (number,) = [note for note in figure.layout.annotations if note.text == "1.00"]
    mark = ON_A_PHONE * (1.0 - start) / (end - start)
    assert mark + 6 < ON_A_PHONE - text_width(number.text, number.font.size), "nor its own mark"


def test_the_diagram_writes_each_effect_on_its_arrow(model: Apim) -> None:
    prepared = plots.prepare_paths(model)
    words = _words(plots.plot_paths(prepared, {"x_a": "Trust"}))
    assert "Trust" in words
    for row in model.table[model.table["term"].isin(["actor", "partner"])].itertuples():
        assert f"{two(row.estimate)}<br>({two(row.se)})" in words
    assert f"{model.rho:.2f}" in words


def test_a_path_whose_interval_holds_zero_is_dashed(pairs: pd.DataFrame) -> None:
    shuffled = pairs.assign(
        x_a=np.random.default_rng(2).normal(size=150), x_b=np.random.default_rng(3).normal(size=150)
    )
    figure = plots.plot_paths(plots.prepare_paths(apim(shuffled, distinguishable=False)))
    assert {trace.line.dash for trace in figure.data} == {"6px,5px"}


def test_the_plane_writes_k_with_its_interval(model: Apim) -> None:
    prepared = plots.prepare_plane(model)
    words = _words(plots.plot_plane(prepared))
    for row in prepared.itertuples():
        assert f"k = {row.k:.2f}" in words


def test_the_ellipse_holds_95_percent_of_estimates(model: Apim) -> None:
    row = plots.prepare_plane(model).iloc[0]
    spread = np.array([[row["var_actor"], row["covariance"]], [row["covariance"], row["var_partner"]]])
    drawn = np.random.default_rng(1).multivariate_normal([0, 0], spread, 20_000)
    inside = np.einsum("ni,ij,nj->n", drawn, np.linalg.inv(spread), drawn) <= 5.991
    assert inside.mean() == pytest.approx(0.95, abs=0.01)


def test_the_scatter_leaves_out_half_couples(pairs: pd.DataFrame) -> None:
    prepared = plots.prepare_dyads(pairs.mask(pairs["y_a"] > 4), "y_a", "y_b")
    assert len(prepared) == (pairs["y_a"] <= 4).sum()
    assert len(plots.plot_dyads(prepared).data) == 2
    with pytest.raises(StatisticsError, match="not in the frame"):
        plots.prepare_dyads(pairs, "y_a", "z")


def test_the_change_plot_counts_each_class() -> None:
    generator = np.random.default_rng(1)
    pre = pd.Series(generator.normal(40, 8, 100))
    found = reliable_change(
        pre, pre + generator.normal(4, 8, 100), sd=7.5, reliability=0.8, higher_is="better", cutoff=50
    )
    figure = plots.plot_change(plots.prepare_change(found, sd=7.5, reliability=0.8, cutoff=50))
    names = [trace.name for trace in figure.data if trace.mode == "markers"]
    assert sum(int(name.split("(")[1].rstrip(")")) for name in names) == 100


def test_missingness_shares_add_up() -> None:
    connection = catalogue()["connection"]
    responses = simulate_couples(30, 1, {"connection": connection}, missing=0.1, declined=0.05).responses
    prepared = plots.prepare_missing(responses)
    assert np.allclose(prepared[["answered", "declined", "blank"]].sum(axis=1), 1)
    assert prepared["declined"].mean() == pytest.approx(0.05, abs=0.015)
    assert len(plots.plot_missing(prepared, 10).data[0].y) == 10
