"""Loaded by a server that a test starts: from its second look on, it is long after every study's time."""

from datetime import date

from workbook.server import application
from workbook.service.studies import given as research

_tidy = research.tidy
_looks: list[date | None] = [None]


def _much_later(store, *, today=None):
    _tidy(store, today=_looks[-1])
    _looks.append(date.max)


application.TIDY_SECONDS = 0.5
research.tidy = _much_later
