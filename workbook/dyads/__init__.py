"""From two persons' scores to what lies between them: frames in, frames out."""

from workbook.dyads.needs import needs_gap
from workbook.dyads.pairs import agreement, pair, places
from workbook.dyads.perception import perception, perspectives

__all__ = ["agreement", "needs_gap", "pair", "perception", "perspectives", "places"]
