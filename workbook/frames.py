"""The contracts of every data frame that passes between modules.

A frame is checked where it enters a station (`check`), all failures at once. Column
metadata gives the unit and meaning; ``docs/frames.md`` is generated from here.
"""

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from workbook.errors import FrameError


def column(dtype: object, title: str, *, nullable: bool = False, **checks: object) -> pa.Column:
    """Declare a column: its type, and what it means and in which unit.

    One with a ``default`` was added later: a frame from before is read as if it held that throughout.
    """
    return pa.Column(dtype, title=title, nullable=nullable, coerce=True, **checks)  # type: ignore[arg-type]


_PERSON = {
    "couple_id": column("string", "The couple; random, means nothing outside the store."),
    "person_id": column("string", "The person who answered."),
    "occasion": column("string", "Which sitting of the assessment, e.g. 'assessment-1'."),
    "instrument": column("string", "Instrument id."),
}

RESPONSES = pa.DataFrameSchema(
    {
        **_PERSON,
        "item": column("string", "Item id; for ever."),
        "value": column("Int16", "The choice's value in scale points; NA where not answered.", nullable=True),
        "declined": column("boolean", "True where the person chose 'prefer not to say'."),
        "not_arisen": column("boolean", "True where the person chose 'it did not come up'.", default=False),
        "version": column("string", "Since which version the item is as it was answered.", default="1.0"),
    },
    unique=["person_id", "occasion", "item", "version"],
    strict=True,
    name="responses",
    title="One row per person, occasion and item that was shown.",
)

SCORES = pa.DataFrameSchema(
    {
        **_PERSON,
        "subscale": column("string", "Subscale id."),
        "score": column(
            "Float64",
            "Score in scale points, reverse-keyed items turned; NA below min_answered.",
            nullable=True,
        ),
        "n_answered": column("Int16", "How many of the subscale's items were answered."),
        "n_items": column("Int16", "How many items the subscale has."),
        "sem": column(
            "Float64",
            "Standard error of measurement, SD·√(1 − reliability), in the score's unit; NA for single items.",
            nullable=True,
        ),
        "low": column("Float64", "score − 1.96·sem, cut at the scale's end.", nullable=True),
        "high": column("Float64", "score + 1.96·sem, cut at the scale's end.", nullable=True),
        "assumed": column("boolean", "True where SD or reliability are assumed rather than sourced."),
        "version": column("string", "Version of the instrument that was scored.", default="1.0"),
        "about": column("string", "Whom the subscale is about: self or partner.", default="self"),
    },
    unique=["person_id", "occasion", "subscale", "version"],
    strict=True,
    name="scores",
    title="One row per person, occasion and subscale.",
)

PAIRS = pa.DataFrameSchema(
    {
        "couple_id": _PERSON["couple_id"],
        "occasion": _PERSON["occasion"],
        "instrument": _PERSON["instrument"],
        "subscale": column("string", "Subscale id."),
        "person_a": column(
            "string", "The partner in place 'a'; places are arbitrary. NA like person_b.", nullable=True
        ),
        "person_b": column("string", "The other partner; NA while only one is there.", nullable=True),
        "score_a": column("Float64", "Score of person_a.", nullable=True),
        "score_b": column("Float64", "Score of person_b.", nullable=True),
        "sem_a": column("Float64", "Standard error of measurement of score_a.", nullable=True),
        "sem_b": column("Float64", "Standard error of measurement of score_b.", nullable=True),
        "difference": column("Float64", "score_a − score_b.", nullable=True),
        "band": column("Float64", "1.96·√(sem_a² + sem_b²): the difference chance explains.", nullable=True),
        "differs": column(
            "boolean", "True where |difference| exceeds band; NA without a band.", nullable=True
        ),
        "assumed": column("boolean", "True where any constant behind the band is assumed."),
    },
    unique=["couple_id", "occasion", "subscale"],
    strict=True,
    name="pairs",
    title="One row per couple, occasion and subscale.",
)

_COUPLE = {name: _PERSON[name] for name in ("couple_id", "occasion", "instrument")}
_FACET = column("string", "Facet, sign or skill id.")
_PLACE = column("string", "The person's place, 'a' or 'b'; arbitrary.")

PERSPECTIVES = pa.DataFrameSchema(
    {
        **_COUPLE,
        "facet": _FACET,
        "person_id": column("string", "Who says it."),
        "place": _PLACE,
        "perspective": column("string", "Who says it of whom: a_on_a, a_on_b, b_on_b or b_on_a."),
        "value": column("Float64", "In scale points, turned; NA where not given.", nullable=True),
        "low": column("Float64", "Lower end of the band; NA for an answer about the partner.", nullable=True),
        "high": column("Float64", "Upper end of the band.", nullable=True),
        "assumed": column("boolean", "True where a constant behind the band is assumed."),
    },
    unique=["couple_id", "occasion", "facet", "perspective"],
    strict=True,
    name="perspectives",
    title="One row per couple, occasion, facet and perspective: me on me, me on you, you on you, you on me.",
)

