"""A couple's table: its contents are a fold of its log, and of nothing else (event sourcing)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workbook.exercises import PASSING, TAKES_OFF, over
from workbook.frames import occasion_number
from workbook.service.couple.records import SEALED
from workbook.service.formats.publications import Published, as_published, publication_to_json
from workbook.service.formats.rows import read_row, write_row
from workbook.service.formats.values import Event, ExerciseChoice, Table
from workbook.sharing import WEEKS, Publication
from workbook.storage.base import Entry, Row, Store, day_of

PUBLICATION, OPENED, CLOSED, EVENT, UNPAIRED = "publication", "opened", "closed", "event", "unpaired"
JOINT_CHOICE = "joint choice"
Round = tuple[str, str]


def table_log(couple_id: str) -> str:
    """Return the name of a couple's table log."""
    return f"table/{couple_id}"


def audit_log(couple_id: str) -> str:
    """Return the name of a couple's audit log: acts at the table, which both may read."""
    return f"audit/{couple_id}"


@dataclass(slots=True)
class Fold:
    """A table log folded: rounds, where each publication's row lies, and joint events.

    ``closed`` counts closed rounds by (instrument, occasion); the standing round is that plus one.
    ``opened_at`` is the day on which each was opened last: the hour would tell when the second decided.
    Of one person's publications of a round the last counts: it replaces the others. ``last_before`` is the
    number of the last round that ever lay open before rows said the version of what was asked.
    """

    opened: dict[Round, int] = field(default_factory=dict)
    opened_at: dict[Round, datetime] = field(default_factory=dict)
    closed: dict[Round, int] = field(default_factory=dict)
    publications: dict[tuple[str, str, int], list[tuple[int, dict[str, Any]]]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    choices: dict[ExerciseChoice, bool] = field(default_factory=dict)
    last_before: int = 0

    def standing_round(self, key: Round) -> int:
        """Return the number of the round that stands now: closing one begins the next."""
        return self.closed.get(key, 0) + 1

    def is_open(self, key: Round) -> bool:
        """Tell whether both have revealed, and neither has taken it back."""
        return self.opened.get(key, 0) == self.standing_round(key)

    def publication_rows(self, key: Round, round: int) -> list[int]:
        """Sequences of a round's publications that still hold something."""
        return [sequence for sequence, _ in self.publications.get((*key, round), [])]

    def left_behind(self) -> list[int]:
        """Return what is over but not destroyed: publications of closed rounds, words taken back."""
        rows = words_taken_off(self.events)
        for instrument, occasion, round in self.publications:
            if round < self.standing_round((instrument, occasion)):
                rows += self.publication_rows((instrument, occasion), round)
        return rows

    def standing_choices(self) -> set[ExerciseChoice]:
        """Return what both chose about exercises and neither has taken back."""
        return {about for about, stands in self.choices.items() if stands}

    def table(self) -> Table:
        """Return what lies on the table now."""
        is_open = sorted(key for key in self.opened if self.is_open(key))
        open_rounds = [key for key in is_open if key[1] != WEEKS]
        choices = tuple(sorted(self.standing_choices()))
        opened_at = tuple(self.opened_at[key] for key in open_rounds)
        return Table(
            self._laid(open_rounds),
            tuple(self.events),
            tuple(open_rounds),
            choices,
            opened_at=opened_at,
            weeks=self._laid([key for key in is_open if key[1] == WEEKS]),
        )

    def _laid(self, rounds: Sequence[Round]) -> tuple[Published, ...]:
        return tuple(
            as_published(content)
            for key in rounds
            for _, content in self.publications.get((*key, self.standing_round(key)), [])
        )


def words_taken_off(events: Sequence[Event]) -> list[int]:
    """Sequences of events whose words the one who wrote them took back, or which are over."""
    taken = {
        (event.person_id, event.payload[TAKES_OFF[event.kind]]) for event in events if event.kind in TAKES_OFF
    }
    passed = over(events)
    return [
        event.sequence
        for event in events
        if (event.person_id, event.operation_id) in taken
        or (event.operation_id in passed and event.kind in PASSING)
    ]


def fold_table(rows: Sequence[Row]) -> Fold:
    """Fold a table log, opened. What was forgotten is passed over, and what nobody has opened."""
    fold = Fold()
    for row in rows:
        if row.payload is None or row.kind == SEALED:
            continue
        content = read_row(row.payload)
        if row.kind == PUBLICATION:
            _lay(fold, row.sequence, content)
        elif row.kind in (OPENED, CLOSED):
            rounds = fold.opened if row.kind == OPENED else fold.closed
            rounds[content["instrument"], content["occasion"]] = content["round"]
            if row.kind == OPENED:
                fold.opened_at[content["instrument"], content["occasion"]] = day_of(row.at)
            if row.kind == OPENED and "version" not in content:
                fold.last_before = max(fold.last_before, _round_number(content["occasion"]))
        elif row.kind == JOINT_CHOICE:
            fold.choices[content["exercise"], content["choice"]] = content["stands"]
        elif row.kind == EVENT:
            fold.events.append(_event(row, content))
    return fold


def _round_number(occasion: str) -> int:
    return occasion_number(occasion) if occasion.startswith("assessment-") else 0


def _lay(fold: Fold, sequence: int, content: dict[str, Any]) -> None:
    key = (content["instrument"], content["occasion"], content["round"])
    others = [one for one in fold.publications.get(key, []) if one[1]["person_id"] != content["person_id"]]
    fold.publications[key] = [*others, (sequence, content)]


def publication_entry(publication: Publication) -> Entry:
    """Return one partner's part of an opened round. The id is the same however often it is tried."""
    of = f"{publication.instrument}/{publication.occasion}/{publication.round}/{publication.person_id}"
    content = write_row(publication_to_json(publication))
    return Entry(table_log(publication.couple_id), f"publication/{of}", PUBLICATION, content)


def round_entry(couple_id: str, kind: str, key: Round, round: int, version: str = "") -> Entry:
    """Return the row that opens or closes a round. It never says whose doing it was.

    One that opens says in which ``version`` of the instrument.
    """
    content: dict[str, Any] = {"instrument": key[0], "occasion": key[1], "round": round}
    if version:
        content["version"] = version
    return Entry(table_log(couple_id), f"{kind}/{key[0]}/{key[1]}/{round}", kind, write_row(content))


def choice_entry(couple_id: str, about: ExerciseChoice, *, stands: bool) -> Entry:
    """Return the row of a choice that both made, or that was taken back. It never says who was first."""
    content = {"exercise": about[0], "choice": about[1], "stands": stands}
    return Entry(table_log(couple_id), uuid.uuid4().hex, JOINT_CHOICE, write_row(content))


def unpaired_entry(couple_id: str) -> Entry:
    """Return the row that notifies both open pages that the table is closed."""
    return Entry(table_log(couple_id), UNPAIRED, UNPAIRED, b"{}")


def event_entry(couple_id: str, event: Event) -> Entry:
    """Return a joint event. Ids of different people never meet, so nobody can answer for the other."""
    content = {
        "kind": event.kind,
        "payload": event.payload,
        "operation_id": event.operation_id,
        "person_id": event.person_id,
    }
    return Entry(
        table_log(couple_id), f"event/{event.person_id}/{event.operation_id}", EVENT, write_row(content)
    )


def audit_entry(couple_id: str, operation_id: str, what: str, **about: Any) -> Entry:
    """Return an audit row of an act at the table."""
    return Entry(audit_log(couple_id), operation_id, what, write_row(about))


def read_fold(store: Store, couple_id: str) -> Fold:
    """Read and fold a couple's table."""
    return fold_table(store.read(table_log(couple_id)))


def event_of(row: Row) -> Event:
    """Return the joint event that a table row holds."""
    return _event(row, read_row(row.payload or b"{}"))


def _event(row: Row, content: dict[str, Any]) -> Event:
    return Event(
        content["kind"],
        content["payload"],
        content["operation_id"],
        row.sequence,
        content["person_id"],
        row.at,
    )
