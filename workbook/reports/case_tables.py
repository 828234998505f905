"""What a therapist's report holds in figures: scores with their error, how much was answered, how evenly.

Declined, held back, left open and not granted are one thing here: a dash. There are no norms, so nothing is
called high or low, and no cut-off turns an answering pattern into a finding.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from workbook import frames
from workbook.instruments.facets import facets
from workbook.instruments.model import Instrument
from workbook.plots.claimed import Told
from workbook.plots.trend import CHANGE_Z
from workbook.results import Results
from workbook.sharing import Publication

PLACES = ("a", "b")
SCORES = ("title", "place", "score", "low", "high", "n_answered", "n_items", "differs")
EVEN = ("instrument", "place", "n_answered", "n_same")
MOVED = ("title", "place", "first", "last", "band", "is_claimed")


def score_rows(results: Results, instrument: Instrument, known: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per topic and partner of the latest round: score, its band, how much it rests on.

    Parameters
    ----------
    results : Results
    instrument : Instrument
    known : mapping of person id to 'a' or 'b'

    Returns
    -------
    DataFrame
        The columns of `SCORES`, in the instrument's order. ``differs`` is whether a difference between the
        two holds with all topics together; NA where nothing can be said of one.
    """
    own = frames.latest(_of(results.scores, instrument.id))
    told = Told(results.claims, "side_by_side", instrument.id)
    by_key = {(row.subscale, known.get(row.person_id)): row for row in frames.rows(own)}
    rows = []
    for facet in facets(instrument):
        for place in PLACES:
            row = by_key.get((facet.own, place))
            if row is not None and pd.notna(row.score):
                counted = (row.score, row.low, row.high, row.n_answered, row.n_items)
                rows.append((facet.title, place, *counted, told.mark(facet.id, "a", "b")))
    return pd.DataFrame(rows, columns=list(SCORES))


def even_rows(publications: Sequence[Publication], known: Mapping[str, str]) -> pd.DataFrame:
    """Return how many answers of one part are the same step: for those who granted their answers.

    The same step throughout can mean that somebody did not read, or that it is so for them. The count is
    given for everybody, and no limit is drawn.

    Returns
    -------
    DataFrame
        The columns of `EVEN`: one row per person and instrument of their latest round.
    """
    rows = []
    for one in _newest(publications):
        values = one.responses["value"].dropna() if len(one.responses) else pd.Series(dtype="Int64")
        if len(values):
            rows.append(
                (one.instrument, known.get(one.person_id), len(values), int(values.value_counts().max()))
            )
    return pd.DataFrame(rows, columns=list(EVEN))


def moved_rows(results: Results, instrument: Instrument, known: Mapping[str, str]) -> pd.DataFrame:
    """Return first and last score of each topic that was scored twice, with the band of a change.

    ``band`` is 1.96·√2·SEM (Jacobson & Truax 1991): a change within it may be error alone. ``is_claimed``
    says whether it holds with all topics together.
    """
    own = _of(results.scores, instrument.id)
    own = own[own["score"].notna().to_numpy(dtype=bool)]
    own = own.assign(number=[frames.occasion_number(one) for one in own["occasion"]]).sort_values("number")
    marks = _marks(results.changes)
    rows = []
    for facet in facets(instrument):
        for person, place in known.items():
            is_theirs = (own["subscale"] == facet.own) & (own["person_id"] == person)
            series = own[is_theirs.to_numpy(dtype=bool)]
            if len(series) > 1 and (person, facet.id) in marks:
                first, last = series.iloc[0], series.iloc[-1]
                band = CHANGE_Z * last["sem"] if pd.notna(last["sem"]) else pd.NA
                rows.append(
                    (facet.title, place, first["score"], last["score"], band, marks[person, facet.id])
                )
    return pd.DataFrame(rows, columns=list(MOVED))


def _marks(changes: pd.DataFrame | None) -> dict[tuple[str, str], object]:
    if changes is None:
        return {}
    return {
        (row.person_id, row.facet): bool(row.is_claimed) if pd.notna(row.p) else pd.NA
        for row in frames.rows(changes)
    }


def _of(scores: pd.DataFrame, instrument: str) -> pd.DataFrame:
    return scores[(scores["instrument"] == instrument).to_numpy(dtype=bool)]


def _newest(publications: Sequence[Publication]) -> list[Publication]:
    in_order = sorted(publications, key=lambda one: frames.occasion_number(one.occasion))
    return list({(one.instrument, one.person_id): one for one in in_order}.values())
