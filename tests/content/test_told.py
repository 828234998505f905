"""Each text of a result page declares of whom it is true and what it claims, and is told of them alone."""

import re

import pytest

from tests.insights.couples import ASKED, FACETS, NAMES, SIGNS
from tests.insights.test_told_truth import LEVELS, PAIRS, level_of, results_of, scores_of
from workbook.content import messages, say
from workbook.content.told import read_told, told
from workbook.errors import ContentError
from workbook.ui.insight_text import tell

SENTENCES = re.compile(
    r"results\.plots\.(profile|rings|side_by_side|differences|perspectives|skills|guesses|agreement|needs|waiting|signs|by|trend)_\w+"
    r"|results\.plots\.(moved|weeks|chance|risen|progress)_\w+"
    r"|ui\.progress-own\.fell"
    r"|ui\.telling\.(own|both)\.\w+|ui\.perception\.(level|order|like)_(?!value)\w+"
)


def all_texts() -> dict[str, str]:
    """Return every message of the result pages by key."""

    def flat(table, above):
        for name, one in table.items():
            yield from flat(one, f"{above}.{name}") if isinstance(one, dict) else [(f"{above}.{name}", one)]

    return {key: str(text) for area in ("ui", "results") for key, text in flat(messages(area), area)}


def test_every_text_that_pages_tell_is_declared_once():
    known = {key for key in all_texts() if SENTENCES.fullmatch(key)}
    declared = [key for one in told().texts for key in one.keys]

    assert known - set(declared) == set()
    assert {key for key in declared if not key.startswith("topic.")} - set(all_texts()) == set()
    assert len(declared) == len(set(declared))


def test_a_text_declared_twice_is_refused():
    one = {"keys": ["ui.telling.own.high"], "whom": "you", "claims": "high"}
    with pytest.raises(ContentError, match="declared twice"):
        read_told({"version": "1", "texts": [one, one]})


def test_no_text_for_two_that_says_low_or_often_has_a_name_in_it():
    texts = all_texts()
    for one in told().texts:
        if one.claims in ("low", "often", "apart", "unhealthy_end") and one.whom != "you":
            for key in one.keys:
                text = "" if key.startswith("topic.") else texts[key]
                assert "{name}" not in text and "{other}" not in text, key


@pytest.mark.parametrize("topic", [FACETS[2], FACETS[15], SIGNS[0], SIGNS[4]])
def test_a_told_text_is_true_of_whom_it_declares(topic):
    """All 16 pairs of missing, low, middle and high: the declared people stand at the declared end."""
    subscale = ASKED[topic.partition(".")[0]].subscale_by_id[topic]
    is_sign = subscale.higher_is == "worse"
    seen = set()
    cases = [scores_of(topic, a, b) for a, b in PAIRS]
    for (a, b), results in zip(PAIRS, results_of(cases), strict=True):
        at = [level_of(topic, one) for one in (a, b) if LEVELS[one] is not None]
        for insight in results.insights:
            if insight.subject != topic or insight.code not in ("strength", "growth"):
                continue
            text = " ".join(str(block.get("text", "")) for block in tell(insight, ASKED, names=NAMES))
            for field in ("both_high_text", "both_low_text", "some_text"):
                if getattr(subscale, field) in text:
                    seen.add(field)
                    assert _holds(told().of(f"topic.{field}"), at, is_sign), (a, b, field)
            for name in ("low_some", "often_some", "low_one", "often_one"):
                if say(f"ui.telling.both.{name}") in text:
                    seen.add(name)
                    assert _holds(told().of(f"ui.telling.both.{name}"), at, is_sign), (a, b, name)
    # A rare sign is told as a strength only where no topic is open.
    expected = (
        {"both_high_text", "some_text", "often_some"} if is_sign else {"both_high_text", "both_low_text"}
    )
    assert expected | {"some_text"} <= seen


def _holds(one, at: list, is_sign: bool) -> bool:
    ends = {
        "upper_end": lambda level: level >= 3,
        "lower_end": lambda level: level <= 1,
        "unhealthy_end": lambda level: level >= 3 if is_sign else level <= 1,
        "low": lambda level: not is_sign and level <= 1,
        "often": lambda level: is_sign and level >= 3,
    }
    holds = [ends[one.claims](level) for level in at]
    return len(at) == 2 and (all(holds) if one.whom == "both" else any(holds))
