"""Two made-up people with chosen scores on every topic, and all the text that their pages show.

The whole way is gone, as in the workbook: answers, scores, publications, results, words.
"""

from collections.abc import Iterator, Mapping

import pandas as pd

from tests.small import asked_version
from workbook import frames
from workbook.content import say
from workbook.instruments import catalogue
from workbook.instruments.facets import facets
from workbook.plots import VIEWS, Given
from workbook.results import Results, work_out, work_out_own
from workbook.sharing import Grain, publish
from workbook.ui.insight_text import suggestions
from workbook.ui.overview import told_alone, told_together
from workbook.ui.perception_text import seen_in_words

A, B = "p_0000000a", "p_0000000b"
PLACES = {A: "a", B: "b"}
NAMES = {"a": "Mira", "b": "Jonas"}
ASKED = {name: catalogue()[name] for name in ("connection", "warning_signs", "needs", "skills")}
FACETS = [one.id for one in facets(ASKED["connection"])]
SIGNS = [one.id for one in facets(ASKED["warning_signs"])]
NEEDS = [one.id for one in facets(ASKED["needs"])]

Scores = Mapping[str, int]


def answers(
    person: str, scores: Scores, *, needs: Mapping[str, tuple[int, int]] | None = None
) -> pd.DataFrame:
    """Return answers that give each named topic its score from 0 to 4; other topics stay blank."""
    values: dict[str, int] = {}
    for topic, score in scores.items():
        instrument = ASKED[topic.partition(".")[0]]
        for item in instrument.subscale_by_id[topic].items:
            values[item] = 4 - score if instrument.item_by_id[item].reverse else score
    for need, (importance, met) in (needs or {}).items():
        values |= {f"{need}.importance": importance, f"{need}.met": met}
    return responses_of(person, values)


def together(
    a: pd.DataFrame,
    b: pd.DataFrame,
    grain: Grain = Grain.ANSWERS,
    shared: tuple[str, ...] = tuple(ASKED),
    passed: tuple[str, ...] = (),
) -> Results:
    """Return the joint results once both have published their answers."""
    responses = pd.concat([a, b], ignore_index=True)
    table = [
        publish(
            responses,
            grain,
            instrument=ASKED[name],
            couple_id="c_0000000",
            person_id=person,
            occasion="assessment-1",
        )
        for name in shared
        for person in PLACES
    ]
    more = {"passed": passed} if passed else {}
    return work_out(table, ASKED, known=PLACES, suggestions=suggestions(), **more)


def alone(a: pd.DataFrame) -> Results:
    """Return one person's own results."""
    return work_out_own(a, ASKED, known=PLACES, suggestions=suggestions())


def responses_of(person: str, sheet: Mapping[str, int]) -> pd.DataFrame:
    """Return raw answers, by item, as a frame."""
    frame = pd.DataFrame(
        {
            "couple_id": "c_0000000",
            "person_id": person,
            "occasion": "assessment-1",
            "instrument": [item.partition(".")[0] for item in sheet],
            "item": list(sheet),
            "value": pd.array(list(sheet.values()), dtype="Int16"),
            "declined": False,
            "not_arisen": False,
            "version": [asked_version(item) for item in sheet],
        }
    )
    return frames.check(frame, frames.RESPONSES)


SHOWN = (
    "profile",
    "side_by_side",
    "differences",
    "perspectives",
    "perception",
    "agreement",
    "signs",
    "waiting",
    "guesses",
    "skills",
)


def pages(results: Results, views: tuple[str, ...] = SHOWN) -> dict[str, list[str]]:
    """Return all text of the overview and the sentences beside the charts, by page."""
    blocks = told_alone(results, ASKED) if results.is_solo else told_together(results, ASKED, NAMES)
    told = {"overview": list(texts(blocks))}
    given = Given(results, {"a": NAMES["a"]} if results.is_solo else NAMES)
    for view in VIEWS:
        if view.name not in views or (results.is_solo and view.needs_two):
            continue
        prepared = view.prepared(ASKED[view.instrument], given)
        if prepared is not None and view.drawing is None:
            told[view.name] = list(texts(seen_in_words(prepared, NAMES, claims=results.claims)))
        elif prepared is not None and view.drawing:
            said = [*view.drawing.sentence(prepared), *view.drawing.note(prepared)]
            told[view.name] = [say(key, **values) for key, values in said]
    return told


def texts(blocks: object) -> Iterator[str]:
    """Return all text of the blocks in reading order; headings begin with a ``#``."""
    if isinstance(blocks, list):
        for block in blocks:
            yield from texts(block)
    elif isinstance(blocks, dict):
        if isinstance(blocks.get("text"), str):
            yield ("# " if blocks["kind"] == "heading" else "") + blocks["text"]
        yield from texts(blocks.get("blocks", []))
