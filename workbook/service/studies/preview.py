"""What a choice would give a study of what is answered now: pure, and shown before it is given."""

from collections.abc import Collection, Mapping

import pandas as pd

from workbook.instruments.model import Instrument
from workbook.service.studies.study import BACKGROUND, Study
from workbook.sharing import Grain, Publication, publish

HeldBackIn = Mapping[tuple[str, str], Collection[str]]
"""By instrument and occasion, the items whose answers a person holds back."""


def snapshots(
    study: Study, responses: pd.DataFrame, grain: Grain, held_back: HeldBackIn | None = None
) -> list[Publication]:
    """Return what a grain would give: the background facts, and each asked instrument of each occasion.

    The background facts are single answers, so they go at every grain but nothing. What is held back from the
    partner is in nothing that is given either: it looks like what was left open, in scores and counts too.
    """
    if grain is Grain.NOTHING:
        return []
    found = []
    for instrument in study.instruments.values():
        own = responses[responses["instrument"] == instrument.id]
        finest = Grain.ANSWERS if instrument.id == BACKGROUND else grain
        for occasion in sorted(own["occasion"].unique()):
            out = (held_back or {}).get((instrument.id, str(occasion)), ())
            used = own[(own["occasion"] == occasion) & ~own["item"].isin(list(out))]
            made = _snapshot(used, instrument, finest) if len(used) else None
            if made is not None and (len(made.responses) or len(made.scores)):
                found.append(made)
    return found


def _snapshot(own: pd.DataFrame, instrument: Instrument, grain: Grain) -> Publication:
    first = own.iloc[0]
    return publish(
        own,
        grain,
        instrument=instrument,
        couple_id=str(first["couple_id"]),
        person_id=str(first["person_id"]),
        occasion=str(first["occasion"]),
    )
