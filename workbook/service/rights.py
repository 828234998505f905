"""What each may do alone: block, unpair, leave, erase, and take their own data.

Whatever takes several writes begins with one append that decides it; the rest only destroys,
and is done again at start if a crash cut it short.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbook.service.cases import therapists
from workbook.service.couple import rounds
from workbook.service.couple.drawers import BOOKMARK, PRIVATE_COPY, Drawer, drawer_log
from workbook.service.couple.events import without_free_text
from workbook.service.couple.tables import (
    CLOSED,
    PUBLICATION,
    UNPAIRED,
    Fold,
    audit_entry,
    audit_log,
    round_entry,
    table_log,
    unpaired_entry,
)
from workbook.service.identity.directory import Account, Directory
from workbook.service.rows import event_to_json, publication_to_json, read_row, write_row
from workbook.service.studies import given
from workbook.service.values import Event, Table
from workbook.storage.base import Entry, Store

BLOCK = "block"
UNTOLD = (PRIVATE_COPY, BOOKMARK)
"""Kinds of a drawer that its person does not take along: the page of the asking alone tells of a copy."""
LED_OF_256 = 192
"""Draws of 256 in which a section that is called for leads the page "Just for me"."""


def blocks_log(couple_id: str) -> str:
    """The name of the log that says who blocks whose words; nobody is shown it."""
    return f"blocks/{couple_id}"


def unpair(store: Store, directory: Directory, couple_id: str, also: Sequence[Entry] = ()) -> None:
    """Close the table: every round shuts, nothing pending remains, nothing more is taken."""
    fold = rounds.settle(store, couple_id)
    entries = [*also, directory.unpaired_entry(couple_id), unpaired_entry(couple_id)]
    entries += _closing(fold, couple_id)
    entries.append(audit_entry(couple_id, UNPAIRED, UNPAIRED))
    store.append(entries)
    rounds.drop_pending(store, couple_id)
    rounds.settle(store, couple_id)
    therapists.tidy(store, directory)
    store.mark_ended(_pair(couple_id))


def keep_apart(store: Store, directory: Directory) -> None:
    """Part again whoever had parted when a backup from before was restored; note all who have parted.

    The note is written after the parting itself, and here where a crash came between the two.
    """
    names = {_pair(couple_id): couple_id for couple_id in directory.couples()}
    ended = store.ended_among(names)
    for name, couple_id in names.items():
        if directory.is_unpaired(couple_id) and name not in ended:
            store.mark_ended(name)
        elif name in ended and not directory.is_unpaired(couple_id):
            unpair(store, directory, couple_id)


def _pair(couple_id: str) -> str:
    return f"pair {couple_id}"


def erase(store: Store, directory: Directory, account: Account) -> None:
    """Destroy an account, its drawer and its rows on the table; the other's drawer stays whole.

    What restoring a backup set aside goes first: it holds the same, and no start would look for it.
    """
    store.drop_set_aside()
    unpair(store, directory, account.couple_id, [directory.erased_entry(account)])
    destroy_remains(store, directory, account.person_id, account.couple_id)


def destroy_remains(store: Store, directory: Directory, person_id: str, couple_id: str) -> None:
    """Destroy everything of somebody who was erased. Doing it again is harmless."""
    _forget_where(store, drawer_log(person_id), lambda _kind, _content: True)
    given.destroy(store, person_id)

    def is_own(kind: str, content: Mapping[str, Any]) -> bool:
        return kind != PUBLICATION and content.get("person_id") == person_id

    is_last = not directory.accounts_of(couple_id)  # then nobody is left who could read the rest
    for log in (table_log, audit_log, rounds.pending_log, blocks_log):
        _forget_where(store, log(couple_id), (lambda _kind, _content: True) if is_last else is_own)
    rounds.settle(store, couple_id)
    directory.tidy()


def block(store: Store, couple_id: str, person_id: str, operation_id: str, *, blocked: bool) -> None:
    """Remember whether somebody blocks the other's words, where nobody is shown it."""
    content = {"person_id": person_id, "blocked": blocked}
    store.append([Entry(blocks_log(couple_id), operation_id, BLOCK, write_row(content))])


