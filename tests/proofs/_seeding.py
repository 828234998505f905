"""A couple who write a marker into every field that takes text, and where bytes of it may lie."""

import re
import secrets
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from tests.proofs._partners import INSTRUMENT, OCCASION, PASSPHRASES, answers_of
from tests.proofs._writing import KEY
from workbook.exercises import SHAPES
from workbook.instruments import catalogue
from workbook.service.couple.events import DRAWER_SHAPES
from workbook.service.desks.household import Household
from workbook.service.desks.partner import LocalPartner
from workbook.service.desks.roles import PartnerService
from workbook.service.desks.therapist import LocalTherapist
from workbook.service.formats.case_values import Granted, ToCase
from workbook.service.formats.values import Actor, Answer
from workbook.shapes import Text
from workbook.sharing import WEEKS, Grain
from workbook.storage.base import Store
from workbook.storage.chain import name_of_cell
from workbook.storage.heads_file import Keys
from workbook.storage.sqlcipher import FILE_NAME

DAY = "2026-05-01"
WEEKLY = catalogue()["weekly"].items
_PAGE = 4096


@dataclass(slots=True)
class Seeds:
    """Markers by where they were written: in a drawer, on the table, as a name or secret."""

    drawer: list[bytes] = field(default_factory=list)
    table: list[bytes] = field(default_factory=list)
    secret: list[bytes] = field(default_factory=list)
    names: list[bytes] = field(default_factory=list)

    def all(self) -> list[bytes]:
        return [*self.drawer, *self.table, *self.secret, *self.names]

    def mark(self, where: list[bytes]) -> str:
        """A new marker: long enough never to come about by chance."""
        marker = f"zq{secrets.token_hex(9)}"
        where.append(marker.encode())
        return marker


def join(household: Household) -> tuple[str, list[LocalPartner], list[Seeds], list[str]]:
    """Two who join under marked names with marked passphrases: code, interfaces, seeds, passphrases."""
    seeds = [Seeds(), Seeds()]
    names = [seed.mark(seed.names) for seed in seeds]
    passphrases = [f"{seed.mark(seed.secret)} {PASSPHRASES[0]}" for seed in seeds]
    first = household.accounts.create_couple(names[0], passphrases[0])
    second = household.accounts.join(first.code, names[1], passphrases[1])
    for welcome, seed in zip((first, second), seeds, strict=True):
        seed.secret.append(welcome.recovery_code.encode())
    partners = [household.seat_partner(welcome.actor) for welcome in (first, second)]
    return first.code, partners, seeds, passphrases


def write_all(partner: PartnerService, seeds: Seeds, person: int) -> None:
    """Answers, and a marker in every text of every kind of event of drawer and table."""
    for k in range(6):
        partner.save_answers(answers_of(person, k))
    for kind in DRAWER_SHAPES:
        partner.add_event(kind, _drawer_payload(kind, seeds))
    for kind, payload in _table_payloads(seeds):
        partner.add_table_event(kind, payload)


@dataclass(frozen=True, slots=True)
class Practised:
    """How a therapist signs in, and their case."""

    code: str
    passphrase: str
    case_id: str

    def people_read(self, household: Household) -> set[str]:
        """Return of whom the therapist reads anything, in a sitting of its own."""
        page = household.seat(household.therapists.sign_in(self.code, self.passphrase))
        assert isinstance(page, LocalTherapist)
        read = page.read_case(self.case_id)
        household.sittings.end(page.actor.sitting_id)
        return {one.person_id for one in (*read.publications, *read.ratings, *read.seen.members)}


def practise(household: Household, partners: Sequence[PartnerService], seeds: Seeds) -> Practised:
    """A therapist with a case, who writes a marker into every text; both join it, and grant all there is."""
    passphrase = f"{seeds.mark(seeds.secret)} {PASSPHRASES[0]}"
    made = household.therapists.create(seeds.mark(seeds.names), passphrase)
    seeds.secret += [made.recovery_code.encode()]
    page = household.seat(made.actor)
    assert isinstance(page, LocalTherapist)
    page.set_policy("no_secrets", seeds.mark(seeds.secret), 365)
    case = page.make_case(seeds.mark(seeds.secret))
    seeds.secret += [case.code.encode()]
    for partner in partners:
        mine = partner.join_case(case.code)
        granted = {INSTRUMENT: Granted(ToCase.ANSWERS, in_session=True)}
        partner.grant_case(granted, until="", policy_hash=mine.policy_hash)
        page.cases()
        page.tick_case(case.case_id, f"alone/{partner.actor.person_id}", stands=True)
    page.suggest_homework(case.case_id, "fun_list", seeds.mark(seeds.secret))
    for template in ("formulation", "free"):
        page.write_note(case.case_id, template, seeds.mark(seeds.secret))
    page.open_session(case.case_id)
    session = partners[0].session_now()
    assert session is not None
    partners[0].rate_session(session.id, {"heard": 7})
    page.end_session(case.case_id)
    return Practised(made.code, passphrase, case.case_id)


def share(partners: Iterable[PartnerService]) -> None:
    """Both reveal their answers and their weeks, so that there are publications as well."""
    for partner in partners:
        partner.decide(INSTRUMENT, OCCASION, Grain.ANSWERS)
        partner.save_answers([Answer(f"week-{one.id}", "week-1", one.id, 1) for one in WEEKLY])
        partner.add_event("setting", {"name": "week", "value": 1, "day": DAY})
        partner.decide("weekly", WEEKS, Grain.SCORES)


