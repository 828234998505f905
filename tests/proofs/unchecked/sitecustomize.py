"""Loaded by a server that a control of `hostile-browser` starts: whatever answers a browser sends are kept."""

from workbook.service.desks import partner


def _believe(answers, bank):
    """The instrument of each answer, whatever its value."""
    return [(bank.find(answer.item) or ("connection", None))[0] for answer in answers]


partner.check_answers = _believe