def who_blocks(store: Store, couple_id: str) -> set[str]:
    """Who of a couple blocks the other's words now."""
    standing: dict[str, bool] = {}
    for row in store.read(blocks_log(couple_id)):
        if row.payload is not None:
            content = read_row(row.payload)
            standing[content["person_id"]] = content["blocked"]
    return {person_id for person_id, blocked in standing.items() if blocked}


def as_read_by(table: Table, reader: str, blocking: set[str]) -> Table:
    """The table without the other's words, where its reader blocks them."""
    return without_words(table, of=lambda writer: writer != reader) if reader in blocking else table


def without_words(table: Table, of: Callable[[str], bool] = lambda _writer: True) -> Table:
    """The table without what these people typed; by default without anybody's.

    So it is read at one device: were only blocked words left out there, the other, who sits
    beside, would learn of the blocking.
    """

    def heard(event: Event) -> Event:
        return (
            replace(event, payload=without_free_text(event.kind, event.payload))
            if of(event.person_id)
            else event
        )

    return replace(table, events=tuple(heard(event) for event in table.events))


def gather(account: Account, drawer: Drawer, table: Table, private: set[str]) -> dict[str, Any]:
    """All of one person's own, as plain JSON; see `Service.my_data`."""
    own = [record for record in drawer.records() if record.kind not in UNTOLD]
    shown = [record for record in own if record.payload.get("instrument") not in private]
    records = [
        {"kind": record.kind, "at": record.at.isoformat() if record.at else None, **record.payload}
        for record in shown
    ]
    return {
        "name": account.name,
        "answers": [record for record in records if record["kind"] == "answer"],
        "decisions": [record for record in records if record["kind"] == rounds.DECISION],
        "audit": [record for record in records if record["kind"] == "audit"],
        "events": [
            record for record in records if record["kind"] not in ("answer", "audit", rounds.DECISION)
        ],
        "published": [
            publication_to_json(publication)
            for publication in table.publications
            if publication.person_id == account.person_id
        ],
        "on_the_table": [
            event_to_json(event) for event in table.events if event.person_id == account.person_id
        ],
    }


def order_sections(person_id: str, sections: Sequence[str], first: Sequence[str], period: str) -> list[str]:
    """Sections in an order of the person's own that is drawn anew in each period.

    With ``first``, one of these leads in about three periods of four; else, and for everybody
    without it, chance alone decides who leads. So no single look tells whether there was a ``first``,
    and that the order has changed tells nothing.

    >>> sorted(order_sections("p_1", ["a", "b", "c"], [], "2026-47"))
    ['a', 'b', 'c']
    >>> {order_sections("p_1", ["a", "b"], ["b"], f"{year}")[0] for year in range(20)} == {"a", "b"}
    True
    """

    def drawn(what: str) -> bytes:
        return hashlib.sha256(f"{person_id}\n{period}\n{what}".encode()).digest()

    order = sorted(sections, key=lambda section: drawn(f"place of {section}"))
    called = [section for section in order if section in first]
    if called and drawn("who leads")[0] < LED_OF_256:
        order.remove(called[0])
        order.insert(0, called[0])
    return order


def _closing(fold: Fold, couple_id: str) -> list[Entry]:
    return [
        round_entry(couple_id, CLOSED, key, fold.standing_round(key))
        for key in fold.opened
        if fold.is_open(key)
    ]


def _forget_where(store: Store, log: str, matches: Any) -> None:
    rows = [row for row in store.read(log) if row.payload is not None]
    # A drawer's rows are sealed, and all of them go.
    contents: list[Mapping[str, Any]] = [
        {} if log.startswith("drawer/") else read_row(row.payload or b"{}") for row in rows
    ]
    over = [row.sequence for row, content in zip(rows, contents, strict=True) if matches(row.kind, content)]
    if over:
        store.forget(log, over)
