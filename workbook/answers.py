"""One person's answers: checked against the item bank, laid out as rows, counted.

Nothing is trusted that a page says about a question: what may be answered is looked up by
item id, here, before anything is kept.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from workbook import frames
from workbook.errors import AnswerError, Problem, problem
from workbook.instruments.model import FIRST, Instrument, Item
from workbook.versions import OWN_NEED, asked_in

MOST_AT_ONCE = 500
_OPERATION = re.compile(r"[A-Za-z0-9_.:-]{1,80}")
_OCCASION = re.compile(r"[a-z]{1,24}-[1-9][0-9]{0,3}")


class GivenAnswer(Protocol):
    """What an answer looks like when it arrives; see `workbook.service.formats.values.Answer`.

    The types are what should come; a page may send anything, and all of it is checked here.
    """

    @property
    def operation_id(self) -> Any: ...
    @property
    def occasion(self) -> Any: ...
    @property
    def item(self) -> Any: ...
    @property
    def value(self) -> Any: ...
    @property
    def declined(self) -> Any: ...
    @property
    def not_arisen(self) -> Any: ...
    @property
    def version(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Completeness:
    """How far one person is with some items: counts of items, never of people."""

    answered: int
    declined: int
    open: int
    not_arisen: int = 0

    @property
    def total(self) -> int:
        return self.answered + self.declined + self.not_arisen + self.open

    @property
    def is_complete(self) -> bool:
        return self.open == 0


@dataclass(frozen=True, slots=True)
class ItemBank:
    """Every item of every instrument by id, and the own needs of one person.

    ``own_needs`` are ids such as ``'needs.own.k3fz'``; their questions are those that every
    need has (``.importance``, ``.met`` …), on the same scales. ``asked_on`` gives the instruments as they are
    asked on an occasion, where that is not the same on all.
    """

    instruments: Mapping[str, Instrument]
    own_needs: Collection[str] = ()
    asked_on: Callable[[str], Mapping[str, Instrument]] | None = None

    def find(self, item_id: object, occasion: object = "") -> tuple[str, Item] | None:
        """Return the instrument id and item of an item id, or None when it is not asked on that occasion."""
        if not isinstance(item_id, str):
            return None
        asked = self.asked_on(str(occasion)) if self.asked_on and is_occasion(occasion) else self.instruments
        for instrument in asked.values():
            item = instrument.item_by_id.get(item_id)
            if item is not None:
                return instrument.id, item
        return self._find_own(item_id, asked)

    def _find_own(self, item_id: str, asked: Mapping[str, Instrument]) -> tuple[str, Item] | None:
        matched = OWN_NEED.fullmatch(item_id)
        needs = asked.get("needs")
        if matched is None or needs is None or matched[1] not in self.own_needs:
            return None
        like = next((item for item in needs.items if item.id.endswith(f".{matched[2]}")), None)
        return (needs.id, like) if like is not None else None


def check_answers(answers: Sequence[GivenAnswer], bank: ItemBank) -> list[str]:
    """Check answers against the item bank; give the instrument id of each.

    An answer that is neither a value nor a reason for none takes back what was answered before; no page of
    ours asks for that, and it reaches nobody's drawer but one's own. One that says which version of the item
    it answers has to name the one that is asked; one that says none answers that.

    Raises
    ------
    AnswerError
        With every problem of every answer. No sentence contains a value.
    """
    if len(answers) > MOST_AT_ONCE:
        raise AnswerError(problem("errors.answers.too_many", most=MOST_AT_ONCE))
    problems: list[Problem] = []
    instruments: list[str] = []
    seen: dict[str, GivenAnswer] = {}
    for position, answer in enumerate(answers, start=1):
        found = bank.find(answer.item, answer.occasion)
        problems += [
            problem(f"errors.answers.{key}", position=position, item=_shown(answer.item))
            for key in _problems(answer, found, bank)
        ]
        if isinstance(answer.operation_id, str) and seen.setdefault(answer.operation_id, answer) != answer:
            problems.append(problem("errors.answers.same_operation", position=position))
        instruments.append(found[0] if found else "")
    if problems:
        raise AnswerError(problems)
    return instruments


def is_occasion(text: object) -> bool:
    """Tell whether a text names an occasion, such as ``'assessment-1'`` or ``'week-12'``.

    >>> is_occasion("assessment-1"), is_occasion("assessment-0"), is_occasion("../x")
    (True, False, False)
    """
    return isinstance(text, str) and _OCCASION.fullmatch(text) is not None


def is_operation_id(text: object) -> bool:
    """Tell whether a text can stand as a client's operation id: 1–80 plain characters.

    >>> is_operation_id("op-1"), is_operation_id("a/b")
    (True, False)
    """
    return isinstance(text, str) and _OPERATION.fullmatch(text) is not None


def lay_out(
    answers: Sequence[GivenAnswer], instruments: Sequence[str], *, couple_id: str, person_id: str
) -> pd.DataFrame:
    """Answers in the order given → `frames.RESPONSES` rows, the latest per occasion, item and version.

    Parameters
    ----------
    answers : sequence of GivenAnswer
        Checked answers, oldest first.
    instruments : sequence of str
        The instrument id of each, from `check_answers`.
    """
    latest = {
        (answer.occasion, answer.item, answer.version or FIRST): (answer, instrument)
        for answer, instrument in zip(answers, instruments, strict=True)
    }
    if not latest:
        return frames.empty(frames.RESPONSES)
    kept = list(latest.values())
    columns = {
        "couple_id": couple_id,
        "person_id": person_id,
        "occasion": [answer.occasion for answer, _ in kept],
        "instrument": [instrument for _, instrument in kept],
        "item": [answer.item for answer, _ in kept],
        "value": pd.array([answer.value for answer, _ in kept], dtype="Int16"),
        "declined": pd.array([answer.declined for answer, _ in kept], dtype="boolean"),
        "not_arisen": pd.array([answer.not_arisen for answer, _ in kept], dtype="boolean"),
        "version": [answer.version or FIRST for answer, _ in kept],
    }
    return frames.check(pd.DataFrame(columns), frames.RESPONSES)


def count_answers(responses: pd.DataFrame, keys: Collection[tuple[str, str]], occasion: str) -> Completeness:
    """Return how many of these items are answered, declined, did not come up or are open for one occasion.

    Parameters
    ----------
    responses : DataFrame
        One person's `frames.RESPONSES`.
    keys : collection of (item id, version)
        See `workbook.instruments.model.Item.key`; e.g. of one chapter.

    Examples
    --------
    >>> count_answers(frames.empty(frames.RESPONSES), {("a", "1.0"), ("b", "2.0")}, "assessment-1")
    Completeness(answered=0, declined=0, open=2, not_arisen=0)
    """
    own = asked_in(responses[(responses["occasion"] == occasion).to_numpy(dtype=bool)], keys)
    answered = int(own["value"].notna().sum())
    declined = int((own["value"].isna() & own["declined"]).sum())
    not_arisen = int((own["value"].isna() & own["not_arisen"]).sum())
    return Completeness(answered, declined, len(set(keys)) - answered - declined - not_arisen, not_arisen)


def _problems(answer: GivenAnswer, found: tuple[str, Item] | None, bank: ItemBank) -> list[str]:
    keys = []
    if not is_operation_id(answer.operation_id):
        keys.append("bad_operation")
    if not is_occasion(answer.occasion) or not _is_asked_on(answer.occasion, found, bank):
        keys.append("bad_occasion")
    if found is None:
        keys.append("unknown_item")
    elif answer.value is not None and not _is_choice(answer.value, found[1]):
        keys.append("outside_scale")
    if not isinstance(answer.declined, bool) or not isinstance(answer.not_arisen, bool):
        keys.append("outside_scale")
    elif (answer.value is not None) + answer.declined + answer.not_arisen > 1:
        keys.append("declined_with_value")
    elif answer.not_arisen and found is not None and not found[1].may_not_arise:
        keys.append("outside_scale")
    if found is not None and answer.version not in ("", found[1].version):
        keys.append("other_version")
    return keys


def _is_asked_on(occasion: str, found: tuple[str, Item] | None, bank: ItemBank) -> bool:
    """Tell whether an item is asked on this kind of occasion: that of a week, or that of a whole round."""
    if found is None:
        return True  # that nobody knows the item is said already
    kind = "week" if bank.instruments[found[0]].occasion == "weekly" else "assessment"
    return occasion.rpartition("-")[0] == kind


def _is_choice(value: object, item: Item) -> bool:
    # True == 1 in Python, and 3.0 == 3: neither is an answer somebody gave.
    return type(value) is int and value in item.scale.values  # noqa: PD011  a tuple, no frame


def _shown(item_id: object) -> str:
    """Return an item id fit to be repeated in a sentence: whatever came, it is short and printable."""
    if not isinstance(item_id, str):
        return "?"
    return "".join(character if character.isprintable() else "?" for character in item_id[:60])
