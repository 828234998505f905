"""From two persons' scores to what lies between them: frames in, frames out."""

from workbook.dyads.claims import find_changes, find_claims
from workbook.dyads.ids import places
from workbook.dyads.needs import needs_gap
from workbook.dyads.pairs import agreement, pair
from workbook.dyads.perception import perception, perspectives

__all__ = [
    "agreement",
    "find_changes",
    "find_claims",
    "needs_gap",
    "pair",
    "perception",
    "perspectives",
    "places",
]
