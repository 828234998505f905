"""Loaded by a server that a positive control starts: one decision alone already opens a round.

With this the pending log no longer keeps two private decisions apart from the table, which
is just what the two worlds have to notice.
"""

from workbook.service import rounds
from workbook.service.tables import OPENED, publication_entry, round_entry
from workbook.service.wire import publication_from_json


def _open_for_one(couple_id, key, people):
    granted = [person for person in people.values() if person.by_grain]
    publications = [publication_from_json(next(iter(person.by_grain.values()))) for person in granted]
    if not publications:
        return []
    entries = [publication_entry(publication) for publication in publications]
    return [*entries, round_entry(couple_id, OPENED, key, publications[0].round)]


rounds._opening_entries = _open_for_one
