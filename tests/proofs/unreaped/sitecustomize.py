"""Loaded by a server that the control of `tabs` starts: a page that went without a word keeps its kernel."""

from workbook.server.kernels.manager import WorkbookKernels


async def _keep(_self, seconds=None):
    """Nobody is ever taken to be gone."""


WorkbookKernels.end_unheard = _keep
