"""A researcher's own page: who took part, how well it was measured, what partners have to do with each
other, and what may leave. `open_dashboard` shows it in a notebook cell.
"""

from workbook.ui.dashboard.page import open_dashboard

__all__ = ["open_dashboard"]
