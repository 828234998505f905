"""Which differences a figure may mark and a sentence may tell: looked up in `workbook.frames.CLAIMS`."""

import pandas as pd

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
        self._claimed: set[tuple[str, str, str]] = set()
        if claims is not None:
            is_here = (claims["view"] == view) & (claims["instrument"] == instrument) & claims["is_claimed"]
            rows = claims[is_here.to_numpy(dtype=bool)]
            self._claimed = set(zip(rows["facet"], rows["by"], rows["about"], strict=True))

    def of(self, facet: str, by: str, about: str) -> bool:
        """Tell whether this one difference may be told."""
        return (facet, by, about) in self._claimed

    def of_whole(self, by: str, about: str) -> bool:
        """Tell whether it may be told that there are differences at all, on whichever topics."""
        return self.of(WHOLE, by, about)
