"""The researcher's page: what it opens, what it shows, and that an export goes through its risk first."""

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ipywidgets import VBox

from tests.service.cohort import fill
from tests.service.household import STUDY
from tests.service.keyed import PASSPHRASE, with_key, write_keyed
from workbook.cohort import write_cohort
from workbook.content import say
from workbook.errors import StatisticsError
from workbook.research.export import read_journal
from workbook.simulate import simulate_couples
from workbook.storage.opening import open_store
from workbook.ui.components import Actions, TextField
from workbook.ui.dashboard import open_dashboard
from workbook.ui.dashboard.door import Door
from workbook.ui.dashboard.page import Dashboard
from workbook.ui.dashboard.sample import Sample, find_cohort, of_cohort

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("cohort") / "cohort"
    drawn = simulate_couples(60, 4).responses
    return of_cohort(write_cohort([drawn], folder, form="csv", about={"couples": 60}))


@pytest.fixture
def page(cohort: Sample, tmp_path: Path) -> Dashboard:
    return Dashboard(dataclasses.replace(cohort, exports=tmp_path / "exports"))


def texts(blocks: list[dict[str, object]]) -> str:
    return str(blocks)


def test_without_a_study_it_opens_the_simulated_cohort_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    monkeypatch.chdir(PROJECT / "notebooks")
    assert find_cohort(Path.cwd()) == PROJECT / "data" / "cohort"
    page = open_dashboard().dashboard
    assert page.sample.is_simulated
    assert page.sample.n_persons == 480
    assert "These people were made up" in texts(page.head.blocks)


