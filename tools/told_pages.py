"""Write docs/told.md, every text a result page may tell, and docs/made-up-couples.md, what some are told."""

from collections.abc import Iterator, Mapping

import pandas as pd

from tools.told_couples import COUPLES, Person
from workbook import frames
from workbook.content import say
from workbook.content.told import told
from workbook.insights import Insight
from workbook.instruments import catalogue
from workbook.instruments.model import Instrument, Subscale
from workbook.plots import VIEWS, Given
from workbook.results import Results, work_out, work_out_own
from workbook.sharing import Grain, publish
from workbook.ui.insight_text import next_step, second_step, suggestions, tell, title_of

PEOPLE = {"p_0000000a": "a", "p_0000000b": "b"}
NAMES = {"a": "Mira", "b": "Jonas"}
OCCASION, COUPLE = "assessment-1", "c_0000000"
FIELDS = ("high_text", "low_text", "both_high_text", "both_low_text", "some_text")
VIEWS_SHOWN = ("profile", "side_by_side", "signs")


def write_told(note: str) -> str:
    """Return the page of all texts: of whom each is true, and what it claims."""
    parts = [
        note,
        "# What the result pages tell\n",
        "Every text, of whom it is true and what it claims (`content/structure/told.toml`). Tests read",
        "rendered pages against raw answers, and hold each text to what stands here. Nobody is named as the",
        "one who is low on a page for two: it is said of *both*, of *some* (at least one of the two), or of",
        "*one* (more than the other, where that holds among all comparisons of the page).\n",
        "| key | of whom | claims | words |",
        "|---|---|---|---|",
    ]
    for one in told().texts:
        for key in one.keys:
            words = "below, topic by topic" if key.startswith("topic.") else _words(key)
            parts.append(f"| `{key}` | {one.whom} | {one.claims} | {words} |")
    for name in ("connection", "warning_signs"):
        parts += ["", f"## {catalogue()[name].title}", ""]
        for subscale in catalogue()[name].subscales:
            if subscale.about == "self":
                parts += _topic(subscale)
    return "\n".join(parts) + "\n"


def _topic(subscale: Subscale) -> list[str]:
    lines = [f"- **{subscale.title}**"]
    for field in FIELDS:
        one = told().of(f"topic.{field}")
        lines.append(f"  - {one.whom}, {one.claims}: {getattr(subscale, field)}")
    return lines


def _words(key: str) -> str:
    return say(key, **{name: f"‹{name}›" for name in _NAMES}).replace("|", "\\|")


_NAMES = (
    "n",
    "of",
    "n_compared",
    "name",
    "other",
    "me",
    "you",
    "subjects",
    "strong",
    "weak",
    "who",
    "title",
    "label",
    "drawn",
    "more",
    "mark",
    "then",
    "now",
)


def write_couples(note: str) -> str:
    """Return the page of made-up couples: each told text beside its numbers."""
    parts = [
        note,
        "# What made-up couples are told\n",
        "Each text stands beside the scores it rests on, from 0 to 4: Mira's, then Jonas's. Of a sign more",
        "is worse. `n` is how far they differ, `±` the standard error of that at a reliability of .6.\n",
    ]
    for name, (mine, yours) in COUPLES.items():
        parts += [f"## {name.capitalize()}\n", *_couple(mine, yours)]
    return "\n".join(parts) + "\n"


def _couple(mine: Person, yours: Person) -> Iterator[str]:
    instruments = {name: catalogue()[name] for name in ("connection", "warning_signs")}
    first, second = (
        _answers(person, scores, instruments) for person, scores in zip(PEOPLE, (mine, yours), strict=True)
    )
    joint = work_out(_published(pd.concat([first, second], ignore_index=True), instruments), instruments,
                     known=PEOPLE, suggestions=suggestions())  # fmt: skip
    yield "**The two together**\n"
    yield from _table(joint, instruments)
    for person, own in zip(NAMES, (first, second), strict=True):
        alone = work_out_own(own, instruments, known=PEOPLE, suggestions=suggestions())
        yield f"**{NAMES[person]} alone**\n"
        yield from _table(alone, instruments)


