"""What each may do alone: block, part, leave, erase, and take their own data.

Each act is one write: what decides it, and the destruction of all that it ends. An erased drawer goes with
the wrapped keys that alone could open it (crypto-shredding). Only the note that a couple has parted, which no
backup takes back, lies elsewhere; a start makes good what is missing there.
"""

import hmac
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from workbook.errors import AccessError, ConflictError, problem
from workbook.service.cases.place import place_cell
from workbook.service.couple import rounds
from workbook.service.couple.drawer_contents import answer_in
from workbook.service.couple.drawers import Drawer, drawer_log, private_cell
from workbook.service.couple.events import without_free_text
from workbook.service.couple.records import (
    ANSWER,
    BLOCK,
    BOOKMARK,
    DECISION,
    DRAFT,
    GRANT,
    HELD,
    HOMEWORK_ASIDE,
    LEFT,
    PRIVATE_COPY,
    SEALED,
    WAITING,
    Record,
)
from workbook.service.couple.tables import (
    PUBLICATION,
    UNPAIRED,
    audit_entry,
    audit_log,
    fold_table,
    table_log,
    unpaired_entry,
    words_taken_off,
)
from workbook.service.couple.waiting import pending_log, waiting_cell
from workbook.service.formats.publications import publication_to_json
from workbook.service.formats.rows import event_to_json, read_row
from workbook.service.formats.values import Event, Table
from workbook.service.identity import moving
from workbook.service.identity.directory import (
    Account,
    Directory,
    account_entry,
    account_log,
    code_log,
    couple_entries,
    couple_log,
    erased_entry,
    fold_account,
    fold_couple,
    member_entry,
    older_rows,
    unpaired_entries,
)
from workbook.service.identity.wrong_tries import tries_log
from workbook.service.studies.blob import given_cell, research_log
from workbook.storage.base import Row, Store, Writing
from workbook.storage.deciding import Seen, decide_and_write

UNTOLD = (PRIVATE_COPY, BOOKMARK, BLOCK, GRANT, HELD, DRAFT, WAITING, HOMEWORK_ASIDE, LEFT)
"""Kinds of a drawer that its person does not take along: the page of the asking alone tells of a copy.
What was not sent is nobody's to ask for."""
LED_OF_256 = 192
"""Draws of 256 in which a section that is called for leads the page "Just for me"."""


def blocks_log(couple_id: str) -> str:
    """Return the name of the log that said who blocks whose words, before that lay in drawers."""
    return f"blocks/{couple_id}"


def parting_logs(couple_id: str) -> list[str]:
    """Return the logs on which parting rests."""
    return [couple_log(couple_id), table_log(couple_id), pending_log(couple_id)]


def parting(store: Store, couple_id: str, seen: Seen, *, can_seal: bool = True) -> Writing:
    """Return what closes the table: every round shuts, nothing pending remains, nothing more is taken.

    Where nobody ``can_seal`` what is added to the table, nothing is; what closes a round from which all was
    destroyed is then left to the next of the two who can (`.tending`).
    """
    if fold_couple(seen[couple_log(couple_id)]).is_unpaired:
        return Writing()
    fold = fold_table(seen[table_log(couple_id)])
    shut = [key for key in fold.opened if fold.is_open(key)]
    closing = [
        entry for key in shut for entry in rounds.closing_entries(couple_id, key, fold.standing_round(key))
    ]
    added = [unpaired_entry(couple_id), *closing, audit_entry(couple_id, UNPAIRED, UNPAIRED)]
    entries = [*unpaired_entries(couple_id), *(added if can_seal else ())]
    laid = [sequence for rows in fold.publications.values() for sequence, _ in rows]
    waited = [row.sequence for row in seen[pending_log(couple_id)] if row.payload is not None]
    gone = {table_log(couple_id): [*laid, *words_taken_off(fold.events)], pending_log(couple_id): waited}
    return Writing.of(Writing(entries, gone), removing(store, store.cells(waiting_cell(couple_id, ""))))


def removing(store: Store, cells: Iterable[str]) -> Writing:
    """Return what removes those of these cells that are there, for good."""
    there = [cell for cell in map(store.read_cell, cells) if cell.content is not None]
    return Writing(cells={cell.name: None for cell in there}, seen={cell.name: cell.stamp for cell in there})


def note_parted(store: Store, couple_id: str) -> None:
    """Note apart from the data that two have parted, so that no backup pairs them again."""
    store.mark_ended(_pair(couple_id))


