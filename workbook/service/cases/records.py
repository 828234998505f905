"""What a therapist's own drawer keeps of their practice: cases, ticks, marks of sessions, the policy.

All are rows of a log, sealed like a partner's: that there are many is no secret of anybody's.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from workbook.content.practice import practice_offer
from workbook.errors import AccessError, CaseError, Problem, problem
from workbook.service.couple.records import CASE, CASE_TICK, POLICY, SESSION_MARK, Record
from workbook.service.formats.case_values import Policy, SessionMark

LONGEST_LABEL, LONGEST_POLICY = 80, 2_000


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One case of a therapist's. ``key`` opens its board; once it ``is_closed`` nobody's grants hold."""

    case_id: str
    label: str
    code: str
    key: str
    made: str
    is_closed: bool = False

    def record(self) -> Record:
        """Return it as a record of the drawer."""
        return Record(CASE, secrets.token_hex(16), asdict(self))


@dataclass(frozen=True, slots=True)
class PracticeFold:
    """All that a drawer says of a practice: cases by id, oldest first, what is ticked, what was marked."""

    policy: Policy = field(default_factory=Policy)
    cases: Mapping[str, CaseRecord] = field(default_factory=dict)
    ticks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    marks: Mapping[str, tuple[SessionMark, ...]] = field(default_factory=dict)

    def case(self, case_id: object) -> CaseRecord:
        """Return a case that is open.

        Raises
        ------
        AccessError
            There is no such case, or it is another therapist's, which is the same.
        """
        found = self.cases.get(case_id) if isinstance(case_id, str) else None
        if found is None or found.is_closed:
            raise AccessError(problem("errors.access.not_yours"))
        return found


def fold_practice(records: Iterable[Record]) -> PracticeFold:
    """Return what the records of a therapist's drawer amount to; of two about one thing, the last counts."""
    policy, cases = Policy(), dict[str, CaseRecord]()
    marks: dict[str, dict[str, SessionMark]] = {}
    ticks: dict[str, dict[str, bool]] = {}
    for record in records:
        about = dict(record.payload)
        case_id = about.get("case_id", "")
        if record.kind == POLICY:
            policy = Policy(**about)
        elif record.kind == CASE:
            cases[case_id] = CaseRecord(**about)
        elif record.kind == CASE_TICK:
            ticks.setdefault(case_id, {})[about["tick"]] = about["stands"]
        elif record.kind == SESSION_MARK:
            marks.setdefault(case_id, {})[about["mark"]["session_id"]] = _mark(about["mark"])
    standing = {one: tuple(tick for tick, on in kept.items() if on) for one, kept in ticks.items()}
    return PracticeFold(policy, cases, standing, {one: tuple(kept.values()) for one, kept in marks.items()})


def new_case(label: str, code: str, key: bytes) -> CaseRecord:
    """Return a case of today."""
    day = datetime.now(UTC).date().isoformat()
    return CaseRecord(secrets.token_hex(12), label, code, key.hex(), day)


def check_label(label: object) -> str:
    """Return a label as it is kept.

    Raises
    ------
    AccessError
        It is empty, or too long.
    """
    kept = " ".join(label.split()) if isinstance(label, str) else ""
    if not kept:
        raise CaseError(problem("errors.case.no_label"), about=["label"])
    if len(kept) > LONGEST_LABEL:
        raise CaseError(problem("errors.events.too_long", field="label", most=LONGEST_LABEL), about=["label"])
    return kept


def problems_of_words(words: object, field: str, most: int) -> list[Problem]:
    """Return what is wrong with words that somebody typed: that they are none, or too many."""
    if isinstance(words, str) and len(words) <= most:
        return []
    return [problem("errors.events.too_long", field=field, most=most)]


def problems_of_policy(choice: object, words: object, kept_days: object) -> list[Problem]:
    """Return all that is wrong with a policy as it came from a page."""
    offer, wrong = practice_offer(), problems_of_words(words, "words", LONGEST_POLICY)
    if choice not in offer.policies:
        wrong.append(problem("errors.events.not_allowed", field="choice"))
    if type(kept_days) is not int or kept_days not in offer.kept_days:
        wrong.append(problem("errors.events.not_allowed", field="kept_days"))
    return wrong


def tick_record(case_id: str, tick: str, *, stands: bool) -> Record:
    """Return the record of a tick, or that it was taken back."""
    return Record(CASE_TICK, secrets.token_hex(16), {"case_id": case_id, "tick": tick, "stands": stands})


def mark_record(case_id: str, mark: SessionMark) -> Record:
    """Return the record of a session that was; once for each, whoever ends it twice."""
    return Record(SESSION_MARK, f"mark-{mark.session_id}", {"case_id": case_id, "mark": asdict(mark)})


def policy_record(policy: Policy) -> Record:
    """Return the record of a policy."""
    return Record(POLICY, secrets.token_hex(16), asdict(policy))


def _mark(content: Mapping[str, Any]) -> SessionMark:
    lists = {"steps": tuple(content["steps"]), "revealed": tuple(content["revealed"])}
    return SessionMark(**{**content, **lists})
