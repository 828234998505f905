"""Loaded by a server that a control of `server-at-rest` starts: limits and modes stay as they were."""

from workbook.server.preflight import checks

checks.be_private = lambda: None
