"""Which differences a figure may mark and a sentence may tell: looked up in what `workbook.dyads` claims."""

from typing import Any

import pandas as pd

from workbook import frames

WHOLE = ""  # the facet of a row about all of a direction at once


class Told:
    """The claims of one view of one instrument, by facet and direction.

    Parameters
    ----------
    claims : DataFrame or None
        `workbook.frames.CLAIMS` of one couple; ``None`` claims nothing.
    view : str
    instrument : str
    """

    def __init__(self, claims: pd.DataFrame | None, view: str, instrument: str) -> None:
        self._marks: dict[tuple[str, str, str], Any] = {}
        if claims is not None:
            is_here = (claims["view"] == view) & (claims["instrument"] == instrument)
            for row in frames.rows(claims[is_here.to_numpy(dtype=bool)]):
                self._marks[row.facet, row.by, row.about] = mark_of(row)

    def mark(self, facet: str, by: str, about: str) -> Any:
        """Return whether a figure marks this one difference; NA where nothing can be told of it."""
        return self._marks.get((facet, by, about), pd.NA)

    def of(self, facet: str, by: str, about: str) -> bool:
        """Tell whether this one difference may be told."""
        found = self.mark(facet, by, about)
        return bool(pd.notna(found) and found)

    def of_whole(self, by: str, about: str) -> bool:
        """Tell whether it may be told that there are differences at all, on whichever topics."""
        return self.of(WHOLE, by, about)


def mark_of(row: Any) -> Any:
    """Return whether a row of claims or changes holds; NA where its error is not known, so none can tell."""
    return bool(row.is_claimed) if pd.notna(row.p) else pd.NA