def test_held_back_items_are_not_counted_as_missing(cohort: Sample) -> None:
    connection = cohort.catalogue["connection"]
    shown = cohort.shown(connection, "assessment-1")

    assert "connection.emotional_safety.1" not in set(shown["item"])
    assert shown["value"].notna().groupby(shown["item"]).any().all()


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a study to which six linked couples gave their answers."""
    monkeypatch.setenv("WORKBOOK_KEYS", str(tmp_path / "keys"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    data = tmp_path / "data"
    monkeypatch.setenv("WORKBOOK_DATA", str(data))
    store = open_store(data)
    fill(store, STUDY, 6)
    store.close()
    write_keyed(STUDY, data)
    return data


def open_door(passphrase: str) -> tuple[Door, VBox]:
    root = open_dashboard()
    assert STUDY.key_words in texts(root.door.head.blocks)
    root.door.passphrase.value = passphrase
    root.door.button._handle_custom_msg({"press": "open"}, [])
    assert root.door.passphrase.value == "", "it does not stay on the page"
    return root.door, root


def test_with_a_study_nothing_is_shown_before_its_passphrase_and_then_the_study(study: Path) -> None:
    door, root = open_door(PASSPHRASE)
    assert door.trouble.blocks == []
    (inside,) = root.children
    sample = inside.dashboard.sample
    assert not sample.is_simulated
    assert sample.name == STUDY.name
    assert (sample.n_persons, sample.linked["couple_id"].nunique()) == (12, 6)
    assert sample.exports == study / "exports"
    pairs = sample.pairs(list(sample.facets("assessment-1"))[:1], "assessment-1")
    assert len(pairs) == 6


@pytest.mark.parametrize("passphrase", ["", "a wrong one"])
def test_a_wrong_passphrase_shows_a_sentence_and_nothing_of_the_study(study: Path, passphrase: str) -> None:
    door, root = open_door(passphrase)
    told = texts(door.trouble.blocks)
    assert ("does not open" if passphrase else "Type the passphrase") in told
    assert root.children == (door.head, door.passphrase, door.button, door.trouble)


def test_a_study_whose_key_is_another_says_so_before_anybody_types(study: Path) -> None:
    path = study / "study.toml"
    path.write_text(path.read_text().replace(STUDY.public_key, "ab" * 32))
    root = open_dashboard()
    assert "names another key" in texts(root.children[0].blocks)


def test_places_that_do_not_open_are_told_above_everything(study: Path) -> None:
    store = open_store(study)
    fill(store, with_key(STUDY, bytes(range(2, 34))), 1, seed=8)
    store.close()
    _door, root = open_door(PASSPHRASE)
    assert "2 places of people do not open" in texts(root.children[0].dashboard.head.blocks)


def test_a_study_that_is_not_in_order_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "study.toml").write_text("name = 3")
    monkeypatch.setenv("WORKBOOK_DATA", str(tmp_path))
    root = open_dashboard()
    assert "cannot open" in texts(root.children[0].blocks)


def test_left_out_answers_are_counted_as_missing(cohort: Sample) -> None:
    """A study holds only given answers, so missing ones have to be added back to be counted."""
    instrument = cohort.catalogue["connection"]
    given = cohort.published.responses
    only_answered = dataclasses.replace(
        cohort, published=dataclasses.replace(cohort.published, responses=given[given["value"].notna()])
    )
    shown = only_answered.shown(instrument, "assessment-1")
    assert len(shown) == 120 * len(instrument.items)
    assert shown["value"].isna().any()


@pytest.mark.parametrize("name", ["cohort", "reliability", "dyads", "export"])
def test_every_section_fills(page: Dashboard, name: str) -> None:
    page.turn(name)
    section = page.sections[name]
    assert section.words.blocks[0]["kind"] == "heading"
    assert [button["id"] for button in page.menu.buttons if button["kind"] == "primary"] == [name]


def test_small_counts_of_background_are_not_shown(cohort: Sample) -> None:
    few = sorted(cohort.published.people()["couple_id"].unique())[:3]
    answers = cohort.published.responses
    published = dataclasses.replace(cohort.published, responses=answers[answers["couple_id"].isin(few)])
    page = Dashboard(dataclasses.replace(cohort, published=published))
    rows = next(b for b in page.sections["cohort"].words.blocks if b["kind"] == "details")["blocks"][0][
        "rows"
    ]
    counts = [row[2] for row in rows]
    assert "fewer than 5" in counts
    assert "0" in counts
    assert not {"1", "2", "3", "4"} & set(counts)


def test_the_dyadic_section_says_what_the_model_says(page: Dashboard) -> None:
    from workbook.research.dyadic import dyadic_icc

    page.turn("dyads")
    section = page.sections["dyads"]
    pairs = page.sample.pairs([section.y.value], "assessment-1")
    value = dyadic_icc(pairs, f"{section.y.value}_a", f"{section.y.value}_b").value
    assert f"{value:.2f}" in section.views[0].chart.sentence.replace("−", "-")
    assert len(section.views[1].chart.figures[0]["data"]) > 0
    section.y.value = section.x.value
    assert "different facets" in texts(section.more.blocks)
    assert section.views[1].root.children == ()


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ("couple", "about equal"),
        ("contrast", "opposite"),
        ("actor-only", "Only one's own side"),
        ("between", "between the usual patterns"),
        ("beyond", "beyond the usual patterns"),
        ("contrast or actor-only", "Several patterns"),
        ("not interpreted", "No pattern can be read"),
    ],
)
def test_every_dyadic_pattern_has_its_message(page: Dashboard, reading: str, said: str) -> None:
    from workbook.research.dyadic import Pattern, apim

    page.turn("dyads")
    section = page.sections["dyads"]
    drawn = np.random.default_rng(1).normal(size=(30, 4))
    model = apim(pd.DataFrame(drawn, columns=["x_a", "x_b", "y_a", "y_b"]), distinguishable=False)
    vars(model)["k"] = Pattern(2.0, 1.5, 2.5, reading, "bootstrap over couples")
    section._pattern(model)
    assert said in section.views[2].chart.sentence


@pytest.mark.parametrize("n", [4, 5])
def test_a_handful_of_couples_fills_the_dyadic_section(cohort: Sample, n: int) -> None:
    """Resampled cohorts of a single couple have no slopes; the page still works."""
    few = sorted(cohort.linked["couple_id"].unique())[:n]
    linked = cohort.linked[cohort.linked["couple_id"].isin(few)]
    page = Dashboard(dataclasses.replace(cohort, linked=linked))
    page.turn("dyads")
    section = page.sections["dyads"]
    assert section.views[2].chart.sentence
    assert "too few to ask" in texts(section.more.blocks)


@pytest.mark.parametrize("n", [49, 50])
def test_roles_are_tested_from_fifty_couples_on(
    page: Dashboard, monkeypatch: pytest.MonkeyPatch, n: int
) -> None:
    page.turn("dyads")
    section = page.sections["dyads"]
    x, y = section.x.value, section.y.value
    names = [f"{name}_{place}" for name in (x, y, "background.age_band") for place in "ab"]
    drawn = pd.DataFrame(np.random.default_rng(2).normal(size=(n, 6)), columns=names)
    aged = drawn.assign(role_a=["older", "younger"] * (n // 2) + ["older"] * (n % 2))
    aged["role_b"] = aged["role_a"].map({"older": "younger", "younger": "older"})
    monkeypatch.setattr(section, "_by_age", lambda *_: aged)
    said = texts(section._roles(x, y, section.when.value))
    assert ("too few to ask" in said) == (n < 50)
    assert ("treat all partners alike" in said) == (n >= 50)


def test_an_export_is_measured_then_written_then_recorded_in_the_journal(page: Dashboard) -> None:
    page.turn("export")
    section = page.sections["export"]
    section._pressed("export")  # a browser may claim a press: without a measured release it does nothing
    assert not page.sample.exports.exists()
    section._pressed("measure")
    assert "This may leave" in texts(section.report.blocks)
    section._pressed("export")
    assert "Written" in texts(section.outcome.blocks)
    entries = read_journal(page.sample.exports)
    assert [entry["level"] for entry in entries] == ["aggregate"]
    assert (page.sample.exports / entries[0]["folder"] / "codebook.csv").exists()
    assert section.folder.value not in ("", entries[0]["folder"])


def test_changing_the_export_settings_requires_a_new_measurement(page: Dashboard) -> None:
    page.turn("export")
    section = page.sections["export"]
    section._pressed("measure")
    section.level.value = "linked"
    section._pressed("export")
    assert not page.sample.exports.exists()
    section._pressed("measure")
    assert "Nothing was written" in texts(section.outcome.blocks)  # it names no agreement
    section.agreement.value = "Ethics 12"
    section._pressed("measure")
    assert "RESTRICTED" in texts(section.report.blocks)


@pytest.mark.parametrize("name", ["../../elsewhere", "/etc/x", "..", "a/b"])
def test_an_export_folder_name_cannot_escape_the_exports_folder(page: Dashboard, name: str) -> None:
    page.turn("export")
    section = page.sections["export"]
    section._pressed("measure")
    section.folder.value = name
    section._pressed("export")
    made = (
        [path for path in page.sample.exports.iterdir() if path.is_dir()]
        if page.sample.exports.exists()
        else []
    )
    assert all(path.parent == page.sample.exports for path in made)
    assert not (page.sample.exports.parent / "elsewhere").exists()
    assert isinstance(section.outcome.blocks, list)
    assert isinstance(page.sample.linked, pd.DataFrame)


def refuse(*_: object, **__: object) -> None:
    raise StatisticsError(["Too few couples.", "Too many gaps."])


def break_down(*_: object, **__: object) -> None:
    raise KeyError("answer was 4")


def callbacks_of(page: Dashboard) -> list[tuple[str, Any]]:
    """Return every control of the page with a function that does what a browser would."""
    found: list[tuple[str, Any]] = [(f"menu {name}", partial(press, page.menu, name)) for name in page.kinds]
    for name in page.kinds:
        page.turn(name)
        for number, widget in enumerate(widgets_in(page.sections[name].root)):
            if isinstance(widget, Actions):
                found += [
                    (f"{name} {one['id']}", partial(press, widget, one["id"])) for one in widget.buttons
                ]
            if isinstance(widget, TextField) and len(widget.options) > 1:
                found.append((f"{name} list {number}", partial(choose_another, widget)))
    return found


def press(widget: Actions, name: str) -> None:
    """Send what a browser sends."""
    widget._handle_custom_msg({"press": name}, [])


def widgets_in(root: Any) -> list[Any]:
    inside = [one for child in getattr(root, "children", ()) for one in widgets_in(child)]
    return [root, *inside]


def choose_another(field: TextField) -> None:
    field.value = next(key for key, _title in field.options if key != field.value)


@pytest.mark.parametrize(
    ("fail", "told"), [(refuse, "Too few couples."), (break_down, say("ui.trouble.unknown"))]
)
def test_an_error_in_any_control_is_shown(
    page: Dashboard,
    monkeypatch: pytest.MonkeyPatch,
    fail: Callable[..., None],
    told: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As on the partners' pages: with its own message, or as a defect without values."""
    pressed = callbacks_of(page)
    assert len(pressed) > len(page.kinds) + 8
    for section in page.sections.values():
        for name in ("opening", "_measure", "_earlier"):
            if hasattr(section, name):
                monkeypatch.setattr(type(section), name, fail)
    for name, react in pressed:
        page.trouble.blocks = []
        react()
        shown = f"{page.trouble.blocks} {page.sections['export'].outcome.blocks}"
        assert told in shown, name
    assert "answer was 4" not in caplog.text
    monkeypatch.undo()
    press(page.menu, "cohort")
    assert page.trouble not in page.root.children, "the next press clears it"