def numeric_patterns(person: int) -> list[bytes]:
    """How a row of an answer begins in any form it may take before it is sealed."""
    answers = answers_of(person, 0)
    return [f'"item":"{answer.item}"'.encode() for answer in answers] + [
        answer.item.encode() for answer in answers
    ]


def forms_in_heads(actor: Actor) -> list[bytes]:
    """Return the names of somebody's logs, and what stands for them in the file of heads."""
    person, couple = actor.person_id, actor.couple_id
    names = [f"{kind}/{person}" for kind in ("account", "drawer")]
    names += [f"{kind}/{couple}" for kind in ("couple", "table", "audit")]
    names += [name_of_cell(f"private/{person}"), name_of_cell(f"pending/{couple}/{person}")]
    tags = [Keys.of(KEY).tag(name) for name in names]
    return [*(name.encode() for name in names), *tags, *(tag.hex().encode() for tag in tags)]


def _drawer_payload(kind: str, seeds: Seeds) -> dict[str, object]:
    fixed = {
        "id": "needs.own.abcd",
        "day": DAY,
        "occasion": OCCASION,
        "value": 3,  # what a setting may say is fixed, as are the pages that are kept: no text of one's own
        "page": "home",
        "exercise": "e",
        "name": "week",
        "instrument": INSTRUMENT,
        "text_hash": "h",
        "field": "background.gender_words",
    }
    payload: dict[str, object] = {}
    for name, shape in DRAWER_SHAPES[kind].items():
        if isinstance(shape, Text):
            payload[name] = seeds.mark(seeds.drawer)
        elif not shape.may_be_missing:
            payload[name] = fixed.get(name, kind)  # the text that a consent is about is called so too
    return payload


def _table_payloads(seeds: Seeds) -> list[tuple[str, dict[str, object]]]:
    """First steps of exercises: those kinds that need no earlier one."""
    firsts = {
        "gratitude.written": {"day": DAY},
        "needs_talk.said": {"need": "needs.heard"},
        "request.sent": {"need": "", "is_intimate": False},
        "question.answered": {"day": DAY},
        "twenty_minutes.answered": {"day": DAY},
        "question_jar.dropped": {},
        "how_we_met.written": {"about": "a_memory"},
        "what_we_expect.written": {"topic": "money"},
        "talk_about_fear.said": {"which": "losing_you"},
        "forgiving.owned": {},
        "support_plan.written": {},
        "here_for_you.said": {},
    }
    return [
        (
            kind,
            rest
            | {name: seeds.mark(seeds.table) for name, of in SHAPES[kind].items() if isinstance(of, Text)},
        )
        for kind, rest in firsts.items()
        if kind in SHAPES
    ]


def bytes_of(*folders: Path) -> dict[Path, bytes]:
    """Every file below these folders, by path."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {path: path.read_bytes() for path in files}


def n_found(markers: Iterable[bytes], contents: Iterable[bytes]) -> int:
    """How many markers stand anywhere in these bytes, as text, as UTF-16 or as hex."""
    whole = b"\n".join(contents)
    return sum(any(form in whole for form in _forms(marker)) for marker in markers)


def with_the_key(folder: Path) -> bytes:
    """What whoever has the file key can read: every page, used or free, and every frame of the WAL."""
    database, wal = folder / FILE_NAME, folder / f"{FILE_NAME}-wal"
    content = database.read_bytes()
    clear = [_decrypt(content[at : at + _PAGE], is_first=at == 0) for at in range(0, len(content), _PAGE)]
    content = wal.read_bytes() if wal.exists() else b""
    frames = [content[at : at + _PAGE + 24] for at in range(32, len(content) - _PAGE - 23, _PAGE + 24)]
    clear += [_decrypt(frame[24:], is_first=frame[:4] == b"\0\0\0\1") for frame in frames]
    return b"\n".join(clear)


def unpacked(store: Store) -> bytes:
    """What is packed anywhere in a cell, or in a row of a study, that whoever has the file key can read."""
    rows = [row.payload or b"" for log in store.logs("research/") for row in store.read(log)]
    rows += [store.read_cell(name).content or b"" for name in store.cells()]
    if not store.cells("given/"):
        raise AssertionError("there is no place in a study to look into")
    return b"\n".join(part for row in rows for part in (row, *_streams_in(row)))


def _streams_in(row: bytes) -> Iterator[bytes]:
    """Yield what any place in a row unpacks to, as far as it does."""
    for at in (found.start() for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", row)):
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(row[at:])


def _decrypt(page: bytes, *, is_first: bool) -> bytes:
    """One page of SQLCipher 4: AES-256-CBC, IV and HMAC in the last 80 bytes; page 1 begins with a salt."""
    body, iv = page[16 if is_first else 0 : _PAGE - 80], page[_PAGE - 80 : _PAGE - 64]
    decryptor = Cipher(algorithms.AES(KEY), modes.CBC(iv)).decryptor()
    return decryptor.update(body) + decryptor.finalize()


def _forms(marker: bytes) -> list[bytes]:
    wide = [marker.decode().encode("utf-16-le")] if marker.isascii() else []
    return [marker, marker.hex().encode(), marker.replace(b"-", b""), *wide]
