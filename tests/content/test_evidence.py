"""What the workbook rests on: every claim labelled for what it is, and help lines that were seen."""

import re
from datetime import date
from pathlib import Path

import pytest

from workbook.content.evidence import claims, sources
from workbook.content.exercise import exercises, read_exercise
from workbook.content.files import both_files
from workbook.content.resource import resources
from workbook.errors import ContentError

STUDIES = [one for one in sources().values() if one.kind == "study"]


def test_studies_name_where_they_stand_and_say_their_limits() -> None:
    assert len(STUDIES) >= 12
    for study in STUDIES:
        assert re.fullmatch(r"doi 10\.\d{4,}/\S+", study.address), study.id
        assert study.claims and all(claim.evidence == "studies" for claim in study.claims)
        for claim in study.claims:
            assert len(re.findall(r"[.!?](?:\s|$)", claim.text)) >= 1
            assert not re.search(r"\b(proves|proven|always|this workbook helps)\b", claim.text), claim.id


def test_a_claim_is_labelled_by_the_kind_of_its_source() -> None:
    allowed = {
        "study": {"studies"},
        "article": {"therapist", "unnamed"},
        "paper": {"method"},
        "book": {"method"},
    }
    for source in sources().values():
        found = {claim.evidence for claim in source.claims}
        assert found <= allowed.get(source.kind, {"ours", "method"}), source.id
        if source.kind == "article":  # whose author nobody knows is not said to be a therapist's
            assert ("unnamed" in found) == (source.authors == "not recorded" and bool(found)), source.id


def test_an_address_is_a_doi_the_authors_own_page_or_not_recorded() -> None:
    copies = ("studylib", "scribd", "researchgate", "docslib", "doczz", "pdfslide", "slideshare", "alhapps")
    for source in sources().values():
        assert not any(name in source.address for name in copies), source.id


def test_an_exercise_is_never_called_studied_and_names_what_was_found() -> None:
    for exercise in exercises().values():
        is_known = any(sources()[name].authors != "not recorded" for name in exercise.source)
        is_own = set(exercise.source) == {"own"}
        assert exercise.evidence == ("ours" if is_own else "therapist" if is_known else "unnamed")
        assert all(claims()[name].evidence == "studies" for name in exercise.studies)
    against = {"forgiving_has_limits", "amends_first"}
    assert against <= set(exercises()["forgiving"].studies), "studies against an exercise are told as well"


def test_an_exercise_that_names_no_study_is_refused(tmp_path: Path) -> None:
    place, words = both_files("exercises/forgiving.toml", "en")
    wrong = tmp_path / "forgiving.toml"
    wrong.write_text(
        place.read_text(encoding="utf-8").replace("amends_first", "not_every_need"), encoding="utf-8"
    )
    with pytest.raises(ContentError, match="not_every_need"):
        read_exercise(wrong, words)


def test_help_is_listed_by_country_for_everybody_each_with_where_it_was_seen() -> None:
    found = resources()
    assert sum(map(len, found.by_region().values())) == len(found.entries) >= 18
    for entry in found.entries:
        assert entry.address and date.fromisoformat(entry.seen_on) >= date(2026, 11, 28)
        assert entry.checked_by == "", "a person sets this, after calling or visiting"
    numbers = {"112", "911", "999", "000", "116 016", "3919", "016", "988", "1800 737 732", "800-799-7233"}
    told = " ".join(entry.contact for entry in found.entries)
    assert all(number in told for number in numbers)