def _table(results: Results, instruments: Mapping[str, Instrument]) -> Iterator[str]:
    yield "| told | numbers |"
    yield "|---|---|"
    for one in results.insights:
        yield f"| {_said(one, instruments, results)} | {_numbers(one, instruments, results)} |"
    for view in VIEWS:
        if view.name in VIEWS_SHOWN and not (results.is_solo and view.needs_two) and view.drawing:
            prepared = view.prepared(instruments[view.instrument], Given(results, NAMES))
            if prepared is not None and len(prepared):
                said = " ".join(say(key, **values) for key, values in view.drawing.sentence(prepared)[:1])
                yield f"| *{say(f'ui.view.titles.{view.name}')}:* {said} | {_claimed(results, view.name)} |"
    yield ""


def _said(one: Insight, instruments: Mapping[str, Instrument], results: Results) -> str:
    if one.code == "next_step":
        beside = second_step(one)
        steps = [next_step(one), *([beside] if beside else [])]
        return "; or: ".join(f"*{title}*: {blocks[1]['text']}" for _, title, blocks in steps)
    blocks = tell(one, instruments, names=NAMES, alone=results.is_solo)
    return " ".join(f"**{b['text']}.**" if b["kind"] == "heading" else str(b["text"]) for b in blocks)


def _numbers(one: Insight, instruments: Mapping[str, Instrument], results: Results) -> str:
    scored = results.pairs.set_index("subscale")
    subjects = [name for name in (one.subjects or (one.subject,)) if name in scored.index]
    given = []
    for name in subjects:
        scores = [scored.loc[name, f"score_{place}"] for place in ("a", "b")]
        shown = " and ".join(f"{float(score):.1f}" for score in scores if pd.notna(score))
        given.append(f"{title_of(name, instruments)}: {shown}")
    counts = [f"{name[2:]}: {int(value)}" for name, value in one.numbers.items() if name.startswith("n_a")]
    return "; ".join([*given, *counts]) or "–"


def _claimed(results: Results, view: str) -> str:
    claims = results.claims
    if claims is None or view != "side_by_side":
        return "–"
    rows = claims[(claims["view"] == view).to_numpy(dtype=bool) & claims["is_claimed"].to_numpy(dtype=bool)]
    rows = rows[rows["instrument"].eq("connection").to_numpy(dtype=bool) & rows["error"].notna().to_numpy()]
    if len(rows) > 3:
        return f"{len(rows)} differ; the least by n = {rows['difference'].abs().min():.1f}"
    shown = [f"n = {abs(r.difference):.1f} ± {r.error:.2f}" for r in frames.rows(rows)]
    return "; ".join(shown) or "none holds"


def _answers(person: str, scores: Person, instruments: Mapping[str, Instrument]) -> pd.DataFrame:
    values: dict[str, int] = {}
    for topic, score in scores.items():
        instrument = instruments[topic.partition(".")[0]]
        for item in instrument.subscale_by_id[topic].items:
            values[item] = 4 - score if instrument.item_by_id[item].reverse else score
    frame = pd.DataFrame(
        {
            "couple_id": COUPLE,
            "person_id": person,
            "occasion": OCCASION,
            "instrument": [item.partition(".")[0] for item in values],
            "item": list(values),
            "value": pd.array(list(values.values()), dtype="Int16"),
            "declined": False,
            "version": [instruments[one.partition(".")[0]].item_by_id[one].version for one in values],
        }
    )
    return frames.check(frame, frames.RESPONSES)


def _published(responses: pd.DataFrame, instruments: Mapping[str, Instrument]) -> list:
    return [
        publish(
            responses, Grain.ANSWERS, instrument=one, couple_id=COUPLE, person_id=person, occasion=OCCASION
        )
        for one in instruments.values()
        for person in PEOPLE
    ]
