"""A guided, private workbook on emotional intimacy.

Importing the package is headless: it loads neither ipywidgets nor plotly, so that scoring
and statistics run anywhere, from a laptop to a cluster worker.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("intimacy-workbook")
except PackageNotFoundError:  # a source tree on the path without an install
    __version__ = "0+unknown"

__all__ = ["__version__"]
