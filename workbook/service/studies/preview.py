"""What a choice would give a study of what is answered now: pure, and shown before it is given."""

import pandas as pd

from workbook.instruments.model import Instrument
from workbook.service.studies.study import BACKGROUND, Study
from workbook.sharing import Grain, Publication, publish


def snapshots(study: Study, responses: pd.DataFrame, grain: Grain) -> list[Publication]:
    """Return what a grain would give: the background facts, and each asked instrument of each occasion.

    The background facts are single answers, so they go at every grain but nothing.
    """
    if grain is Grain.NOTHING:
        return []
    found = []
    for instrument in study.instruments.values():
        own = responses[responses["instrument"] == instrument.id]
        finest = Grain.ANSWERS if instrument.id == BACKGROUND else grain
        for occasion in sorted(own["occasion"].unique()):
            made = _snapshot(own[own["occasion"] == occasion], instrument, finest)
            if len(made.responses) or len(made.scores):
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
