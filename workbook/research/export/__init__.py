"""Exports that keep people unknown: three levels, each with its risk report first."""

from workbook.research.export.aggregate import aggregate_release
from workbook.research.export.published import Published
from workbook.research.export.release import Check, Column, Level, Release, RiskReport, Table
from workbook.research.export.restricted import Form, restricted_release
from workbook.research.export.unlinked import unlinked_release
from workbook.research.export.writing import write_release

__all__ = [
    "Check",
    "Column",
    "Form",
    "Level",
    "Published",
    "Release",
    "RiskReport",
    "Table",
    "aggregate_release",
    "restricted_release",
    "unlinked_release",
    "write_release",
]