def keep_apart(store: Store, directory: Directory) -> None:
    """Part again whoever had parted when a backup from before was restored; note all who have parted.

    It opens no couple's log: the names of logs and the notes are enough to know where one is missing.
    """
    names = {_pair(couple_id): couple_id for couple_id in directory.couples()}
    ended = {names[name] for name in store.ended_among(names)}
    parted = directory.parted()
    for couple_id in sorted(parted - ended):
        note_parted(store, couple_id)
    for couple_id in sorted(ended - parted):
        decide_and_write(store, parting_logs(couple_id), partial(parting, store, couple_id, can_seal=False))


def _pair(couple_id: str) -> str:
    return f"pair {couple_id}"


def moving_logs(person_id: str, code: str) -> list[str]:
    """Return the logs on which moving somebody into a new couple of their own rests."""
    return [account_log(person_id), code_log(code)]


def moving_out(person_id: str, couple_id: str, code: str, seen: Seen) -> Writing:
    """Return what puts somebody into a new couple of their own, found by a code that is nobody else's.

    Raises
    ------
    AccessError
        The account was erased.
    ConflictError
        Somebody was given this very code before.
    """
    log, named = account_log(person_id), code_log(code)
    account = fold_account(seen[log])
    if account is None:
        raise AccessError(problem("errors.access.ended"))
    if seen[named]:
        raise ConflictError(problem("errors.storage.conflict"), logs=[named])
    moved = replace(account, couple_id=couple_id, place="a", version=account.version + 1)
    entries = [*couple_entries(couple_id, code), member_entry(couple_id, person_id)]
    return Writing([*entries, account_entry(moved)], superseded={log: older_rows(seen[log])})


def giving_up_key(person_id: str, couple_id: str, seen: Seen) -> Writing:
    """Return what destroys somebody's own copy of the key to what they had together."""
    log = couple_log(couple_id)
    return Writing(
        forget={log: [row.sequence for row in seen[log] if row.operation_id == f"key/{person_id}"]}
    )


def erasing_logs(directory: Directory, person_id: str, couple_id: str) -> list[str]:
    """Return the logs that erasing somebody rests on: all with anything of theirs; the other's account."""
    others = [account_log(other) for other in directory.pair(couple_id).people]
    own = [account_log(person_id), drawer_log(person_id), research_log(person_id), tries_log(person_id)]
    shared = [audit_log(couple_id), blocks_log(couple_id)]
    return [*dict.fromkeys([*own, *others]), *parting_logs(couple_id), *shared]


def erasing(store: Store, person_id: str, couple_id: str, seen: Seen, *, can_seal: bool = True) -> Writing:
    """Return what destroys an account, its drawer and its rows on the table; the other's drawer stays whole.

    Of account, drawer and place in a study even what was destroyed before is named: a backup may hold it.
    """
    account, drawer = account_log(person_id), drawer_log(person_id)
    gone = {
        account: [row.sequence for row in seen[account] if row.kind != "erased"],
        drawer: [row.sequence for row in seen[drawer]],
        tries_log(person_id): [row.sequence for row in seen[tries_log(person_id)]],
        research_log(person_id): [row.sequence for row in seen[research_log(person_id)]],
        couple_log(couple_id): _where(
            seen[couple_log(couple_id)], lambda _kind, content: content.get("person_id") == person_id
        ),
    }

    def is_own(kind: str, content: Mapping[str, Any]) -> bool:
        return kind != PUBLICATION and content.get("person_id") == person_id

    for log in (table_log, audit_log, pending_log, blocks_log):
        is_over = (lambda *_: True) if _is_last(person_id, couple_id, seen) else is_own
        gone[log(couple_id)] = _where(seen[log(couple_id)], is_over)
    return Writing.of(
        Writing([erased_entry(person_id, couple_id)], gone),
        moving.rows_about(store, person_id),
        removing(store, [private_cell(person_id), given_cell(person_id), place_cell(person_id)]),
        parting(store, couple_id, seen, can_seal=can_seal),
    )


def destroy_remains(store: Store, directory: Directory, person_id: str, couple_id: str) -> None:
    """Destroy what is left of somebody who was erased. Doing it again is harmless."""
    logs = erasing_logs(directory, person_id, couple_id)
    decide_and_write(store, logs, partial(erasing, store, person_id, couple_id, can_seal=False))


def _is_last(person_id: str, couple_id: str, seen: Seen) -> bool:
    """Tell whether nobody else is left of a couple who could read the rest."""
    for other in fold_couple(seen[couple_log(couple_id)]).people:
        if other != person_id:
            rows = seen.get(account_log(other))
            account = None if rows is None else fold_account(rows)
            if rows is None or (account is not None and account.couple_id == couple_id):
                return False
    return True


