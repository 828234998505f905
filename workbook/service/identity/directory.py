"""Who has an account: a log for each person and each couple, and one for each code that names a couple.

``account/<person>`` holds the account as it is now, its drawer's key in wrapped forms only. Whoever
writes for a person expects it as they saw it, and every server watches it: so a changed passphrase or
an erasure ends what goes on elsewhere. ``couple/<id>`` holds who was admitted and whether they parted;
what is decided about the two expects it. ``code/<digest>`` leads from a typed code to its couple: the
name of a log outlives its rows, so it is no code that somebody could type. ``parted/<id>`` only says by
its name that the two have parted, so that a start need not open every couple's log.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from workbook.errors import AccessError, problem
from workbook.instruments.library import ASKED, FIRST_EDITION
from workbook.service.formats.rows import read_row, write_row
from workbook.service.formats.values import Couple, Member
from workbook.service.identity.codes import plain_code
from workbook.service.identity.locks import Lock, OwnKeys
from workbook.service.identity.names import name_key
from workbook.storage.base import Entry, Row, Store

_ACCOUNT, _COUPLE, _CODE, _PARTED = "account/", "couple/", "code/", "parted/"


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. The drawer key is here only in its wrapped forms.

    ``keys`` is missing in an account from before there were any, until its person signs in.
    """

    person_id: str
    couple_id: str
    place: Literal["a", "b"]
    name: str
    by_passphrase: Lock
    by_recovery: Lock
    version: int = 1
    keys: OwnKeys | None = None

    @property
    def name_key(self) -> str:
        return name_key(self.name)


@dataclass(frozen=True, slots=True)
class Pair:
    """What a couple's log says: its code, everybody who was ever admitted, whether the two parted.

    ``keys`` is the couple's key by person, each sealed to theirs; empty until both have a key pair.
    ``made_in`` is the edition of the questionnaires that was asked when the couple was made.
    """

    code: str = ""
    people: tuple[str, ...] = ()
    is_unpaired: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    made_in: int = FIRST_EDITION


def account_log(person_id: str) -> str:
    """Return the name of the log of a person's account."""
    return f"{_ACCOUNT}{person_id}"


def couple_log(couple_id: str) -> str:
    """Return the name of the log of who belongs to a couple."""
    return f"{_COUPLE}{couple_id}"


def code_log(code: str) -> str:
    """Return the name of the log that leads from a code, as somebody types it, to its couple.

    >>> code_log(" Lusab RODIN") == code_log("lusab-rodin") != code_log("lusab-rodan")
    True
    """
    typed = plain_code(code).encode("utf-8", "surrogatepass")
    return f"{_CODE}{hashlib.sha256(b'couple code' + bytes(1) + typed).hexdigest()[:40]}"


def parted_log(couple_id: str) -> str:
    """Return the name of the log that is there once a couple has parted."""
    return f"{_PARTED}{couple_id}"


def fold_account(rows: Sequence[Row]) -> Account | None:
    """Fold the log of an account: the newest version, or None once it was erased.

    A newer one counts wherever it stands, so that moving rows from elsewhere can be begun anew.
    """
    found: Account | None = None
    for row in rows:
        if row.kind == "erased":
            return None
        if row.payload is not None:
            account = _account(read_row(row.payload))
            if found is None or account.version >= found.version:
                found = account
    return found


def fold_couple(rows: Sequence[Row]) -> Pair:
    """Fold the log of a couple."""
    code, people, is_unpaired, keys, made_in = "", [], False, {}, FIRST_EDITION
    for row in rows:
        if row.payload is None:  # somebody who was erased
            continue
        content = read_row(row.payload)
        if row.kind == "couple":
            code, made_in = content["code"], content.get("made_in", FIRST_EDITION)
        elif row.kind == "member":
            people.append(content["person_id"])
        elif row.kind == "unpaired":
            is_unpaired = True
        elif row.kind == "key":
            keys[content["person_id"]] = content["sealed"]
    return Pair(code, tuple(people), is_unpaired, keys, made_in)


def refuse_unpaired(rows: Sequence[Row]) -> None:
    """Refuse what needs a table, given a couple's log, once the two have parted.

    Raises
    ------
    AccessError
        They have.
    """
    if fold_couple(rows).is_unpaired:
        raise AccessError(problem("errors.access.closed_couple"))


