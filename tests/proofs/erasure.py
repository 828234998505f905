"""Erased rows are gone from the files, the write-ahead log, and backups restored later.

Both gave a study a copy of their answers. Before the erasure a backup is made. Afterwards no marker
of the erased person, no sealed byte of their drawer and no row of their copy is in any file, not even
for whoever has the file key; then the backup is restored, and the same holds. The partner's drawer is
whole both times, and the therapist whom both granted
all there is reads nothing any more. A backup was restored before as well, so that a whole older store lies set aside in the
data folder when it is erased.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from unittest import mock

from tests.proofs import _partners, _seeding
from tests.proofs._writing import KEY
from tests.proofs.harness import Counts, proof
from tests.proofs.power_cuts import scratch
from tests.service.keyed import PRIVATE, with_key
from workbook.errors import AccessError, SignInError
from workbook.service.couple.drawers import drawer_log
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.desks.roles import PartnerService
from workbook.service.identity.sittings import Sittings
from workbook.service.studies.blob import blob_in, open_blob, place_of
from workbook.service.studies.study import Study
from workbook.sharing import Grain
from workbook.storage import connections, writer
from workbook.storage.backup import back_up, restore
from workbook.storage.base import Store
from workbook.storage.read_only import ReadOnlyStore
from workbook.storage.sqlcipher import FILE_NAME, SqlCipherStore

_People = tuple[str, Sequence[_seeding.Seeds], Sequence[str]]  # code, markers and passphrases
STUDY = with_key(Study("Talk", "How couples talk.", (_partners.INSTRUMENT,), "team@example.org", 12))
BROKEN = ("left", "left_after_restoring", "partner_changed", "still_signs_in", "hollow_rounds", "still_read")


def _figure(counts: Counts) -> str:
    broken = ", ".join(f"{counts[key]:,} {key.replace('_', ' ')}" for key in BROKEN if counts[key])
    of = f"{counts['n_looked_for']:,} markers and sealed rows in {counts['trials']:,} erasures"
    return f"{of}: {broken or '0 left'}"


@proof(
    "erasure",
    bound="0 bytes left in ≥100 erasures, backups restored later included; the partner's data whole",
    full=100,
    short=2,
    portion=10,
    zero=BROKEN,
    figure=_figure,
)
def erasure(size: int, seed: int) -> Counts:
    """Erase one of two, ``size`` times; the erased one is the first and the second by turns."""
    return _erase(size)


@erasure.control(size=1, fails=lambda counts: counts["left"] > 0)
def no_secure_delete(size: int, seed: int) -> Counts:
    """Deleted bytes stay in free pages and in the write-ahead log."""
    pragmas = tuple(p.replace("secure_delete = ON", "secure_delete = OFF") for p in connections._PRAGMAS)
    with mock.patch.object(connections, "_PRAGMAS", pragmas), mock.patch.object(writer, "empty_wal"):
        return _erase(size)


@erasure.control(size=1, fails=lambda counts: counts["left_after_restoring"] > 0)
def no_list_of_erasures(size: int, seed: int) -> Counts:
    """Restore without the erasure list: everything comes back."""
    return _erase(size, listed=False)


@erasure.control(size=1, fails=lambda counts: counts["left"] > 0)
def what_was_set_aside_is_kept(size: int, seed: int) -> Counts:
    """Restoring left a whole older store in the data folder, and erasing does not look for it."""
    with mock.patch.object(SqlCipherStore, "drop_set_aside"):
        return _erase(size)


APART = ("paired_again", "shown_again", "joined_again", "lost")


@proof(
    "parting",
    bound="a backup from before pairs nobody again, shows nothing that was closed, in ≥100 restorings; both drawers whole",
    full=100,
    short=2,
    portion=25,
    zero=APART,
)
def parting(size: int, seed: int) -> Counts:
    """One of two closes the table, leaves, or erases all by turns; then a backup from before is restored."""
    return _part(size)


@parting.control(size=1, fails=lambda counts: counts["paired_again"] > 0)
def nothing_noted_apart_from_the_data(size: int, seed: int) -> Counts:
    """Restore without the note of parting: they are paired again."""
    with mock.patch.object(SqlCipherStore, "mark_ended"):
        return _part(size)


def _part(size: int) -> Counts:
    counts: Counts = {"trials": 0} | dict.fromkeys(APART, 0)
    for trial in range(size):
        with scratch() as folder:
            _one_parting(folder, ("unpair", "leave", "erase")[trial % 3], counts)
        counts["trials"] += 1
    return counts


def _one_parting(folder: Path, how: str, counts: Counts) -> None:
    data, stick = folder / "data", folder / "stick"
    for made in (data, stick):
        made.mkdir(mode=0o700)
    household = _open(data, folder / "erased")
    code, partners, seeds, passphrases = _seeding.join(household)
    for person, (partner, seed) in enumerate(zip(partners, seeds, strict=True)):
        _seeding.write_all(partner, seed, person)
    _seeding.share(partners)
    before = [_partners.state_of(partner).values for partner in partners]
    backup = back_up(data, KEY, stick)
    getattr(partners[1], how)(passphrases[1])
    household.close()
    restore(backup, data, KEY, folder / "erased")
    household = _open(data, folder / "erased")
    names = [seed.names[0].decode() for seed in seeds]
    people = range(1 if how == "erase" else 2)
    for person in people:
        partner = household.seat_partner(household.accounts.sign_in(code, names[person], passphrases[person]))
        counts["paired_again"] += not partner.couple().is_unpaired
        counts["paired_again"] += _does(
            partner.decide, _partners.INSTRUMENT, _partners.OCCASION, Grain.SCORES
        )
        table = partner.read_table()
        counts["shown_again"] += len(table.publications) + len(table.lines)
        counts["lost"] += _partners.state_of(partner).values != before[person]
    counts["joined_again"] += _does(household.accounts.join, code, "Somebody", "eleven quiet words")
    household.close()


def _does(act: Callable[..., object], *given: object) -> bool:
    with suppress(AccessError, SignInError):
        act(*given)
        return True
    return False


def _erase(size: int, *, listed: bool = True) -> Counts:
    counts: Counts = {"trials": 0, "n_looked_for": 0} | dict.fromkeys(BROKEN, 0)
    for trial in range(size):
        with scratch() as folder:
            _one_erasure(folder, trial % 2, counts, listed=listed)
        counts["trials"] += 1
    return counts


def _one_erasure(folder: Path, who: int, counts: Counts, *, listed: bool) -> None:
    data, stick = folder / "data", folder / "stick"
    for made in (data, stick):
        made.mkdir(mode=0o700)
    erasures = folder / "erased"
    household = _open(data, erasures)
    code, partners, seeds, passphrases = _seeding.join(household)
    for person, (partner, seed) in enumerate(zip(partners, seeds, strict=True)):
        _seeding.write_all(partner, seed, person)
    _seeding.share(partners)
    for partner in partners:
        _give(household, partner)
    therapist = _seeding.practise(household, partners, _seeding.Seeds())
    household, partners = _restored(household, folder, (code, seeds, passphrases))
    # A copy is sealed anew at the begin and end of every sitting: here as it lies now, there as it was set aside.
    partner = partners[1 - who]
    before = _partners.state_of(partner).values
    given = [_copy_in(household._core.store, one) for one in partners]
    aside = ReadOnlyStore(next(data.glob("before-restore-*")), KEY)
    given_aside = _copy_in(aside, partners[who])
    aside.close()
    if who:  # an older version of the account is in the backup, and the newer one only here
        backup = back_up(data, KEY, stick)
        household.accounts.change_passphrase(partners[who].actor, passphrases[who], passphrases[who] + "!")
        passphrases[who] += "!"
    else:
        backup = back_up(data, KEY, stick)
    sealed = [
        row.payload[:32]
        for row in household._core.store.read(drawer_log(partners[who].actor.person_id))
        if row.payload
    ]
    of_cells = [name for name in household._core.store.cells() if partners[who].actor.person_id in name]
    sealed += [(household._core.store.read_cell(name).content or b"")[:32] for name in of_cells]
    gone = [*seeds[who].all(), *sealed, given[who], given_aside]
    counts["partner_changed"] += not _n_left([given[1 - who]], data)  # or it is not looked for where it lies
    counts["partner_changed"] += not _n_left(
        [gone[-1]], next(data.glob("before-restore-*"))
    )  # laid out as looked for
    counts["partner_changed"] += len(therapist.people_read(household)) != 2
    partners[who].erase(passphrases[who])
    counts["still_read"] += len(therapist.people_read(household))
    counts["partner_changed"] += not _n_left([given[1 - who]], data)
    counts["n_looked_for"] += len(gone)
    counts["left"] += _n_left(gone, data)
    counts["partner_changed"] += _partners.state_of(partner).values != before
    household.close()
    counts["left"] += _n_left(gone, data)
    restore(backup, data, KEY, erasures if listed else None)
    household = _open(data, erasures)
    counts["left_after_restoring"] += _n_left(gone, data)
    counts["still_read"] += listed and len(therapist.people_read(household))
    name = seeds[1 - who].names[0].decode()
    again = household.seat_partner(household.accounts.sign_in(code, name, passphrases[1 - who]))
    counts["partner_changed"] += _partners.state_of(again).values != before
    counts["hollow_rounds"] += listed and len((*again.read_table().open_rounds, *again.read_table().weeks))
    counts["still_signs_in"] += listed and _signs_in(
        household, code, seeds[who].names[0].decode(), passphrases[who]
    )
    household.close()


def _open(data: Path, erasures: Path) -> Household:
    forever = float("inf")
    sittings = Sittings(heartbeat=forever, idle=forever)
    store = SqlCipherStore(data, KEY, erasures)
    return Household(store, sittings=sittings, cost=_partners.CHEAP, study=STUDY)


def _restored(household: Household, folder: Path, people: _People) -> tuple[Household, list[LocalPartner]]:
    """The same store after a backup of it was restored; as it was before it lies set aside."""
    data, stick = folder / "data", folder / "earlier"
    stick.mkdir()
    made = back_up(data, KEY, stick)
    household.close()
    restore(made, data, KEY, folder / "erased")
    household, (code, seeds, passphrases) = _open(data, folder / "erased"), people
    signed_in = [
        household.seat_partner(household.accounts.sign_in(code, seed.names[0].decode(), passphrase))
        for seed, passphrase in zip(seeds, passphrases, strict=True)
    ]
    return household, signed_in


def _give(household: Household, partner: PartnerService) -> None:
    """Give a study the answers."""
    partner.add_event("consent", {"text": "consent", "text_hash": "h", "agreed": True})
    partner.give_to_research(Grain.ANSWERS, linked=True, text_hash=STUDY.words_hash)


def _copy_in(store: Store, partner: PartnerService) -> bytes:
    """Return bytes that are in somebody's copy, as it lies there, and nowhere else."""
    person_id = partner.actor.person_id
    row = blob_in(place_of(store, person_id))
    if row is None or row.payload is None or open_blob(row.payload, PRIVATE, person_id) is None:
        raise AssertionError("there is no copy to look for")
    return row.payload[:32]


def _signs_in(household: Household, code: str, name: str, passphrase: str) -> bool:
    try:
        household.accounts.sign_in(code, name, passphrase.removesuffix("!"))
    except Exception:  # noqa: BLE001 - however it is refused
        return False
    return True


def _n_left(gone: list[bytes], data: Path) -> int:
    stores = [database.parent for database in data.rglob(FILE_NAME)]
    return _seeding.n_found(gone, [*_seeding.bytes_of(data).values(), *map(_seeding.with_the_key, stores)])
