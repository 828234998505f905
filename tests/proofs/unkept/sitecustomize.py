"""Loaded by a server that the control of `served-at-rest` starts: whom one blocks is a row of the drawer."""

from workbook.service.couple import drawers

_is_private = drawers.is_private
drawers.is_private = lambda record, instruments: record.kind != "block" and _is_private(record, instruments)
