"""Questionnaires as data: read from TOML, checked wholly, frozen."""

from workbook.instruments.library import as_spoken, catalogue, edition
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
    "read_instrument",
]
