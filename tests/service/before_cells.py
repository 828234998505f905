"""What a household looked like before there were cells: all in rows; and what its cells hold, for who has the keys."""

from typing import Any

from tests.service.household import WORDS, House
from workbook.service.couple.drawers import Drawer
from workbook.service.couple.sealing import CoupleStore
from workbook.service.couple.waiting import Waiting, pending_log
from workbook.service.formats.publications import publication_from_json, publication_to_json
from workbook.service.formats.rows import write_row
from workbook.service.identity.couple_keys import open_couple_key
from workbook.service.identity.directory import Account, Directory
from workbook.service.identity.locks import unlock
from workbook.sharing import Grain, coarsen, grains_up_to
from workbook.storage.base import Entry, Store


def drawer_of(store: Store, account: Account) -> Drawer:
    """Open somebody's drawer past the service, as whoever has their passphrase."""
    return Drawer(store, account.person_id, _key_of(account))


def waiting_of(store: Store, account: Account) -> Waiting | None:
    """Open what waits between two as one of them; None where there is no couple's key."""
    key = open_couple_key(store, account, _key_of(account))
    if key is None:
        return None
    drawer = drawer_of(store, account)
    people = Directory(store).pair(account.couple_id).people
    return Waiting(CoupleStore(store, account.couple_id, key), people, drawer)


def waits(house: House) -> list[dict[str, Any]]:
    """Return everything that waits in the cells of a household, whosever it is."""
    found = []
    for account in Directory(house.store).accounts_of(house.actors[0].couple_id):
        waiting = waiting_of(house.store, account)
        found += [] if waiting is None else list(waiting.own().values())
    return found


def as_before_cells(house: House) -> House:
    """Put all that lies in cells into rows, as an earlier version wrote them, and end every sitting unseen."""
    store, couple_id = house.store, house.actors[0].couple_id
    for account in Directory(store).accounts_of(couple_id):
        drawer, waiting = drawer_of(store, account), waiting_of(store, account)
        private = [one for one in drawer.records() if one.after is not None]
        store.write(drawer.as_rows(private))
        for entry in waiting.own().values() if waiting is not None else ():
            waiting.couple.write(rows_of(entry, couple_id))
    for name in [*store.cells("private/"), *store.cells("pending/")]:
        store.write((), cells={name: None}, seen={name: store.read_cell(name).stamp})
    house.local._core._drawers.clear()
    house.local._core._couples.clear()
    return house


def rows_of(entry: dict[str, Any], couple_id: str) -> list[Entry]:
    """Return the rows in which a decision waited: one for each grain up to the granted one."""
    publication = publication_from_json(entry)
    made = []
    for grain in grains_up_to(Grain(entry["grain"])):
        content = publication_to_json(coarsen(publication, grain)) | {"decision": entry["decision"]}
        name = f"{entry['decision']}/{grain}"
        made.append(Entry(pending_log(couple_id), name, "pending", write_row(content)))
    return made


def _key_of(account: Account) -> bytes:
    return unlock(account.by_passphrase, WORDS[account.name], account.person_id) or b""
