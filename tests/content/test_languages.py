"""A language is spoken where it was chosen and nowhere else, and says all that English says."""

import threading
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel import Locale

import workbook.content
from tools import pseudo
from tools.wording import flat, untranslated
from workbook.content import languages, say, sentence, speaking, spoken
from workbook.content.document import consent_hash, documents
from workbook.content.formats import day_in_words, decimal, isolated, listed
from workbook.content.language import MORE, SOURCE
from workbook.errors import WorkbookError, problem
from workbook.instruments import as_spoken, catalogue
from workbook.server.web.language import best_of
from workbook.service.formats.values import Actor
from workbook.service.identity.sittings import Sittings
from workbook.service.studies.study import Study
from workbook.ui.guard import Guard

ENGLISH = Path(workbook.content.__file__).parent / SOURCE


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("languages")
    pseudo.write_languages(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MORE, str(folder))
        yield folder


def test_only_english_is_shipped(monkeypatch) -> None:
    monkeypatch.delenv(MORE)
    assert list(languages()) == ["en"]


def test_two_threads_speak_two_languages_at_once() -> None:
    meet, heard = threading.Barrier(2), {}

    def speak(language: str) -> None:
        with speaking(language):
            meet.wait()
            heard[language] = say("server.title"), catalogue()["connection"].title, documents()["guard"].title
            meet.wait()
            assert spoken() == language

    both = [threading.Thread(target=speak, args=(language,)) for language in ("en", "en-XA")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    turned = tuple(pseudo.accented(text) for text in heard["en"])
    assert heard["en-XA"] == turned != heard["en"]
    assert spoken() == SOURCE


def test_what_a_callback_says_is_in_its_sittings_language() -> None:
    told: list[str] = []

    def refuse() -> None:
        raise WorkbookError(problem("ui.trouble.not_there"))

    guards = [Guard(told.extend, language=language) for language in ("en-XA", "en")]
    for guard in guards:
        guard(refuse)()
    assert told == [pseudo.accented(say("ui.trouble.not_there")), say("ui.trouble.not_there")]


def test_a_sitting_has_one_language_to_its_end() -> None:
    sittings = Sittings()
    ana, ben = (sittings.begin(Actor("partner", "c_1", person), b"key") for person in ("p_1", "p_2"))
    sittings.speak(ana.sitting_id, "ar-XB")
    assert [sittings.language_of(one.sitting_id) for one in (ana, ben)] == ["ar-XB", ""]
    sittings.end(ana.sitting_id)
    assert sittings.language_of(ana.sitting_id) == ""


def test_consent_is_to_the_words_that_were_read_and_a_study_knows_them_in_every_language() -> None:
    study = Study("Talk", "How couples talk.", ("connection",), "team@example.org", 12)
    hashes = {}
    for language in languages():
        with speaking(language):
            hashes[language] = study.words_hash, consent_hash()
    assert len({one for both in hashes.values() for one in both}) == 2 * len(languages())
    assert all(study.is_in_words(words) for words, _ in hashes.values())
    assert not study.is_in_words(hashes["en"][1])


def test_a_questionnaires_structure_is_the_same_in_every_language() -> None:
    english = catalogue()
    for language in languages():
        with speaking(language):
            found = as_spoken(english)
        for name, one in found.items():
            assert one.version == english[name].version
            assert [item.id for item in one.items] == [item.id for item in english[name].items]
            assert [scale.values for scale in one.scales] == [scale.values for scale in english[name].scales]


def test_plurals_days_numbers_and_lists_are_the_languages_own() -> None:
    with speaking("en-XA"):  # as in Ukrainian
        assert (day_in_words(date(2026, 5, 3)), decimal(3.26)) == ("3 травня 2026\u202fр.", "3,3")
        assert listed(["a", "b", "c"]) == "a, b і c"
    with speaking("en"):
        assert (day_in_words(date(2026, 5, 3)), decimal(3.26), listed("abc")) == (
            "3 May 2026",
            "3.3",
            "a, b and c",
        )
        assert [say("results.plots.n_topics", n=n) for n in (0, 1, 2)] == ["0 topics", "1 topic", "2 topics"]


def test_each_kind_of_number_has_its_form(tmp_path: Path, monkeypatch) -> None:
    for file in pseudo.WORDS.rglob("*.toml"):
        to = tmp_path / "uk" / file.relative_to(pseudo.WORDS)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(file.read_text())
    (tmp_path / "uk" / "language.toml").write_text('name = "Українська"\nlocale = "uk"\ndirection = "ltr"\n')
    results = tmp_path / "uk" / "messages" / "results.toml"
    forms = 'n_topics = { 0 = "жодної теми", one = "{n} тема", few = "{n} теми", many = "{n} тем", other = "{n} теми" }'
    lines = [forms if line.startswith("n_topics") else line for line in results.read_text().splitlines()]
    results.write_text("\n".join(lines))
    monkeypatch.setenv(MORE, str(tmp_path))
    with speaking("uk"):
        said = [say("results.plots.n_topics", n=n) for n in (0, 1, 2, 5, 11, 21, 22)]
    assert said == ["жодної теми", "1 тема", "2 теми", "5 тем", "11 тем", "21 тема", "22 теми"]


def test_a_name_written_the_other_way_moves_nothing_around_it() -> None:
    assert isolated("Kim") == "Kim"
    assert say("ui.home.kicker", name="דנה") == "Hello \u2068דנה\u2069"
    with speaking("ar-XB"):
        assert "\u2068Kim\u2069" in say("ui.home.kicker", name="Kim")


def test_a_wrong_field_is_called_what_people_call_it() -> None:
    assert sentence(problem("errors.shapes.empty", name="text")) == "Your words: this is still empty."
    assert sentence(problem("errors.shapes.empty", name="mystery")) == "mystery: this is still empty."


@pytest.mark.parametrize(
    ("wanted", "best"),
    [
        ("ar-XB,en;q=0.5", "ar-XB"),
        ("tlh, en-XA;q=0.2", "en-XA"),
        ("en-GB", "en"),
        ("", "en"),
        ("xx;q=no", "en"),
    ],
)
def test_a_browser_gets_the_language_it_asks_for_first(wanted: str, best: str) -> None:
    assert best_of(wanted) == best


@pytest.mark.parametrize("language", pseudo.LANGUAGES)
def test_a_made_up_language_says_all_that_english_says_and_no_letter_of_it(
    folder: Path, language: str
) -> None:
    assert untranslated(ENGLISH, folder / language) == []
    plurals = Locale.parse(pseudo.LANGUAGES[language][0]).plural_form.tags | {"other"}
    results = tomllib.loads((folder / language / "messages" / "results.toml").read_text("utf-8"))
    assert plurals <= set(results["plots"]["n_topics"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda text: text.replace('"quoted" =', '"qouted" ='),
            ["lacks plots.quoted", "has plots.qouted, which en lacks"],
        ),
        (None, ["lacks messages/results.toml"]),
    ],
)
def test_what_a_language_lacks_is_named(folder: Path, tmp_path: Path, change, told: list[str]) -> None:
    for file in (folder / "en-XA").rglob("*.toml"):
        to = tmp_path / "xx" / file.relative_to(folder / "en-XA")
        to.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text("utf-8")
        if file.name != "results.toml":
            to.write_text(text)
        elif change is not None:
            to.write_text(change(text))
    found = untranslated(ENGLISH, tmp_path / "xx")
    assert [line.partition(" ")[2] for line in found] == told


def test_words_that_turn_the_direction_of_writing_are_refused() -> None:
    from workbook.shapes import Text, find_problems

    shape = {"text": Text(60)}
    assert find_problems(shape, {"text": "שלום, Kim 👩‍👧\u200f"}) == []
    for turning in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        (found,) = find_problems(shape, {"text": f"yes{turning}no"})
        assert found.key == "errors.shapes.unfit"


def test_flat_takes_the_forms_of_a_count_for_one_text() -> None:
    assert list(flat({"a": {"one": "{n} day", "other": "{n} days"}, "b": {"other": "x"}}, "")) == [
        "a",
        "b.other",
    ]
