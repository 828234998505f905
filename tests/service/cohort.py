"""Simulated couples in a study, written into a store as the service would."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

from workbook.scoring import score_all
from workbook.service.formats import crypto
from workbook.service.formats.publications import publication_to_json
from workbook.service.identity.directory import Account, Lock, account_entry, couple_entries, member_entry
from workbook.service.studies.blob import replacing, seal_blob
from workbook.service.studies.study import Study
from workbook.sharing import Grain, Publication, coarsen, rule_of, without_held_back
from workbook.simulate import simulate_couples
from workbook.storage.base import Store, Writing
from workbook.storage.deciding import put

_NOBODY = Lock("00", (64, 1, 1), "00")
_OWN = crypto.new_key_pair().public  # of nobody who will ever sign in
_KEYS = ["couple_id", "person_id", "instrument", "occasion"]


def fill(
    store: Store,
    study: Study,
    n_couples: int,
    *,
    seed: int = 5,
    linked: bool = True,
    grain: Grain = Grain.ANSWERS,
) -> None:
    """Have couples join who can never sign in, each giving at this grain to a study that has a key."""
    answers = simulate_couples(n_couples, seed, list(study.instruments.values())).responses
    answers = without_held_back(answers[answers["value"].notna()], study.instruments.values())
    scores = score_all(answers, study.instruments)
    scores_of = dict(list(scores[scores["score"].notna()].groupby(_KEYS, observed=True)))
    people: dict[tuple[str, str], list[Publication]] = {}
    for key, own in answers.groupby(_KEYS, observed=True):
        rule = rule_of(study.instruments[str(key[2])])
        made = Publication(*key, 1, Grain.ANSWERS, own, scores_of.get(key, scores.iloc[:0]), rule)
        made = made if made.instrument == "background" else coarsen(made, grain)
        people.setdefault(key[:2], []).append(made)
    written = list(_written(people, study, linked=linked, grain=grain))
    for start in range(0, len(written), 100):
        put(store, Writing.of(*written[start : start + 100]))


def _written(
    people: dict[tuple[str, str], list[Publication]], study: Study, *, linked: bool, grain: Grain
) -> Iterator[Writing]:
    couples: dict[str, str] = {}
    for couple_key, _person in people:
        if couple_key not in couples:
            couple_id = couples[couple_key] = f"c_{secrets.token_hex(12)}"
            code = secrets.token_hex(4).upper()
            yield Writing(couple_entries(couple_id, code))
    seen: set[str] = set()
    for (couple_key, _person), published in people.items():
        person_id, couple_id = f"p_{secrets.token_hex(12)}", couples[couple_key]
        place = "b" if couple_id in seen else "a"
        seen.add(couple_id)
        account = Account(person_id, couple_id, place, f"Nobody {place}", _NOBODY, _NOBODY)
        yield Writing([member_entry(couple_id, person_id), account_entry(account)])
        rows = [
            publication_to_json(
                replace(
                    one,
                    person_id=person_id,
                    couple_id=couple_id,
                    responses=one.responses.assign(person_id=person_id, couple_id=couple_id),
                    scores=one.scores.assign(person_id=person_id, couple_id=couple_id),
                )
            )
            for one in published
        ]
        content = {
            "grain": grain.value,
            "linked": linked,
            "text_hash": study.words_hash,
            "person_id": person_id,
            "couple_id": couple_id,
            "chosen": "2026-11-01",
            "until": study.ends,
            "key": study.public_key,
            "publications": rows,
        }
        sealed = seal_blob(content, bytes.fromhex(study.public_key), _OWN, person_id)
        yield replacing((), person_id, sealed, study.ends)
