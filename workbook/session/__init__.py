"""One person's sitting: where they are, what they answered, what lies on the table.

Headless: it loads no widgets. Down by observe (the pages watch `Session.revision` and
`Session.page`), up by verbs, which go to the service. What can be computed (what is answered,
decided, complete) is computed, not kept. Which page is open follows from it: see `workbook.ui.path`.
"""

from workbook.session.drawer import FIRST_OCCASION, MOST_PER_SCREEN
from workbook.session.progress import Status
from workbook.session.sitting import Session

__all__ = ["FIRST_OCCASION", "MOST_PER_SCREEN", "Session", "Status"]