class Directory:
    """Looks up accounts, couples and codes. It keeps nothing: what it gives is what stood there just now."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def couple_by_code(self, code: str) -> str | None:
        """Return the couple id that a typed code names, or None."""
        rows = self.store.read(code_log(code))
        found = [read_row(row.payload)["couple_id"] for row in rows if row.payload is not None]
        return found[0] if found else None

    def pair(self, couple_id: str) -> Pair:
        """Return what a couple's log says."""
        return fold_couple(self.store.read(couple_log(couple_id)))

    def accounts_of(self, couple_id: str) -> list[Account]:
        """Return a couple's accounts, in the order of their places."""
        return self._members(couple_id, self.pair(couple_id))

    def account(self, person_id: str) -> Account | None:
        """Return one account, or None when it was erased or never was."""
        return fold_account(self.store.read(account_log(person_id)))

    def couple(self, couple_id: str) -> Couple:
        """Return the couple as both its members may know it."""
        pair = self.pair(couple_id)
        members = tuple(
            Member(account.person_id, account.name, account.place)
            for account in self._members(couple_id, pair)
        )
        return Couple(couple_id, pair.code, members, pair.is_unpaired)

    def couples(self) -> list[str]:
        """Return every couple id."""
        return [log.removeprefix(_COUPLE) for log in self.store.logs(_COUPLE)]

    def people(self) -> list[str]:
        """Return the id of everybody who ever had an account."""
        return [log.removeprefix(_ACCOUNT) for log in self.store.logs(_ACCOUNT)]

    def parted(self) -> set[str]:
        """Return the ids of the couples who have parted."""
        return {log.removeprefix(_PARTED) for log in self.store.logs(_PARTED)}

    def erased(self) -> dict[str, str]:
        """Return every erased person, with the couple they were in."""
        rows = [row for person_id in self.people() for row in self.store.read(account_log(person_id))]
        return dict(_whose(read_row(row.payload)) for row in rows if row.kind == "erased" and row.payload)

    def is_unpaired(self, couple_id: str) -> bool:
        """Tell whether the two have parted: their table takes and shows nothing any more."""
        return self.pair(couple_id).is_unpaired

    def _members(self, couple_id: str, pair: Pair) -> list[Account]:
        found = [account for person_id in pair.people if (account := self.account(person_id)) is not None]
        return sorted((one for one in found if one.couple_id == couple_id), key=lambda one: one.place)


def account_entry(account: Account, operation_id: str = "") -> Entry:
    """Return an account as it is to be from now on.

    Its id is drawn anew each time: two who change one account at once are no retry of each other.
    """
    content = write_row(asdict(account))
    return Entry(account_log(account.person_id), operation_id or uuid.uuid4().hex, "account", content)


def couple_entries(couple_id: str, code: str, made_in: int = ASKED) -> list[Entry]:
    """Return a new couple, and its code; or one of before, with the edition that was asked then."""
    named = {"couple_id": couple_id}
    about = named | {"code": code, "made_in": made_in}
    return [
        Entry(couple_log(couple_id), "couple", "couple", write_row(about)),
        Entry(code_log(code), f"couple/{couple_id}", "code", write_row(named)),
    ]


def member_entry(couple_id: str, person_id: str) -> Entry:
    """Return the row that somebody belongs to a couple from now on."""
    content = write_row({"person_id": person_id})
    return Entry(couple_log(couple_id), f"member/{person_id}", "member", content)


def erased_entry(person_id: str, couple_id: str) -> Entry:
    """Return the end of an account."""
    content = write_row({"person_id": person_id, "couple_id": couple_id})
    return Entry(account_log(person_id), "erased", "erased", content)


def unpaired_entries(couple_id: str) -> list[Entry]:
    """Return the rows that part a couple, but for the table's."""
    content = write_row({"couple_id": couple_id})
    return [
        Entry(log, "unpaired", "unpaired", content) for log in (couple_log(couple_id), parted_log(couple_id))
    ]


def older_rows(rows: Sequence[Row]) -> list[int]:
    """Sequences of an account's rows that a newer one takes the place of."""
    return [row.sequence for row in rows if row.kind == "account" and row.payload is not None]


def _account(content: Mapping[str, Any]) -> Account:
    locks = {
        name: Lock(content[name]["salt"], tuple(content[name]["cost"]), content[name]["sealed"])
        for name in ("by_passphrase", "by_recovery")
    }
    keys = content.get("keys")
    return Account(**{**content, **locks, "keys": OwnKeys(**keys) if keys else None})


def _whose(content: Mapping[str, Any]) -> tuple[str, str]:
    return content["person_id"], content["couple_id"]