PERCEPTION = pa.DataFrameSchema(
    {
        **_COUPLE,
        "person_id": column("string", "Who sees the other."),
        "place": _PLACE,
        "n_facets": column("Int16", "Facets for which all values are there."),
        "elevation": column(
            "Float64", "Mean of how I see you − mean of how you see yourself, scale points.", nullable=True
        ),
        "accuracy": column(
            "Float64", "Correlation over facets of my view of you with your own.", nullable=True
        ),
        "similarity": column(
            "Float64", "Correlation over facets of my view of you with my view of me.", nullable=True
        ),
    },
    unique=["person_id", "occasion", "instrument"],
    strict=True,
    name="perception",
    title="One row per perceiver and occasion.",
)

AGREEMENT = pa.DataFrameSchema(
    {
        **_COUPLE,
        "facet": _FACET,
        "n_both": column("Int16", "Items that both answered."),
        "n_healthy": column("Int16", "Of these, items that both answered in the healthy direction."),
        "share": column(
            "Float64", "n_healthy / n_both; NA below the subscale's min_answered.", nullable=True
        ),
    },
    unique=["couple_id", "occasion", "facet"],
    strict=True,
    name="agreement",
    title="One row per couple, occasion and facet that both answered.",
)

NEEDS = pa.DataFrameSchema(
    {
        "couple_id": _PERSON["couple_id"],
        "person_id": _PERSON["person_id"],
        "place": _PLACE,
        "occasion": _PERSON["occasion"],
        "need": column("string", "Need id, e.g. 'needs.heard'; own needs 'needs.own.…'."),
        "importance": column("Int16", "How much it matters to this person, scale points.", nullable=True),
        "met": column("Int16", "How far it is met.", nullable=True),
        "gap": column("Int16", "importance − met.", nullable=True),
        "guess": column("Int16", "What this person thinks it matters to the partner.", nullable=True),
        "partner_importance": column("Int16", "What the partner said it matters.", nullable=True),
        "guess_error": column("Int16", "guess − partner_importance.", nullable=True),
        "outside": column("Int16", "Whether it could be met outside the relationship too.", nullable=True),
    },
    unique=["person_id", "occasion", "need"],
    strict=True,
    name="needs",
    title="One row per person, occasion and need; single items, no band.",
)

CLAIMS = pa.DataFrameSchema(
    {
        **_COUPLE,
        "view": column("string", "The view that tells it: all its comparisons are judged together."),
        "facet": column(
            "string",
            "Facet, sign, skill or need id; empty for all of a direction at once; of a reading,"
            " 'level', 'order' or 'like'.",
        ),
        "by": column("string", "Place of who says it."),
        "about": column("string", "Place of whom it is about, or whose own word it stands beside."),
        "difference": column("Float64", "In scale points; NA for all at once.", nullable=True),
        "error": column(
            "Float64",
            "Its standard error at the lowest plausible reliability; NA for all at once.",
            nullable=True,
        ),
        "p": column("Float64", "Chance of as much or more where in truth there is none.", nullable=True),
        "is_claimed": column("boolean", "True where it holds with all of its view together (Holm 1979)."),
    },
    unique=["couple_id", "occasion", "instrument", "view", "facet", "by", "about"],
    strict=True,
    name="claims",
    title="One row per couple, occasion, view and comparison; the overview's instrument is empty.",
)

CHANGES = pa.DataFrameSchema(
    {
        **{name: _PERSON[name] for name in ("couple_id", "person_id", "instrument")},
        "facet": column("string", "Facet or sign id."),
        "difference": column("Float64", "Last time minus first, in scale points."),
        "error": column("Float64", "Its standard error at the lowest plausible reliability.", nullable=True),
        "p": column("Float64", "Chance of as much or more where in truth nothing moved.", nullable=True),
        "is_claimed": column("boolean", "True where it holds with all of its view together (Holm 1979)."),
    },
    unique=["person_id", "instrument", "facet"],
    strict=True,
    name="changes",
    title="One row per person and facet that was scored at two times or more.",
)

FRAMES: dict[str, pa.DataFrameSchema] = {
    "responses": RESPONSES,
    "scores": SCORES,
    "pairs": PAIRS,
    "perspectives": PERSPECTIVES,
    "perception": PERCEPTION,
    "agreement": AGREEMENT,
    "needs": NEEDS,
    "claims": CLAIMS,
    "changes": CHANGES,
}

