"""What one person's own sitting publishes to a case, and shows in a session, of what they grant.

By the rules of any other publication (`workbook.sharing`): what is held back by an instrument or by its
person is in nothing here, and the private questions are not even counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbook.content.first_look import first_look
from workbook.frames import occasion_number
from workbook.instruments.model import Chapter, Instrument
from workbook.service.cases.place import Place
from workbook.service.couple import drawer_contents
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.editions import asked_on
from workbook.service.couple.held_back import left_out, remembered
from workbook.service.couple.own_needs import own_needs_in
from workbook.service.couple.records import Record
from workbook.service.couple.tables import Fold
from workbook.service.formats.case_values import Progress, ToCase
from workbook.service.formats.publications import publication_to_json
from workbook.sharing import Grain, Publication, publish

_FIRST_ROUND = "assessment-1"
_GRAINS = {ToCase.SCORES: Grain.SCORES, ToCase.ANSWERS: Grain.ANSWERS}


@dataclass(frozen=True, slots=True)
class OwnDrawer:
    """An opened drawer, with all that is needed to publish from it.

    ``fold`` is the couple's table, by which the drawer knows what was open of it; ``asked_from`` the first
    round in which the two are asked the questionnaires of now.
    """

    drawer: Drawer
    couple_id: str
    fold: Fold
    instruments: Mapping[str, Instrument]
    asked_from: int

    def mark(self) -> tuple[object, ...]:
        """Return what tells one state of all this from another: the same as long as nothing is new in it."""
        return [(one.operation_id, one.place) for one in self.drawer.records()], self.fold, self.asked_from

    def publication(self, instrument: str, occasion: str, grain: Grain) -> Publication | None:
        """Return what is published of one instrument and occasion at a grain; None where nothing is."""
        known = self.instruments.get(instrument)
        if known is None or known.is_private:
            return None
        return self._made(self._responses(instrument), instrument, occasion, grain)

    def filling(self, place: Place) -> Place:
        """Return a place with all that its grants publish now, and nothing else."""
        progress: dict[str, Progress] = {}
        publications: list[dict[str, Any]] = []
        for name, granted in sorted(place.grants.items()):
            known = self.instruments.get(name)
            if known is None or known.is_private or granted.to_case is ToCase.NOTHING:
                continue
            own = self._responses(name)
            progress |= self._progress(own, name)
            grain = _GRAINS.get(granted.to_case)
            for occasion in sorted(own["occasion"].unique()) if grain is not None else ():
                made = self._made(own, name, str(occasion), grain or Grain.NOTHING)
                publications += [publication_to_json(made)] if made is not None else []
        return place.publishing(progress, publications)

    # -- within ---------------------------------------------------------------------------
    def _responses(self, instrument: str) -> pd.DataFrame:
        return drawer_contents.responses(self.drawer, self.instruments, self.couple_id, instrument)

    def _made(self, own: pd.DataFrame, name: str, occasion: str, grain: Grain) -> Publication | None:
        asked = asked_on(self.instruments, occasion, self.asked_from)[name]
        of_round = own[(own["occasion"] == occasion).to_numpy(dtype=bool)]
        if first_look().is_all(of_round["item"]):  # also where nothing is
            return None
        memory = remembered(self.drawer, (name, occasion), self.fold)
        gone = left_out(of_round, asked, memory)
        made = publish(
            of_round[~of_round["item"].isin(gone).to_numpy(dtype=bool)],
            grain,
            instrument=asked,
            couple_id=self.couple_id,
            person_id=self.drawer.person_id,
            occasion=occasion,
        )
        return made if len(made.responses) or len(made.scores) else None

    def _progress(self, own: pd.DataFrame, name: str) -> dict[str, Progress]:
        records = self.drawer.records()
        occasion = _occasion_now(own, self.instruments[name], records)
        asked = asked_on(self.instruments, occasion, self.asked_from)[name]
        of_round = own[(own["occasion"] == occasion).to_numpy(dtype=bool)]
        has_reason = of_round["declined"].astype(bool) | of_round["not_arisen"].astype(bool)
        said = {str(item) for item in of_round[(of_round["value"].notna() | has_reason).to_numpy()]["item"]}
        own_needs = tuple(own_needs_in(records)) if name == "needs" else ()
        ended = {
            one.payload["name"] for one in records if one.kind == "setting" and one.payload["value"] is True
        }
        return {
            chapter.id: _how_far(chapter, own_needs, said, f"seen.end.{chapter.id}.{occasion}" in ended)
            for chapter in asked.chapters
        }


def _occasion_now(own: pd.DataFrame, instrument: Instrument, records: list[Record]) -> str:
    """Return the occasion that answers belong to now: the newest week answered, or the round of now."""
    if instrument.occasion == "weekly":
        answered = [str(one) for one in own["occasion"].unique()]
        return max(answered, key=occasion_number, default="week-1")
    begun = [
        one.payload["value"] for one in records if one.kind == "setting" and one.payload["name"] == "occasion"
    ]
    return str(begun[-1]) if begun else _FIRST_ROUND


def _how_far(chapter: Chapter, own_needs: tuple[str, ...], said: set[str], is_at_end: bool) -> Progress:
    question = chapter.id.rpartition(".")[2]
    added = {f"{need}.{question}" for need in own_needs}
    wanted = set(chapter.items) | added
    # A need that was added after the end was reached is still to be asked about.
    if wanted <= said or (is_at_end and added <= said):
        return "finished"
    return "under_way" if wanted & said else "not_begun"
