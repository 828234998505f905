"""Who has an account: couples, their codes and members, and each member's wrapped drawer key."""

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from workbook.errors import AccessError, problem
from workbook.service.identity.codes import plain_code
from workbook.service.identity.locks import Lock
from workbook.service.rows import read_row, write_row
from workbook.service.values import Couple, Member
from workbook.storage.base import Entry, Row, Store

LOG = "directory"
_UNSEEN = dict.fromkeys((0x200C, 0x200D))  # or one partner could bear the other's very name


@dataclass(frozen=True, slots=True)
class Account:
    """One person's account. The drawer key is here only in its wrapped forms."""

    person_id: str
    couple_id: str
    place: Literal["a", "b"]
    name: str
    by_passphrase: Lock
    by_recovery: Lock
    version: int = 1

    @property
    def name_key(self) -> str:
        return name_key(self.name)


def name_key(name: str) -> str:
    """A name as it is compared: without case, outer spaces, and marks that nobody sees.

    >>> name_key("  Zoë ") == name_key("ZOË") == name_key(f"Zo{chr(0x200D)}ë")
    True
    """
    seen = unicodedata.normalize("NFKC", name).translate(_UNSEEN)
    return " ".join(seen.split()).casefold()


class Directory:
    """The directory log and its fold. Callers hold `lock` around a look-up and what follows."""

    def __init__(self, store: Store) -> None:
        self.lock = threading.RLock()
        self._store = store
        self._last = 0
        self._codes: dict[str, str] = {}
        self._couple_by_code: dict[str, str] = {}
        self._accounts: dict[str, tuple[Account, int]] = {}
        self._unpaired: set[str] = set()
        self._erased: dict[str, str] = {}

    def couple_by_code(self, code: str) -> str | None:
        """The couple id that a typed code names, or None."""
        with self.lock:
            self._refresh()
            return self._couple_by_code.get(plain_code(code))

    def accounts_of(self, couple_id: str) -> list[Account]:
        """A couple's accounts, in the order of their places."""
        with self.lock:
            self._refresh()
            found = [account for account, _ in self._accounts.values() if account.couple_id == couple_id]
            return sorted(found, key=lambda account: account.place)

    def account(self, person_id: str) -> Account | None:
        """One account, or None when it was erased or never was."""
        with self.lock:
            self._refresh()
            found = self._accounts.get(person_id)
            return found[0] if found else None

    def couple(self, couple_id: str) -> Couple:
        """The couple as both its members may know it."""
        with self.lock:
            members = tuple(
                Member(account.person_id, account.name, account.place)
                for account in self.accounts_of(couple_id)
            )
            return Couple(couple_id, self._codes.get(couple_id, ""), members, couple_id in self._unpaired)

    def couples(self) -> list[str]:
        """Every couple id."""
        with self.lock:
            self._refresh()
            return list(self._codes)

    def is_unpaired(self, couple_id: str) -> bool:
        """Whether the two have parted: their table takes and shows nothing any more."""
        with self.lock:
            self._refresh()
            return couple_id in self._unpaired

    def add_couple(self, couple_id: str, code: str, account: Account) -> None:
        """Write a new couple with its first account."""
        content = {"couple_id": couple_id, "code": code}
        self._write(
            [Entry(LOG, f"couple/{couple_id}", "couple", write_row(content)), _account_entry(account)]
        )

    def put_account(self, account: Account, also: Sequence[Entry] = ()) -> None:
        """Write an account anew and destroy its older version, keys and all; never one that was erased."""
        with self.lock:
            self._refresh()
            if account.person_id in self._erased:
                raise AccessError(problem("errors.access.ended"))
            older = self._accounts.get(account.person_id)
            self._write([_account_entry(account), *also])
            if older is not None:
                self._store.forget(LOG, [older[1]], superseded=True)

    def move_account(self, account: Account, couple_id: str, code: str) -> None:
        """Give an account a new couple of its own."""
        moved = replace(account, couple_id=couple_id, place="a", version=account.version + 1)
        content = {"couple_id": couple_id, "code": code}
        self.put_account(moved, [Entry(LOG, f"couple/{couple_id}", "couple", write_row(content))])

    def erased(self) -> dict[str, str]:
        """Every erased person, with the couple they were in."""
        with self.lock:
            self._refresh()
            return dict(self._erased)

    def tidy(self) -> None:
        """Destroy what a crash may have left: older versions of accounts, keys of erased ones."""
        with self.lock:
            self._refresh()
            accounts = [row for row in self._store.read(LOG) if row.kind == "account"]
            current = {sequence for _, sequence in self._accounts.values()}
            older = [row for row in accounts if row.sequence not in current]
            # Of somebody erased even what was destroyed before is named once more: a backup may hold it.
            gone = {row.sequence for row in older if row.operation_id.split("/")[1] not in self._accounts}
            self._store.forget(LOG, gone)
            left = [row.sequence for row in older if row.sequence not in gone and row.payload is not None]
            self._store.forget(LOG, left, superseded=True)

    def unpaired_entry(self, couple_id: str) -> Entry:
        """The entry that parts a couple, to be appended with the table's own."""
        return Entry(LOG, f"unpaired/{couple_id}", "unpaired", write_row({"couple_id": couple_id}))

    def erased_entry(self, account: Account) -> Entry:
        """The entry that ends an account; `tidy` then destroys its keys."""
        content = {"person_id": account.person_id, "couple_id": account.couple_id}
        return Entry(LOG, f"erased/{account.person_id}", "erased", write_row(content))

    def _write(self, entries: Sequence[Entry]) -> None:
        with self.lock:
            self._store.append(entries)
            self._refresh()

    def _refresh(self) -> None:
        for row in self._store.read(LOG, self._last):
            self._last = row.sequence
            if row.payload is not None:
                self._fold(row, read_row(row.payload))

    def _fold(self, row: Row, content: dict[str, Any]) -> None:
        if row.kind == "couple":
            self._codes[content["couple_id"]] = content["code"]
            self._couple_by_code[plain_code(content["code"])] = content["couple_id"]
        elif row.kind == "account":
            account = _account(content)
            known = self._accounts.get(account.person_id)
            is_newest = known is None or account.version >= known[0].version
            if is_newest and account.person_id not in self._erased:
                self._accounts[account.person_id] = account, row.sequence
        elif row.kind == "erased":
            self._accounts.pop(content["person_id"], None)
            self._erased[content["person_id"]] = content["couple_id"]
        elif row.kind == "unpaired":
            self._unpaired.add(content["couple_id"])


def _account_entry(account: Account) -> Entry:
    operation_id = f"account/{account.person_id}/{account.version}"
    return Entry(LOG, operation_id, "account", write_row(asdict(account)))


def _account(content: dict[str, Any]) -> Account:
    locks = {
        name: Lock(content[name]["salt"], tuple(content[name]["cost"]), content[name]["sealed"])
        for name in ("by_passphrase", "by_recovery")
    }
    return Account(**{**content, **locks})