_STEPS = {
    "lowest": column("Float64", "Lower end of the scale."),
    "highest": column("Float64", "Upper end of the scale."),
    "words": column("string", "What the choices are called, from the lowest to the highest, a line each."),
}
_TITLE = column("string", "The facet's title.")
_NAME = column("string", "The name that person chose.")
_BAND = {
    "value": column("Float64", "In scale points.", nullable=True),
    "low": column("Float64", "Lower end of the band.", nullable=True),
    "high": column("Float64", "Upper end of the band.", nullable=True),
    "assumed": column("boolean", "True where a constant behind the band is assumed."),
}


def prepared(name: str, title: str, columns: dict[str, pa.Column]) -> pa.DataFrameSchema:
    """Declare what a figure is drawn from; a view's own contract may stand beside its plot."""
    return pa.DataFrameSchema(columns, strict=True, name=name, title=title)


PREPARED: dict[str, pa.DataFrameSchema] = {
    "topics": prepared(
        "topics",
        "One row per topic and partner, family by family, from full to small.",
        {
            "facet": _FACET,
            "title": _TITLE,
            "family": column("string", "Id of the topic's family; '' where it is in none."),
            "family_title": column("string", "The family's title; '' without one."),
            "place": _PLACE,
            "name": _NAME,
            **_BAND,
            "is_claimed": column(
                "boolean",
                "True where the difference may be told, see `claims`; NA where nothing can be told of it.",
                nullable=True,
            ),
            "is_whole_claimed": column("boolean", "True where all topics together may be told to differ."),
            **_STEPS,
        },
    ),
    "perspectives": prepared(
        "perspectives_prepared",
        "One row per facet and perspective, in the instrument's order; also for skills and guesses.",
        {
            "facet": _FACET,
            "title": _TITLE,
            "question": column("string", "What is asked about the partner; '' where nothing is."),
            "by": column("string", "Place of who says it."),
            "about": column("string", "Place of whom it is about."),
            "name_by": _NAME,
            "name_about": _NAME,
            **_BAND,
            "is_claimed": column(
                "boolean",
                "True where it differs from the other's own word and may be told, see `claims`; NA where"
                " nothing can be told of it.",
                nullable=True,
            ),
            "is_whole_claimed": column("boolean", "True where all of this direction together may be told."),
            **_STEPS,
        },
    ),
    "waiting": prepared(
        "waiting",
        "One row per partner and need, what waits most first.",
        {
            "place": _PLACE,
            "name": _NAME,
            "need": column("string", "Need id."),
            "title": column("string", "The need's title."),
            "importance": column("Int16", "How much it matters, scale points."),
            "met": column("Int16", "How far it is met, scale points."),
            "group": column(
                "string", "waits (matters much, met little), nearly, met, or less (matters less just now)."
            ),
            **_STEPS,
        },
    ),
    "signs": prepared(
        "signs",
        "One row per sign and perspective, in the instrument's order.",
        {
            "facet": _FACET,
            "title": _TITLE,
            "by": column("string", "Place of who says it."),
            "about": column("string", "Place of whom it is about."),
            "name_by": _NAME,
            "name_about": _NAME,
            **_BAND,
            "is_often": column("boolean", "True where it is nearer to often than to sometimes."),
            **_STEPS,
        },
    ),
    "agreement": prepared(
        "agreement_prepared",
        "One row per facet, in the instrument's order.",
        {
            "facet": _FACET,
            "title": _TITLE,
            "n_both": column("Int16", "Items that both answered."),
            "n_healthy": column("Int16", "Of these, items both answered in the healthy direction."),
            "share": column("Float64", "n_healthy / n_both."),
        },
    ),
    "trend": prepared(
        "trend",
        "One row per facet, partner and occasion.",
        {
            "facet": _FACET,
            "title": _TITLE,
            "place": _PLACE,
            "name": _NAME,
            "number": column("Int16", "Which time it was."),
            "occasion": _PERSON["occasion"],
            "value": column("Float64", "Score in scale points."),
            "low": column(
                "Float64", "First score − 1.96·√2·SEM: no reliable change above it.", nullable=True
            ),
            "high": column(
                "Float64", "First score + 1.96·√2·SEM: no reliable change below it.", nullable=True
            ),
            "change": column(
                "string",
                "Of the last time, against the first: better, worse, or none where it may not be told (see"
                " `changes`); NA at other times, and where nothing can be told of it.",
                nullable=True,
            ),
            "assumed": column("boolean", "True where a constant behind the band is assumed."),
            "n_parted": column(
                "Int16", "Topics of which earlier times were asked in other words, and are not joined."
            ),
            "sessions": column(
                "string",
                "Days of a therapist's sessions between this time and the next, with blanks between; '' where"
                " there was none, and on every page but the therapist's.",
                default="",
            ),
            **_STEPS,
        },
    ),
    "marks": prepared(
        "marks",
        "One row per day and exercise: what two began and did, never by whom nor how it ended.",
        {
            "day": column("string", "The day, such as 2026-05-03."),
            "sort": column("string", "agreement (begun on that day) or exercise (done on it)."),
            "title": _TITLE,
        },
    ),
}
"""What each figure is drawn from; see `workbook.plots`."""
PREPARED["progress"] = prepared(
    "progress",
    "As the frame of a trend, with the day of each time.",
    {**PREPARED["trend"].columns, "day": column("string", "The day of that time, such as 2026-05-03.")},
)


