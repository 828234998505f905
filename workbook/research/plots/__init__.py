"""Figures for researchers, each in two halves: prepare a frame, draw it."""

from workbook.research.plots.change import plot_change, prepare_change
from workbook.research.plots.effects import plot_paths, plot_plane, prepare_paths, prepare_plane
from workbook.research.plots.reliability import USUAL, plot_reliability, prepare_reliability
from workbook.research.plots.scatter import plot_dyads, plot_missing, prepare_dyads, prepare_missing

__all__ = [
    "USUAL",
    "plot_change",
    "plot_dyads",
    "plot_missing",
    "plot_paths",
    "plot_plane",
    "plot_reliability",
    "prepare_change",
    "prepare_dyads",
    "prepare_missing",
    "prepare_paths",
    "prepare_plane",
    "prepare_reliability",
]
