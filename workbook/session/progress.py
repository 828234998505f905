"""How far somebody is, computed from the drawer and the table, never kept."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal

import numpy as np
import pandas as pd

from workbook.content.first_look import first_look
from workbook.frames import occasion_number
from workbook.instruments import Instrument, Item
from workbook.service.formats.values import Table
from workbook.service.studies.study import Study
from workbook.session.drawer import OWN_NEED, OwnDrawer
from workbook.sharing import Grain, publishable_keys

WEEKLY = "weekly"
NEEDS_NOW = "needs-now."  # before the occasion, in the name of the setting that keeps the needs picked
Status = Literal["locked", "open", "under-way", "complete"]


class Progress(OwnDrawer):
    """What is answered, what may be shown, what is decided. Each page makes its lock of it."""

    decisions: dict[tuple[str, str], Grain]
    table: Table
    study: Study | None

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Every instrument by id, as it is asked in the round that answers belong to now."""
        raise NotImplementedError

    @property
    def is_together(self) -> bool:
        """True on one device with both partners: only the table is read."""
        return self.actor.role == "together"

    @property
    def takes_part(self) -> bool:
        """True once the person has consented, and where two sit together."""
        return self.has_consented or self.is_together

    def shareable(self) -> list[Instrument]:
        """Return the instruments that can be shown to the partner at all."""
        return [
            one
            for one in self.instruments.values()
            if not one.is_private and one.subscales and one.occasion == "assessment"
        ]

    # -- the first look --------------------------------------------------------------------
    @property
    def has_first_look(self) -> bool:
        """Whether a first look can be asked for: all of its questions are asked in this round."""
        known = {item for one in self.instruments.values() for item in one.item_by_id}
        return not self.is_together and set(first_look().items) <= known

    def first_look_answers(self) -> dict[str, dict[str, Any]]:
        """Return what is answered of the first look in this round, by item."""
        return self.answers(self.first_look_items())

    def first_look_items(self, page: str = "") -> list[Item]:
        """Return the questions of the first look, or of one of its pages."""
        known = {item.id: item for one in self.instruments.values() for item in one.items}
        wanted = [one for one in first_look().pages if page in ("", one.id)]
        return [known[item] for one in wanted for item in one.items if item in known]

    def is_only_first_look(self, occasion: str) -> bool:
        """Whether nothing is answered in a round but the first look: too little for a picture or a trend."""
        given = self._given_by_occasion.get(occasion, {})
        answered = [item for one in self.shareable() for item, _version in given.get(one.id, ())]
        return first_look().is_all(answered)

    @property
    def responses_of_pictures(self) -> pd.DataFrame:
        """All answers but those of rounds with only the first look, which are no point of a trend."""
        rounds = [one for one in self._given_by_occasion if one.startswith("assessment-")]
        without = {one for one in rounds if self.is_only_first_look(one)}
        own = self.responses
        kept = [one not in without for one in own["occasion"].tolist()]
        return own if all(kept) else own[np.array(kept)]

    @property
    def needs_now(self) -> tuple[str, ...]:
        """The needs that the person picked as mattering most in this round, for their own eyes."""
        picked = self._of_setting(f"{NEEDS_NOW}{self.occasion}")
        return tuple(str(picked[-1].payload["value"]).split()) if picked else ()

    def is_answered(self, instrument_id: str, occasion: str | None = None) -> bool:
        """Say whether something of an instrument is answered, so that there is something to look at.

        What only the first look asks has a page of its own.
        """
        occasion = occasion or self.occasion
        given = self._given_by_occasion.get(occasion, {}).get(instrument_id)
        return bool(given) and not self.is_only_first_look(occasion)

    # -- rounds ------------------------------------------------------------------------------
    @property
    def round(self) -> int:
        """The number of the round that answers belong to now."""
        return occasion_number(self.occasion)

    def pictures(self) -> list[str]:
        """Return the occasions of which there is a picture of one's own, the newest first."""
        rounds = [f"assessment-{number}" for number in range(self.round, 0, -1)]
        names = [one.id for one in self.shareable()]
        return [one for one in rounds if any(self.is_answered(name, one) for name in names)]

    @property
    def may_undo_round(self) -> bool:
        """Whether the round that was begun can be taken back: nothing is answered in it."""
        is_empty = self.occasion not in self._given_by_occasion
        return self.round > 1 and is_empty and not self.is_together

    def round_begun(self) -> datetime | None:
        """Return when this round was begun: the first with the choice to take part."""
        settings = [one for one in self._of("setting") if one.payload["name"] == "occasion"]
        begun = [one.at for one in settings if one.payload["value"] == self.occasion]
        return begun[-1] if begun else next((one.at for one in self._of("consent")), None)

    def to_decide(self) -> list[Instrument]:
        """Return the instruments of which something is answered that may be shown at all.

        One of which only the first look is answered waits until one of its chapters is finished.
        """
        given = self._given_by_occasion.get(self.occasion, {})
        found = []
        for one in self.shareable():
            known = publishable_keys(one)
            if self._may_be_shown(one, [key[0] for key in given.get(one.id, ()) if key in known]):
                found.append(one)
        return found

    def _may_be_shown(self, instrument: Instrument, answered: Collection[str]) -> bool:
        is_finished = any(self.chapter_status(one.id) == "complete" for one in instrument.chapters)
        return len(answered) > 0 and (is_finished or not first_look().is_all(answered))

    def is_asked_anew(self, instrument: Instrument, occasion: str) -> bool:
        """Say whether questions were answered on an occasion in words that are not asked there any more."""
        known = {item.id: item.version for item in instrument.items}
        said = self._given_by_occasion.get(occasion, {}).get(instrument.id, ())
        return any(known.get(item, version) != version for item, version in said)

    def is_private(self, chapter_id: str) -> bool:
        """Say whether a chapter asks the private questions."""
        return chapter_id in self.chapters and self.chapters[chapter_id][0].is_private

    def chapter_status(self, chapter_id: str) -> Status:
        """Return how far a chapter is, on the occasion its answers belong to now."""
        if chapter_id not in self.chapters:
            return "locked"
        instrument = self.chapters[chapter_id][0]
        occasion = self.occasion_of(instrument)
        items = self.items(chapter_id)
        known = self.answers(items, occasion)
        n_answered = len(known)
        # A need that was added after the end was reached is still to be asked about.
        is_at_end = self.has_seen(f"end.{chapter_id}.{occasion}") and not any(
            one.id.startswith(OWN_NEED) and one.id not in known for one in items
        )
        is_done = n_answered == len(items) or is_at_end
        return "complete" if is_done else "under-way" if n_answered else "open"

    def decision_status(self) -> Status:
        """Return how far the decisions of this occasion are; locked while there is nothing to decide."""
        wanted = [one.id for one in self.to_decide()]
        decided = [one for one in wanted if (one, self.occasion) in self.decisions]
        if not wanted:
            return "locked"
        return "complete" if decided == wanted else "under-way" if decided else "open"
