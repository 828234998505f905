"""Loaded by a server of `test_copy`: a copy of the private answers is ready after two seconds."""

from datetime import timedelta

from workbook.service.couple import private_copy

private_copy.WAIT = timedelta(seconds=2)
