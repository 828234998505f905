"""One person's sitting: where they are, what they answered, what lies on the table.

Headless: no widgets, so every page's state can be tested without a browser. Down by observe
(the page watches `Session.revision` and `Session.page`), up by verbs, which go to the
service. What can be computed (which page is locked, open, complete) is computed, not kept.
"""

from workbook.session.drawer import FIRST_OCCASION, MOST_PER_SCREEN
from workbook.session.sitting import Session
from workbook.session.states import Status

__all__ = ["FIRST_OCCASION", "MOST_PER_SCREEN", "Session", "Status"]
