"""The state of every page, computed from the drawer and the table, never kept."""

from collections.abc import Mapping
from typing import Literal

from workbook.instruments import Instrument
from workbook.service.study import Study
from workbook.service.values import Table
from workbook.session.drawer import OwnDrawer
from workbook.sharing import Grain, publishable

Status = Literal["locked", "open", "under-way", "complete"]
_FIRST = ("introduction", "limits", "consent")
_ALWAYS_OPEN = ("home", "resources", "rights", "just-for-me", "sharing")


class PageStates(OwnDrawer):
    """Whether a page is locked, open, under way or complete."""

    instruments: Mapping[str, Instrument]
    decisions: dict[tuple[str, str], Grain]
    table: Table
    study: Study | None

    @property
    def is_together(self) -> bool:
        """True on one device with both partners: only the table is read."""
        return self.actor.role == "together"

    def shareable(self) -> list[Instrument]:
        """Instruments that can be shown to the partner at all."""
        return [
            one
            for one in self.instruments.values()
            if not one.is_private and one.subscales and one.occasion == "assessment"
        ]

    def is_answered(self, instrument_id: str) -> bool:
        """True when something of an instrument is answered, so that there is something to look at."""
        own = self.responses
        mine = own[(own["instrument"] == instrument_id) & (own["occasion"] == self.occasion)]
        return bool(mine["value"].notna().any())

    def to_decide(self) -> list[Instrument]:
        """Instruments of which something is answered that may be shown at all."""
        now = self.responses[(self.responses["occasion"] == self.occasion).to_numpy(dtype=bool)]
        return [one for one in self.shareable() if len(publishable(now, one))]

    def status(self, page: str) -> Status:
        """Whether a page is locked, open, under way or complete; nothing here tells of the partner."""
        kind, _, name = page.partition(":")
        chapter = name.partition(":")[0]
        if kind in _ALWAYS_OPEN or (kind == "chapter" and self._is_private(chapter)):
            return "open"
        if kind in _FIRST:
            is_done = self.has_consented if kind == "consent" else self.has_seen(kind)
            return "complete" if is_done else "open"
        if not self.has_consented and not self.is_together:
            return "locked"
        match kind:
            case "chapter":
                return self._chapter_status(chapter)
            case "share":
                return self._share_status()
            case "results" | "own":
                return "open" if any(self.is_answered(one.id) for one in self.shareable()) else "locked"
            case "together" | "expectation" | "view" | "decide" | "research":
                return "open" if self._is_there(kind) else "locked"
        return "open"

    def _is_there(self, kind: str) -> bool:
        if kind == "decide":  # asks for a passphrase, on the page of both; alone there is "share"
            return self.is_together
        if kind == "research":
            return self.study is not None and not self.is_together
        return bool(self.table.open_rounds)

    def _share_status(self) -> Status:
        wanted = [one.id for one in self.to_decide()]
        decided = [one for one in wanted if (one, self.occasion) in self.decisions]
        if not wanted:
            return "locked"
        return "complete" if decided == wanted else "under-way" if decided else "open"

    def _is_private(self, chapter_id: str) -> bool:
        return chapter_id in self.chapters and self.chapters[chapter_id][0].is_private

    def _chapter_status(self, chapter_id: str) -> Status:
        if chapter_id not in self.chapters:
            return "locked"
        instrument = self.chapters[chapter_id][0]
        occasion = self.occasion_of(instrument)
        n_answered = self.n_answered(chapter_id, occasion)
        is_done = n_answered == len(self.items(chapter_id)) or self.has_seen(f"end.{chapter_id}.{occasion}")
        return "complete" if is_done else "under-way" if n_answered else "open"
