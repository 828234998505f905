"""From answers to facet scores. `rule` says what a score is; `fast` works it out for everybody."""

from workbook.scoring.fast import score, score_all
from workbook.scoring.series import score_as_answered

__all__ = ["score", "score_all", "score_as_answered"]
