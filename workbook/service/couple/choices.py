"""What two chose about exercises: put aside, or done. It is joint only once both have said so.

What one says lies in their own drawer, and waits in the pending log, where nobody is shown it. Once the
other has said the same, what waited is destroyed and a row without a name comes on the table. So nobody
learns what the other said until they have said it too; and who put an exercise aside alone changes their
own page and no other.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from workbook.content.exercise import exercises
from workbook.errors import AccessError, problem
from workbook.service.couple.drawers import Drawer, Record
from workbook.service.couple.rounds import moved_entry, pending_log
from workbook.service.couple.tables import choice_entry, fold_table, table_log
from workbook.service.formats.rows import read_row, write_row
from workbook.service.formats.values import CHOICES, ExerciseChoice
from workbook.storage.base import Entry, Row, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due

CHOICE = "choice"


def as_choice(exercise: object, choice: object) -> ExerciseChoice:
    """Return a choice as it came from a page, if it is one.

    Raises
    ------
    AccessError
        The exercise or the choice is unknown: all problems at once.
    """
    problems = []
    if not isinstance(exercise, str) or exercise not in exercises():
        problems.append(problem("errors.events.not_allowed", field="exercise"))
    if not isinstance(choice, str) or choice not in CHOICES:
        problems.append(problem("errors.events.not_allowed", field="choice"))
    if problems:
        raise AccessError(problems)
    return str(exercise), str(choice)


def choosing(
    couple_id: str, seen: Seen, drawer: Drawer, about: ExerciseChoice, *, stands: bool, may_join: bool = True
) -> Writing:
    """Return what keeps one person's choice; or makes it joint, if the other has made it too.

    Taking a joint choice back takes it back for both.
    """
    own = drawer.entries([Record(CHOICE, uuid.uuid4().hex, _content(about) | {"stands": stands})])
    waiting = _waiting(seen[pending_log(couple_id)], about)
    mine = [row["sequence"] for row in waiting if row["person_id"] == drawer.person_id]
    others = [row["sequence"] for row in waiting if row["person_id"] != drawer.person_id]
    is_joint = about in fold_table(seen[table_log(couple_id)]).standing_choices()
    log = pending_log(couple_id)
    if not stands:
        entries = [choice_entry(couple_id, about, stands=False)] if is_joint else []
        entries += [moved_entry(couple_id)] if mine else []
        return Writing([*own, *entries], {log: mine})
    if is_joint or (mine and not others):
        return Writing(own)
    if others and may_join:
        return Writing(
            [*own, choice_entry(couple_id, about, stands=True), moved_entry(couple_id)],
            {log: [*mine, *others]},
        )
    row = write_row(_content(about) | {"person_id": drawer.person_id})
    return Writing([*own, Entry(log, uuid.uuid4().hex, CHOICE, row)])


def choosing_together(couple_id: str, seen: Seen, about: ExerciseChoice, *, stands: bool) -> Writing:
    """Return what makes a choice of two who sit together joint, or takes it back."""
    waiting = [row["sequence"] for row in _waiting(seen[pending_log(couple_id)], about)]
    is_joint = about in fold_table(seen[table_log(couple_id)]).standing_choices()
    entries = [choice_entry(couple_id, about, stands=stands)] if is_joint is not stands else []
    entries += [moved_entry(couple_id)] if waiting else []
    return Writing(entries, {pending_log(couple_id): waiting})


def settle(store: Store, couple_id: str) -> None:
    """Make joint what both have said while one had no key to say it with; harmless to repeat."""
    logs = [table_log(couple_id), pending_log(couple_id)]
    decide_where_due(store, logs, lambda seen: _settling(couple_id, seen))


def waiting_rows(rows: Sequence[Row]) -> list[int]:
    """Sequences of all choices that wait in a pending log."""
    return [row["sequence"] for row in _waiting(rows)]


def _settling(couple_id: str, seen: Seen) -> Writing:
    waiting = _waiting(seen[pending_log(couple_id)])
    joint = fold_table(seen[table_log(couple_id)]).standing_choices()
    people: dict[ExerciseChoice, set[str]] = {}
    for row in waiting:
        people.setdefault(_about(row), set()).add(row["person_id"])
    both = {about for about, found in people.items() if len(found) > 1}
    over = [row["sequence"] for row in waiting if _about(row) in both | joint]
    entries = [choice_entry(couple_id, about, stands=True) for about in sorted(both - joint)]
    return Writing(entries, {pending_log(couple_id): over})


def _waiting(rows: Sequence[Row], about: ExerciseChoice | None = None) -> list[dict[str, Any]]:
    found = [
        read_row(row.payload) | {"sequence": row.sequence}
        for row in rows
        if row.payload is not None and row.kind == CHOICE
    ]
    return [row for row in found if about is None or _about(row) == about]


def _about(row: Mapping[str, Any]) -> ExerciseChoice:
    return row["exercise"], row["choice"]


def _content(about: ExerciseChoice) -> dict[str, Any]:
    return {"exercise": about[0], "choice": about[1]}
