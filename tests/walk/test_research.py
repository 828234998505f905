"""A partner in a real browser gives a study their answers; the export holds them until they withdraw."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from tests.service.cohort import fill
from tests.service.household import CHEAP
from tests.service.keyed import passphrase_file, with_key, write_keyed
from tests.walk.person import PASSPHRASE, Person
from tests.walk.seeded import answer_all
from workbook.cli import main
from workbook.content import say
from workbook.content.document import consent_hash
from workbook.instruments import catalogue
from workbook.server.testing import RunningServer, running_server
from workbook.service.desks.household import Household
from workbook.service.studies.study import Study
from workbook.sharing import Grain
from workbook.storage.opening import open_store

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STUDY = with_key(Study("Talk and trust", "How couples talk.", ("connection",), "Dr Kim, kim@example.org", 24))


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[RunningServer, str]]:
    """Ben gave already; Ana, beside thirty couples who did, is still undecided."""
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    store = open_store(tmp_path / "data")
    fill(store, STUDY, 30)
    household = Household(store, cost=CHEAP, study=STUDY)
    code = prepare(household)
    household.close()
    write_keyed(STUDY, tmp_path / "data")
    with running_server(tmp_path) as server:
        yield server, code


def prepare(household: Household) -> str:
    ana = household.accounts.create_couple("Ana", PASSPHRASE + "Ana")
    ben = household.accounts.join(ana.code, "Ben", PASSPHRASE + "Ben")
    both = [household.seat_partner(one.actor) for one in (ana, ben)]
    for shift, who in enumerate(both, start=1):
        who.add_event("consent", {"text": "consent", "text_hash": consent_hash()})
        answer_all(who, "connection", shift)
    both[1].give_to_research(Grain.ANSWERS, linked=True, text_hash=STUDY.words_hash)
    return ana.code


def rows_of_ana(server: RunningServer, out: Path) -> tuple[int, int]:
    """Count Ana's rows, and all rows, of a linked export made while the server runs."""
    options = ["--level", "linked", "--agreement", "ethics board 12"]
    options += ["--passphrase-file", str(passphrase_file(server.data.parent))]
    done = CliRunner().invoke(main, ["export", *options, "--data", str(server.data), "--out", str(out)])
    assert done.exit_code == 0, done.output + done.stderr
    (file,) = (out / "data").glob("*.csv")
    rows = pd.read_csv(file)
    items = list(enumerate(catalogue()["connection"].items))
    given = [(n, item) for n, item in items if not item.never_published]
    choices = [(n, [choice.value for choice in item.scale.choices]) for n, item in given]
    hers = [values[(n * 2 + 1) % len(values)] for n, values in choices]
    columns = [item.id.replace(".", "_") for _, item in given]
    held_back = {item.id.replace(".", "_") for _, item in items} - set(columns)
    assert held_back and not held_back & set(rows.columns)
    return int((rows[columns] == hers).all(axis=1).sum()), len(rows)


def test_the_export_holds_those_who_gave_and_not_those_who_took_it_back(
    running: tuple[RunningServer, str], browser: Browser, tmp_path: Path
) -> None:
    server, code = running
    ana = Person(browser, server.url.rstrip("/"), "Ana", 360)
    ana.sign_in(code)
    ana.open_step(say("ui.steps.research"))
    assert ana.page.locator("input[type=radio]:checked").count() == 0, "nothing is chosen beforehand"
    ana.choose(ana.page.locator("input[type=radio][value=answers]:visible"))
    ana.choose(ana.page.locator("input[type=radio][value=linked_yes]:visible"))
    save = ana.page.get_by_role("button", name=say("study.page.button"), exact=True)
    ana.turn(lambda: ana.press(save))
    assert rows_of_ana(server, tmp_path / "b" / "with") == (1, 62)
    ana.open_step(say("ui.steps.research"))
    take_back = ana.page.get_by_role("button", name=say("study.page.take_back"), exact=True)
    ana.turn(lambda: ana.press(take_back))
    after = rows_of_ana(server, tmp_path / "c" / "after")
    # Neither is Ben, linked with nobody now; and four couples drawn by lot, so that comparing the two
    # exports, which the study's journal knows of wherever they went, tells nobody who took it back.
    assert after == (0, 62 - 2 - 8)
    assert ana.complaints == [] and ana.off_origin == []
    ana.close()
