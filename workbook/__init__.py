"""A guided, private workbook on emotional intimacy.

Importing the package is headless: it loads neither ipywidgets nor plotly, so that scoring
and statistics run anywhere, from a laptop to a cluster worker.
"""

from importlib.metadata import PackageNotFoundError, version

from workbook.errors import Problem, tell_problems_by

try:
    __version__ = version("intimacy-workbook")
except PackageNotFoundError:  # a source tree on the path without an install
    __version__ = "0+unknown"


def _tell(problem: Problem) -> str:
    """Return a problem as a sentence; the wording is read only when something went wrong."""
    from workbook.content import sentence

    return sentence(problem)


tell_problems_by(_tell)

__all__ = ["__version__"]
