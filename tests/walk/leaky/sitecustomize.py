"""Loaded by a server that a positive control starts; ``LEAK`` names what it leaks.

``decision``, also where nothing is named: one decision alone already opens a round. With this what waits is no
longer kept apart from the table. ``saving``: a private answer that is saved leaves a line
in the log and thanks on the table. ``private``: saved private answers are given back to their own screen.
"""

import os
import sys
import uuid

from workbook.instruments import catalogue
from workbook.service.couple import drawer_contents as reading
from workbook.service.couple import rounds
from workbook.service.couple.tables import OPENED, publication_entry, round_entry
from workbook.service.desks.partner import LocalPartner
from workbook.service.formats.publications import publication_from_json
from workbook.storage.base import Writing

_save, _decide = LocalPartner.save_answers, rounds.deciding


def _open_for_one(fold, waiting, decision, responses, **how):
    writing = _decide(fold, waiting, decision, responses, **how)
    key = decision.instrument.id, decision.occasion
    made = rounds._entry(decision, responses, fold.standing_round(key), 0)
    if made is None:
        return writing
    opening = round_entry(decision.couple_id, OPENED, key, made["round"])
    return Writing.of(writing, Writing([publication_entry(publication_from_json(made)), opening]))


def _open_whatever_waits(couple_id, fold, waiting):
    """Open, at a sitting of one, what waits of the other alone."""
    for key, theirs in [found for cell in waiting.others() for found in waiting._entries(cell).items()]:
        if not fold.is_open(key):
            opening = round_entry(couple_id, OPENED, key, theirs["round"])
            return Writing([publication_entry(publication_from_json(theirs)), opening])
    return Writing()


def _save_and_tell(self, answers):
    saved = _save(self, answers)
    if any(answer.item in catalogue()["safety"].item_by_id for answer in answers):
        sys.stderr.write("a private answer was saved\n")
        thanks = {"text": "for nothing", "day": "2026-05-02"}
        self.add_table_event("gratitude.written", thanks, operation_id=uuid.uuid4().hex)
    return saved


def _fill_in(self):
    _fill(self)
    chapter, number = self.chapter[1], self.number
    self.form.answers = self.session.answers(self.session.screens(chapter.id)[number], self.occasion)


leak = os.environ.get("LEAK", "decision")
if leak == "decision":
    rounds.deciding = _open_for_one
    rounds.opening_due = _open_whatever_waits
elif leak == "saving":
    LocalPartner.save_answers = _save_and_tell
else:
    from workbook.server.kernels import environment
    from workbook.ui.pages.chapter import Screen

    environment.PASSED_ON = (*environment.PASSED_ON, "PYTHONPATH", "LEAK")  # a kernel is told of neither else
    _fill = Screen.fill
    Screen.fill = _fill_in
    reading.is_hidden = lambda *_: False
