"""The key of what two have together: made once both have a key pair, and sealed to each of them.

It lies in the couple's log, one row for each who may open it, bound to the couple and the person. So with
the database and its key nobody opens it, and with it only one of the two, by their passphrase.
"""

from workbook.errors import AccessError, problem
from workbook.service.formats import crypto
from workbook.service.formats.rows import write_row
from workbook.service.identity.directory import (
    Account,
    account_log,
    couple_log,
    fold_account,
    fold_couple,
)
from workbook.service.identity.locks import private_key
from workbook.storage.base import Entry, Store, Writing
from workbook.storage.deciding import Seen, decide_where_due


def make_couple_key(store: Store, couple_id: str) -> None:
    """Make a couple's key, once both have a key pair; later on do nothing."""
    log = couple_log(couple_id)
    pair = fold_couple(store.read(log))
    if not pair.keys:
        logs = [log, *map(account_log, pair.people)]
        decide_where_due(store, logs, lambda seen: _making(couple_id, seen))


def open_couple_key(store: Store, account: Account, drawer_key: bytes) -> bytes | None:
    """Return the key of the couple somebody belongs to; None until both have a key pair, or once given up.

    Parameters
    ----------
    account : Account
        Of who asks, opened just now.
    drawer_key : bytes
        What opens their private half.

    Raises
    ------
    AccessError
        There is a key, and it is sealed to others only.
    """
    pair = fold_couple(store.read(couple_log(account.couple_id)))
    sealed = pair.keys.get(account.person_id)
    if sealed is None and pair.keys and not pair.is_unpaired:
        raise AccessError(problem("errors.access.not_yours"))
    if sealed is None or account.keys is None:  # who has left, and meets a backup from before, gave theirs up
        return None
    own = private_key(account.keys, drawer_key, account.person_id)
    return crypto.open_own(own, bytes.fromhex(sealed), _bound_to(account.couple_id, account.person_id))


def _making(couple_id: str, seen: Seen) -> Writing:
    pair = fold_couple(seen[couple_log(couple_id)])
    if pair.keys or not pair.people:
        return Writing()
    found = [fold_account(seen.get(account_log(one), ())) for one in pair.people]
    readers = [one for one in found if one is not None and one.couple_id == couple_id]
    is_complete = len(readers) == 2 or pair.is_unpaired  # nobody else can join who would have to read it
    if not is_complete or any(one.keys is None for one in readers):
        return Writing()
    key = crypto.new_key()
    return Writing([_entry(one, key) for one in readers])


def _entry(account: Account, key: bytes) -> Entry:
    public = bytes.fromhex(account.keys.public if account.keys else "")
    sealed = crypto.seal_to(public, key, _bound_to(account.couple_id, account.person_id))
    content = write_row({"person_id": account.person_id, "sealed": sealed.hex()})
    return Entry(couple_log(account.couple_id), f"key/{account.person_id}", "key", content)


def _bound_to(couple_id: str, person_id: str) -> str:
    return f"couple key of {couple_id} for {person_id}"
