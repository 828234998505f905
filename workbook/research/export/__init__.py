"""Exports that keep people unknown: three levels, each with its risk report first."""

from workbook.research.export.aggregate import aggregate_release
from workbook.research.export.journal import Journal, adopt_journal, open_journal, read_journal
from workbook.research.export.published import Published
from workbook.research.export.release import (
    Check,
    Column,
    Level,
    Release,
    ReleaseTable,
    RiskReport,
    UnsafeReleaseError,
)
from workbook.research.export.restricted import Layout, restricted_release
from workbook.research.export.unlinked import unlinked_release
from workbook.research.export.writing import write_release

__all__ = [
    "Check",
    "Column",
    "Journal",
    "Layout",
    "Level",
    "Published",
    "Release",
    "ReleaseTable",
    "RiskReport",
    "UnsafeReleaseError",
    "adopt_journal",
    "aggregate_release",
    "open_journal",
    "read_journal",
    "restricted_release",
    "unlinked_release",
    "write_release",
]
