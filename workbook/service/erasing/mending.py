"""What a start makes good: what earlier versions left, what a restored backup brought back.

Every act is one write, so a crash leaves nothing half done that a start would have to look for. The
whole store is read once only: when the workbook or what it holds back has changed, and after a backup
was restored. A row says that it was done; it is named after both, so a backup that is put back by hand
holds no row for what came later.
"""

import hashlib
from collections.abc import Mapping

from workbook.instruments.model import Instrument
from workbook.service.couple import rounds
from workbook.service.erasing import renewal, rights
from workbook.service.identity import moving
from workbook.service.identity.directory import Directory
from workbook.service.studies.blob import placed
from workbook.sharing import rules_in_words
from workbook.storage.base import Entry, Store
from workbook.storage.location import RESTORED

LOG = "mended"
GRANTS = "grants"
VERSION = 2
"""Raised by whoever changes how things are kept, so that each store is read whole once more."""
Instruments = Mapping[str, Instrument]


def mend(store: Store, instruments: Instruments) -> None:
    """Make good what a start has to; where nothing is to be done, by a look at what logs there are."""
    directory, name = Directory(store), _name_of_now(store, instruments)
    if any(row.operation_id == name for row in store.read(LOG)):
        rights.keep_apart(store, directory)
        return
    moving.move(store)
    _mend_whole(store, directory, instruments)
    store.write([Entry(LOG, name, LOG, b"")])


def _mend_whole(store: Store, directory: Directory, instruments: Instruments) -> None:
    couples = directory.couples()
    bare = [one for one in couples if not directory.pair(one).keys]  # the others open it: see `.tending`
    for couple_id in bare:
        renewal.renew_couple(store, couple_id, instruments)  # before anything opens
    for person_id in placed(store):
        renewal.renew_copy(store, person_id, instruments)
    for person_id, couple_id in directory.erased().items():
        rights.destroy_remains(store, directory, person_id, couple_id)
    rights.keep_apart(store, directory)
    _destroy_grants(store)
    for couple_id in bare:
        rounds.settle(store, couple_id)


def _destroy_grants(store: Store) -> None:
    """Destroy what an earlier version let therapists read: nobody is asked for it in those words any more."""
    living = [row.sequence for row in store.read(GRANTS) if row.payload is not None]
    if living:
        store.write((), forget={GRANTS: living})


def _name_of_now(store: Store, instruments: Instruments) -> str:
    """Return a name that is another once what is held back has changed, or another backup was restored."""
    rules = rules_in_words(instruments)
    digest = hashlib.sha256(rules.encode("utf-8")).hexdigest()[:16]
    return f"{VERSION}/{digest}/{store.heads([RESTORED])[RESTORED]}"
