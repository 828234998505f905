"""Made-up couples who truly agree, and whether any page tells them that they differ.

Both partners stand alike on every topic, each sees the other as the other is, and nothing has moved
between two times. What differs is error of measurement alone, of a chosen reliability. So every
difference that a page tells of is one of chance. Nothing of the code that tells is used to judge.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from tests.small import asked_version
from workbook import frames
from workbook.instruments import catalogue
from workbook.instruments.facets import facet_of, facets
from workbook.instruments.model import Instrument

ASKED = ("connection", "warning_signs", "needs", "skills")
PLACES = {"_a": "a", "_b": "b"}
# Of observed scores, on a scale from 0 to 4. The ends of the scale cut some off: what is left spreads by about
# .9 and 1.0, as the instruments assume.
MIDDLE, SD, SD_SINGLE = 2.0, 1.02, 1.06


def draw_agreeing(n: int, reliability: float, seed: int, *, times: int = 1) -> pd.DataFrame:
    """Return the answers of ``n`` couples who agree in truth, as `workbook.frames.RESPONSES`.

    Parameters
    ----------
    n : int
        Couples.
    reliability : float
        Of every score of several answers, and of every single question that stands alone.
    seed : int
    times : int
        Occasions; what is true stays the same.
    """
    random = np.random.default_rng(seed)
    asked, values = [], []
    for name in ASKED:
        instrument = catalogue()[name]
        truths = {topic: random.normal(0, 1, n) for topic in _topics(instrument)}
        for item in instrument.items:
            topic = _topic_of(item.id, instrument)
            true_sd, error_sd = _spreads(topic, instrument, reliability)
            lowest, highest = item.scale.lowest, item.scale.highest
            for time in range(1, times + 1):
                for place in PLACES:
                    value = MIDDLE + true_sd * truths[topic] + random.normal(0, error_sd, n)
                    value = np.clip(np.rint(value), lowest, highest).astype(int)
                    asked.append((place, f"assessment-{time}", name, item.id, asked_version(item.id)))
                    values.append(lowest + highest - value if item.reverse else value)
    return frames.check(_laid_out(asked, values, n), frames.RESPONSES)


def _laid_out(asked: Sequence[tuple[str, ...]], values: Sequence[np.ndarray], n: int) -> pd.DataFrame:
    """Return one row for each couple and each place, occasion and item that they were asked, in that order."""
    places, *columns = ([one for one in column for _ in range(n)] for column in zip(*asked, strict=True))
    occasions, instruments, items, versions = columns
    couples = [f"c_{number:05d}" for number in range(n)] * len(asked)
    return pd.DataFrame(
        {
            "couple_id": couples,
            "person_id": [couple + place for couple, place in zip(couples, places, strict=True)],
            "occasion": occasions,
            "instrument": instruments,
            "item": items,
            "value": pd.array(np.concatenate(values), dtype="Int16"),
            "declined": False,
            "version": versions,
        }
    )


def _topics(instrument: Instrument) -> list[str]:
    return list(dict.fromkeys(_topic_of(item.id, instrument) for item in instrument.items))


def _topic_of(item: str, instrument: Instrument) -> str:
    """Return what an item is a sign of; what a guess guesses is what the other says matters."""
    if instrument.id == "needs":
        return facet_of(item) + (".met" if item.endswith((".met", ".outside")) else "")
    return facet_of(item)


def _spreads(topic: str, instrument: Instrument, reliability: float) -> tuple[float, float]:
    """Return the spread of the truth, and of the error of one answer less that of rounding it."""
    facet = next((one for one in facets(instrument) if one.id == topic), None)
    n_items = len(facet.items) if facet else 1
    total = SD if n_items > 1 else SD_SINGLE
    error = total**2 * (1 - reliability) * n_items
    return total * reliability**0.5, max(error - 1 / 12, 0) ** 0.5


def realised(responses: pd.DataFrame) -> tuple[float, float]:
    """Return the reliability and the spread that the scores of several answers have in truth.

    Both partners are parallel measurements of one truth, so their correlation is the reliability.
    """
    found = []
    for name in ("connection", "warning_signs"):
        for facet in facets(catalogue()[name]):
            items = {i: catalogue()[name].item_by_id[i] for i in facet.items}
            rows = responses[responses["item"].isin(items) & (responses["occasion"] == "assessment-1")]
            value = rows["value"].astype(float)
            turned = rows["item"].map({i: item.reverse for i, item in items.items()}).to_numpy(dtype=bool)
            score = value.where(~turned, 4 - value).groupby(rows["person_id"]).mean()
            place = score.index.str[-1]
            a, b = score[place == "a"].to_numpy(), score[place == "b"].to_numpy()
            found.append((np.corrcoef(a, b)[0, 1], score.std()))
    reliability, spread = np.mean(found, axis=0)
    return float(reliability), float(spread)


# -- what counts as telling of a difference ------------------------------------------------

# Said to everybody, whatever they answered, or that no difference can be told.
_TOLD_TO_ALL = (
    r"[^.]*\bno (topic|skill|guess|need|clear difference)\b[^.]*\.",
    r"No[^.]*(differen|differ|apart)[^.]*\.",
    r"Nothing has[^.]*\.",
    r"On none of \d+ topics[^.]*\.",
    r"Of twenty [^.]*\.",
    r"A difference is not an error\.[^.]*\.",
    r"[^.]*cannot (tell|be said)[^.]*\.",
    r"Neither of you is wrong\.",
    r"What these numbers are: [^.]*\.",
)
_DIFFERENCE = re.compile(
    r"differen|\bdiffers?\b|another way|something else|\b(lower|higher|less|better|worse) (for|than|well)"
    r"|other places|other strong|warmer|sees less|gives more|\bapart\b|\bmoved\b"
    r"|low for (?!both|neither|either|at least|you\b|one or both)[^.]*\bat the moment"
    r"|(?<!you )notices this often"
    r"|[Bb]etter for|[Ll]ess well for",
    re.IGNORECASE,
)


def tells_a_difference(texts: Sequence[str]) -> bool:
    """Tell whether these texts say of anybody that they differ, or have changed."""
    # What a topic is called says nothing of anybody.
    text = re.sub("“[^”]*”", "“…”", " ".join(text for text in texts if not text.startswith("# ")))
    for said in _TOLD_TO_ALL:
        text = re.sub(said, " ", text)
    return bool(_DIFFERENCE.search(text))


def marks_a_difference(prepared: pd.DataFrame) -> bool:
    """Tell whether what a figure is drawn from marks any row as different."""
    for column in ("is_claimed", "differs"):
        if column in prepared:
            return bool(prepared[column].fillna(value=False).any())
    return bool("change" in prepared and prepared["change"].isin(["better", "worse"]).any())


def couples_of(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Return each couple's rows."""
    for couple, rows in frame.groupby("couple_id", sort=True):
        yield str(couple), rows