def block(drawer: Drawer, *, blocked: bool) -> None:
    """Keep in somebody's own drawer whether they block the other's words, where nobody else is shown it."""
    if blocked != is_blocking(drawer):
        drawer.add([Record(BLOCK, uuid.uuid4().hex, {"blocked": blocked})])


def is_blocking(drawer: Drawer) -> bool:
    """Tell whether somebody blocks the other's words now."""
    blocks = [record.payload["blocked"] for record in drawer.records() if record.kind == BLOCK]
    return bool(blocks and blocks[-1])


def take_in_blocks(store: Store, couple_id: str, drawer: Drawer) -> None:
    """Move what somebody blocked from the couple's log, where it lay before, into their drawer."""
    log = blocks_log(couple_id)
    rows = [(row.sequence, read_row(row.payload)) for row in store.read(log) if row.payload is not None]
    own = [(sequence, content) for sequence, content in rows if content["person_id"] == drawer.person_id]
    if own:
        block(drawer, blocked=own[-1][1]["blocked"])
        store.write((), forget={log: [sequence for sequence, _ in own]})


def as_read_by(table: Table, drawer: Drawer) -> Table:
    """Return the table without the other's words, where its reader blocks them."""
    reader = drawer.person_id
    return without_words(table, of=lambda writer: writer != reader) if is_blocking(drawer) else table


def without_words(table: Table, of: Callable[[str], bool] = lambda _writer: True) -> Table:
    """Return the table without what these people typed; by default without anybody's.

    So it is read at one device: were only blocked words left out there, the other, who sits
    beside, would learn of the blocking.
    """

    def heard(event: Event) -> Event:
        is_own = not of(event.person_id)
        return replace(event, payload=without_free_text(event.kind, event.payload, of_others=is_own))

    laid = tuple(replace(one, words={}) if of(one.person_id) else one for one in table.published)
    return replace(table, published=laid, events=tuple(heard(event) for event in table.events))


def gather(account: Account, drawer: Drawer, table: Table, private: set[str]) -> dict[str, Any]:
    """Return all of one person's own, as plain JSON; see `Service.my_data`."""
    own = [record for record in drawer.records() if record.kind not in UNTOLD]
    shown = [record for record in own if record.payload.get("instrument") not in private]
    records = [
        {"kind": record.kind, "at": record.at.isoformat() if record.at else None}
        | {name: value for name, value in _whole(record).items() if name != "restored"}
        for record in shown
    ]
    return {
        "name": account.name,
        "answers": [record for record in records if record["kind"] == "answer"],
        "decisions": [record for record in records if record["kind"] == DECISION],
        "audit": [record for record in records if record["kind"] == "audit"],
        "events": [record for record in records if record["kind"] not in ("answer", "audit", DECISION)],
        "published": [
            publication_to_json(publication)
            for publication in (*table.publications, *table.lines)
            if publication.person_id == account.person_id
        ],
        "on_the_table": [
            event_to_json(event) for event in table.events if event.person_id == account.person_id
        ],
    }


def _whole(record: Record) -> Mapping[str, Any]:
    return answer_in(record.payload) if record.kind == ANSWER else record.payload


def order_sections(secret: bytes, sections: Sequence[str], first: Sequence[str], period: str) -> list[str]:
    """Return sections in an order of the person's own that is drawn anew in each period.

    The draw is keyed by ``secret``, which nobody has but who opens their drawer: who could compute the
    order without a ``first`` beforehand would see by one look whether there was one.

    With ``first``, one of these leads in about three periods of four; else, and for everybody
    without it, chance alone decides who leads. So no single look tells whether there was a ``first``,
    and that the order has changed tells nothing.

    >>> sorted(order_sections(b"secret", ["a", "b", "c"], [], "2026-47"))
    ['a', 'b', 'c']
    >>> {order_sections(b"secret", ["a", "b"], ["b"], f"{year}")[0] for year in range(20)} == {"a", "b"}
    True
    """

    def drawn(what: str) -> bytes:
        return hmac.digest(secret, f"{period}\n{what}".encode(), "sha256")

    order = sorted(sections, key=lambda section: drawn(f"place of {section}"))
    called = [section for section in order if section in first]
    if called and drawn("who leads")[0] < LED_OF_256:
        order.remove(called[0])
        order.insert(0, called[0])
    return order


def _where(rows: Sequence[Row], matches: Callable[[str, Mapping[str, Any]], bool]) -> list[int]:
    """Sequences of those rows that hold something, and that match by kind and content.

    A row that is sealed still, since nobody is there to open it, is left to who can: see `.tending`.
    """
    return [
        row.sequence
        for row in rows
        if row.payload is not None
        and row.kind != SEALED
        and matches(row.kind, read_row(row.payload) if row.payload else {})
    ]
