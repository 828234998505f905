"""What couples let a therapist read: the keys of what they opened to each other, sealed to that therapist.

A grant is each partner's alone: one row in a log of all grants, sealed to the therapist, and a record in the
person's own drawer of which row it is. It holds, for each publication that lay on the table at their last
act, the key of that very row, and no other key: no drawer, no decision, no words of exercises. So what is
taken off the table is gone for the therapist at the next read, whoever took it. A therapist reads a row
while both of a couple grant its key. What opens later is granted by each owner's own next sitting.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbook.errors import AccessError, WrongKeyError, problem
from workbook.service.cases.therapists import Therapist
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.records import GRANT, SEALED, Record
from workbook.service.couple.sealing import CoupleStore, open_by_row_key
from workbook.service.couple.tables import PUBLICATION, table_log
from workbook.service.formats import crypto
from workbook.service.formats.rows import dump, load, publication_from_json, read_row
from workbook.service.formats.values import Case, Table
from workbook.service.identity.directory import Directory
from workbook.storage.base import Entry, Row, Store, Writing

GRANTS = "grants"
Keys = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Grant:
    """What one person lets a therapist read: keys by the sealed names of rows on their table."""

    person_id: str
    couple_id: str
    keys: Keys


def keys_on_the_table(couple: CoupleStore, couple_id: str) -> dict[str, str]:
    """Return what there is to grant: the key of each publication that lies on the table, by its name."""
    return couple.row_keys(table_log(couple_id), PUBLICATION)


def granting(
    therapist: Therapist, drawer: Drawer, couple_id: str, keys: Keys, rows: Sequence[Row]
) -> Writing:
    """Return what lets one therapist, and no other, open these rows for this person; nothing if it stands.

    Parameters
    ----------
    rows : sequence of Row
        Of the log of all grants.

    Raises
    ------
    AccessError
        This therapist has no key pair yet: nothing can be sealed to them before they sign in.
    """
    standing = _standing(drawer, rows)
    about = {"therapist_id": therapist.person_id, "couple_id": couple_id, "rows": sorted(keys)}
    if standing is not None and about == {name: standing[name] for name in about}:
        return Writing()
    if therapist.keys is None:
        raise AccessError(problem("errors.account.therapist_first"), about=["code"])
    name = uuid.uuid4().hex
    content = dump({"person_id": drawer.person_id, "couple_id": couple_id, "keys": dict(keys)})
    sealed = crypto.seal_to(bytes.fromhex(therapist.keys.public), content, _bound_to(name))
    own = drawer.keeping([Record(GRANT, uuid.uuid4().hex, about | {"row": name})])
    before = [row.sequence for row in rows if standing and row.operation_id == standing["row"]]
    granted = Writing([Entry(GRANTS, name, SEALED, sealed)], superseded={GRANTS: before})
    return Writing.of(granted, own)


def ending(drawer: Drawer, rows: Sequence[Row]) -> Writing:
    """Return what ends whatever this person granted, and notes in their drawer that it did."""
    if _standing(drawer, rows) is None:
        return destroying(drawer, rows)
    ended = Record(GRANT, uuid.uuid4().hex, {"therapist_id": "", "couple_id": "", "rows": [], "row": ""})
    return Writing.of(drawer.keeping([ended]), destroying(drawer, rows))


def destroying(drawer: Drawer, rows: Sequence[Row]) -> Writing:
    """Return what destroys all that this person ever granted: also rows that only a backup holds still."""
    names = {record.payload["row"] for record in _records(drawer)} | _unsealed(drawer.person_id, rows).keys()
    return Writing(forget={GRANTS: [row.sequence for row in rows if row.operation_id in names]})


def granted_to(store: Store, drawer: Drawer) -> str | None:
    """Return the therapist whom this person lets read, if anybody."""
    standing = _standing(drawer, store.read(GRANTS))
    return standing["therapist_id"] if standing else None


def cases_of(store: Store, private: bytes) -> list[Case]:
    """Return what both of a couple let the therapist of this private key read: what they opened together."""
    directory = Directory(store)
    by_couple: dict[str, dict[str, Keys]] = {}
    for one in _opened(store.read(GRANTS), private):
        by_couple.setdefault(one.couple_id, {})[one.person_id] = one.keys
    found = (_case(store, directory, couple_id, people) for couple_id, people in by_couple.items())
    return [case for case in found if case is not None]


def granted_by_all(members: set[str], granting: set[str]) -> bool:
    """Tell whether everybody of a couple grants it."""
    return members <= granting


def tidy(store: Store, directory: Directory) -> None:
    """Destroy grants of an earlier version of those who have parted, left or were erased since."""
    rows = [row for row in store.read(GRANTS) if row.payload is not None and row.kind != SEALED]
    over = [row.sequence for row in rows if not _stands(directory, read_row(row.payload or b"{}"))]
    if over:
        store.write((), forget={GRANTS: over})


def _stands(directory: Directory, given: Mapping[str, Any]) -> bool:
    account = directory.account(given["person_id"])
    is_there = account is not None and account.couple_id == given["couple_id"]
    return is_there and not directory.is_unpaired(given["couple_id"])


def _case(store: Store, directory: Directory, couple_id: str, granted: Mapping[str, Keys]) -> Case | None:
    couple = directory.couple(couple_id)
    members = {member.person_id for member in couple.members}
    if couple.is_unpaired or len(members) < 2 or not granted_by_all(members, set(granted)):
        return None
    named = set.intersection(*(set(keys) for keys in granted.values()))
    keys = next(iter(granted.values()))
    rows = [row for row in store.read(table_log(couple_id)) if row.operation_id in named and row.payload]
    opened = [open_by_row_key(row, couple_id, bytes.fromhex(keys[row.operation_id])) for row in rows]
    laid = tuple(replace(publication_from_json(read_row(row.payload or b"{}")), words={}) for row in opened)
    open_rounds = sorted({(one.instrument, one.occasion) for one in laid})
    # Neither the code, with which the two sign in, nor the words of their exercises and own needs.
    return Case(replace(couple, code=""), Table(laid, (), tuple(open_rounds)))


def _opened(rows: Iterable[Row], private: bytes) -> Iterable[_Grant]:
    for row in rows:
        if row.payload is None or row.kind != SEALED:
            continue
        try:
            content = load(crypto.open_own(private, row.payload, _bound_to(row.operation_id)))
        except WrongKeyError:  # another therapist's
            continue
        yield _Grant(content["person_id"], content["couple_id"], content["keys"])


def _records(drawer: Drawer) -> list[Record]:
    return [record for record in drawer.records() if record.kind == GRANT]


def _standing(drawer: Drawer, rows: Sequence[Row]) -> dict[str, Any] | None:
    living = {row.operation_id for row in rows if row.payload is not None}
    noted = [record.payload for record in _records(drawer)][-1:] or list(
        _unsealed(drawer.person_id, rows).values()
    )
    return noted[-1] if noted and noted[-1]["row"] in living else None


def _unsealed(person_id: str, rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Return a person's grant of an earlier version, as their drawer would note it; it names no rows."""
    found = {}
    for row in rows:
        if row.payload is not None and row.kind != SEALED:
            content = read_row(row.payload)
            if content["person_id"] == person_id:
                found[row.operation_id] = content | {"rows": None, "row": row.operation_id}
    return found


def _bound_to(name: str) -> str:
    return f"{GRANTS}\n{name}"
