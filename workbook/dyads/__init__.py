"""From two persons' scores to what lies between them: frames in, frames out."""

from workbook.dyads.claims import find_changes, find_claims
from workbook.dyads.ids import places
from workbook.dyads.needs import needs_gap
from workbook.dyads.pairs import agreement, agreement_on_all, pair
from workbook.dyads.perception import perception, perspectives, perspectives_on_all

__all__ = [
    "agreement",
    "agreement_on_all",
    "find_changes",
    "find_claims",
    "needs_gap",
    "pair",
    "perception",
    "perspectives",
    "perspectives_on_all",
    "places",
]
