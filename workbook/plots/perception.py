"""How two people read each other, over all topics at once: told in words, without a drawing."""

import pandas as pd

from workbook import frames
from workbook.instruments.facets import facets
from workbook.instruments.model import Instrument
from workbook.plots.view import View, has_topics

LEAST_TOPICS = 5  # over fewer, nothing can be said of "all topics at once"


def prepare_perception(perception: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Return one row per partner, of this instrument: `workbook.frames.PERCEPTION`."""
    return perception[(perception["instrument"] == instrument.id).to_numpy(dtype=bool)]


def has_enough_topics(instrument: Instrument) -> bool:
    """Tell whether it asks about enough topics, of oneself and of the partner, to tell of all at once."""
    seen = [one for one in facets(instrument) if one.seen and one.higher_is == "better"]
    return has_topics(instrument) and len(seen) >= LEAST_TOPICS


VIEW = View(
    "perception",
    instrument="connection",
    source=lambda found: found.perception,
    prepare=lambda rows, instrument, _: prepare_perception(rows, instrument),
    contract=frames.PERCEPTION,
    drawing=None,
    fits=has_enough_topics,
    grain="answers",
    needs_two=True,
)
