"""Loaded by a server that a control of `tabs` starts: every page leaves an open file and memory behind."""

from workbook.server.pages.workbook_page import WorkbookPage

_kept = []
_run = WorkbookPage.run_notebook


async def _leave_behind(self):
    """As the page does, and keep what nobody will ask for."""
    _kept.append((open("/dev/null"), b"x" * 40_000_000))  # noqa: PTH123, SIM115
    await _run(self)


WorkbookPage.run_notebook = _leave_behind
