"""A page as PDF, tagged so that it can be read aloud, where the computer can make one.

WeasyPrint comes with the extra ``pdf`` and needs Pango, a library of the system. Without them a page is
printed from the browser.
"""

from importlib.util import find_spec
from typing import Any

from workbook.errors import WorkbookError, problem

VARIANT = "pdf/ua-1"


def may_make_pdf() -> bool:
    """Tell whether the extra is installed; whether Pango is there shows when it is loaded."""
    return find_spec("weasyprint") is not None


def to_pdf(html: str) -> bytes:
    """Return a whole HTML file of `workbook.reports.page` as PDF.

    Nothing is fetched: the file holds all it needs, and whatever else it might name is not looked for.

    Raises
    ------
    WorkbookError
        This computer cannot make one.
    """
    try:
        import weasyprint  # slow to load, and asked for only when somebody wants a PDF
    except (ImportError, OSError):  # the extra or Pango is not there
        raise WorkbookError(problem("ui.trouble.no_pdf")) from None
    within = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    printed: Any = weasyprint.HTML(string=html, url_fetcher=within)
    made: bytes = printed.write_pdf(pdf_variant=VARIANT, pdf_tags=True)
    return made
