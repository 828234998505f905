"""Questionnaires as data: read from TOML, checked wholly, frozen."""

from workbook.instruments.library import (
    ASKED,
    FIRST_EDITION,
    as_spoken,
    catalogue,
    edition,
    every_version,
    in_edition,
    in_version,
)
from workbook.instruments.model import (
    Chapter,
    Choice,
    Constant,
    FreeText,
    Instrument,
    Item,
    Scale,
    Subscale,
)
from workbook.instruments.reader import read_instrument

__all__ = [
    "ASKED",
    "FIRST_EDITION",
    "Chapter",
    "Choice",
    "Constant",
    "FreeText",
    "Instrument",
    "Item",
    "Scale",
    "Subscale",
    "as_spoken",
    "catalogue",
    "edition",
    "every_version",
    "in_edition",
    "in_version",
    "read_instrument",
]
