"""What two chose about exercises: aside, done, again, otherwise. It is joint only once both have said so.

What one says lies in the private cell of their drawer, and waits beside their decisions (`waiting`), where
nobody is shown it. Once the other has said the same, what waited is taken away and a row without a name comes
on the table. So nobody learns what the other said until they have said it too; and who put an exercise aside
alone changes their own page and no other.
"""

import uuid
from typing import Any

from workbook.content.exercise import exercises
from workbook.errors import AccessError, problem
from workbook.service.couple.records import CHOICE, Record
from workbook.service.couple.tables import Fold, choice_entry
from workbook.service.couple.waiting import EXERCISE, Round, Waiting, n_restored
from workbook.service.formats.values import CHOICES, ExerciseChoice
from workbook.storage.base import Writing

_ROUND = 0  # a choice has no rounds: it stands until it is taken back


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


def choosing(fold: Fold, waiting: Waiting, about: ExerciseChoice, *, stands: bool) -> Writing:
    """Return what keeps one person's choice; or makes it joint, if the other has made it too.

    Taking a joint choice back takes it back for both. As long as it is not joint, the same is asked of the
    store and written, whatever the other chose.
    """
    key, couple_id = _key(about), waiting.couple.couple_id
    own = [Record(CHOICE, uuid.uuid4().hex, {"exercise": about[0], "choice": about[1], "stands": stands})]
    is_joint = about in fold.standing_choices()
    if not stands:
        undone = [choice_entry(couple_id, about, stands=False)] if is_joint else []
        return Writing.of(Writing(undone), waiting.changing(key, None, own))
    if is_joint:
        return waiting.changing(key, None, own)
    entry = _entry(about, n_restored(waiting.couple))
    if waiting.couple.is_held:  # what is held in a drawer is one's own alone: the other can't read it yet
        return waiting.changing(key, entry, own)
    others = waiting.others()
    if waiting.find(others, key, _ROUND) is not None:
        joint = Writing([choice_entry(couple_id, about, stands=True)])
        return Writing.of(joint, waiting.opened(others, key, own))
    looked = Writing(seen={cell.name: cell.stamp for cell in others})
    return Writing.of(waiting.changing(key, entry, own), looked)


def choosing_together(fold: Fold, waiting: Waiting, about: ExerciseChoice, *, stands: bool) -> Writing:
    """Return what makes a choice of two who sit together joint, or takes it back."""
    is_joint = about in fold.standing_choices()
    made = [choice_entry(waiting.couple.couple_id, about, stands=stands)] if is_joint is not stands else []
    return Writing.of(Writing(made), waiting.clearing(_key(about)))


def joining_due(fold: Fold, waiting: Waiting) -> Writing:
    """Return what makes one choice joint that both have made, such as one that was held for the key."""
    others = waiting.others()
    for key in waiting.own():
        if not key[0].startswith(EXERCISE):
            continue
        about = key[0].removeprefix(EXERCISE), key[1]
        if about in fold.standing_choices():
            return waiting.changing(key, None, [])
        if waiting.find(others, key, _ROUND) is not None:
            joint = Writing([choice_entry(waiting.couple.couple_id, about, stands=True)])
            return Writing.of(joint, waiting.opened(others, key, []))
    return Writing()


def _key(about: ExerciseChoice) -> Round:
    return f"{EXERCISE}{about[0]}", about[1]


def _entry(about: ExerciseChoice, n_restored: int) -> dict[str, Any]:
    instrument, occasion = _key(about)
    place = {"instrument": instrument, "occasion": occasion, "round": _ROUND}
    return place | {"decision": uuid.uuid4().hex, "restored": n_restored}
