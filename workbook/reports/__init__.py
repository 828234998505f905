"""What people take out of the workbook to read: one HTML file without a script, or the same as PDF.

``picture``  a sheet that was drawn for a page, as SVG
``page``     blocks as a file that needs nothing else
``pdf``      that file as PDF, where the computer can make one
``calendar_file``  dates, for a calendar that others may see

What stands in it is put together from what pages show anyhow (`workbook.ui.taken_along`).
"""

from workbook.reports.calendar_file import Dated, to_calendar
from workbook.reports.page import Sheet, to_html
from workbook.reports.pdf import may_make_pdf, to_pdf

__all__ = ["Dated", "Sheet", "may_make_pdf", "to_calendar", "to_html", "to_pdf"]