def needed(schema: pa.DataFrameSchema) -> list[str]:
    """Return the columns that a frame has to have; of the others their default is taken.

    >>> "version" in RESPONSES.columns, "version" in needed(RESPONSES)
    (True, False)
    """
    return [name for name, one in schema.columns.items() if one.default is None]


def check(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Validate and coerce a frame, raising every failure at once.

    Raises
    ------
    FrameError
        One problem per failed column or check. Values are never shown: they are answers.
    """
    if _is_sound(frame, schema):
        return frame.copy()
    coerced = _coerced(frame, schema)
    if coerced is not None and _is_sound(coerced, schema):
        return coerced
    try:
        return schema.validate(_of_now(frame, schema), lazy=True)
    except SchemaErrors as failure:
        cases = failure.failure_cases
        counts = cases.groupby(["column", "check"], dropna=False, observed=True).size()
        problems = [
            f"{schema.name}: column {column!r} fails {check_name} in {n} place(s)"
            for (column, check_name), n in counts.items()
        ]
        raise FrameError(problems) from None


def _of_now(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return a frame with the columns that were added since it was made, each with its default throughout."""
    added = {
        name: one.default
        for name, one in schema.columns.items()
        if one.default is not None and name not in frame.columns
    }
    if not added:
        return frame
    order = [name for name in schema.columns if name in frame.columns or name in added]
    return frame.assign(**added)[[*order, *(name for name in frame.columns if name not in order)]]


def _coerced(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> pd.DataFrame | None:
    """Return a frame in the types of its contract; None where that cannot be, and pandera says why."""
    if list(frame.columns) != list(schema.columns):
        return None
    try:
        return frame.astype({name: rule.dtype.type for name, rule in schema.columns.items()})
    except (TypeError, ValueError, OverflowError):
        return None


def _is_sound(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> bool:
    """Say quickly what pandera says slowly, where a frame needs no coercion and has no fault.

    Where a contract asks for more than types, no missing values and a key, only pandera can tell.
    """
    columns = schema.columns
    if schema.checks or schema.index is not None or any(c.checks or c.unique for c in columns.values()):
        return False
    if list(frame.columns) != list(columns):
        return False
    return all(
        frame[name].dtype == rule.dtype.type and (rule.nullable or not frame[name].hasnans)
        for name, rule in columns.items()
    ) and not (schema.unique and frame.duplicated(schema.unique).any())


def empty(schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return a frame of this contract with no rows and the right dtypes.

    >>> list(empty(RESPONSES).columns)[:2]
    ['couple_id', 'person_id']
    """
    if schema.name not in _EMPTY:
        _EMPTY[schema.name] = check(pd.DataFrame({name: [] for name in schema.columns}), schema)
    return _EMPTY[schema.name].copy()


_EMPTY: dict[str, pd.DataFrame] = {}  # by the contract's name: to make one takes milliseconds


def occasion_number(occasion: str) -> int:
    """Return which time it was: occasions are numbered from 1, so 'assessment-10' follows '…-9'.

    >>> occasion_number("assessment-2")
    2
    """
    _, _, number = occasion.rpartition("-")
    if not number.isdigit():
        raise FrameError(f"occasion {occasion!r} has no number; write it like 'assessment-1'")
    return int(number)


def latest(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of each couple's and instrument's latest occasion.

    A frame without ``instrument`` (needs) has one instrument throughout.
    """
    if not len(frame):
        return frame
    if len(set(frame["occasion"].tolist())) == 1:
        return frame.reset_index(drop=True)
    number = (
        frame["occasion"].map({o: occasion_number(o) for o in frame["occasion"].unique()}).astype("int64")
    )
    keys = [name for name in ("couple_id", "instrument") if name in frame.columns]
    last = number.groupby([frame[key] for key in keys], observed=True).transform("max")
    return frame[(number == last).to_numpy()].reset_index(drop=True)


def rows(frame: pd.DataFrame) -> list[Any]:
    """Return the rows as named tuples. Cells are Any: their types are what the contract says."""
    return list(frame.itertuples())
