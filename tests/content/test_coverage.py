"""Every facet, sign, need and skill that the domain lists has items and an exercise."""

from collections import Counter

import pytest

from workbook.content.evidence import sources
from workbook.content.exercise import DEPTHS, exercises, suggest_for
from workbook.exercises.weekly_talk import ASKED_FIRST, DECKS
from workbook.instruments import catalogue
from workbook.instruments.facets import facets
from workbook.instruments.minutes import MOST_MINUTES
from workbook.ui.insight_text import suggestions

FACETS = [
    "closeness",
    "open_talk",
    "vulnerability",
    "empathy",
    "listening",
    "hidden_needs",
    "openness",
    "validation",
    "appreciation",
    "support",
    "attention",
    "protected_time",
    "small_gestures",
    "curiosity",
    "shared_fun",
    "emotional_safety",
    "trust",
    "reliability",
    "self_and_us",
    "self_care",
    "shared_dreams",
    "letting_go",
    "asking",
    "mending",
]
SIGNS = [
    "disconnected",
    "chores_only",
    "closeness_lost",
    "conflict",
    "loneliness",
    "trust_broken",
    "blame",
    "criticism",
    "avoidance",
    "stuck",
]
NEEDS = [
    "seen",
    "heard",
    "encouraged",
    "considered",
    "included",
    "nurtured",
    "understood",
    "accepted",
    "engaged",
    "touched",
    "held",
    "desired",
    "forgiven",
    "joined",
    "affection",
    "cherished",
    "safe",
    "respected",
]
SKILLS = [
    "trust_fears",
    "shared_aim",
    "release",
    "full_attention",
    "own_health",
    "self_love",
    "know_needs",
    "voice_needs",
    "clear_requests",
    "answer_requests",
    "agreements",
    "whose_need",
    "need_and_means",
    "losing_myself",
    "losing_you",
]
EXERCISES = [
    "our_plan",
    "speaker_listener",
    "twenty_minutes",
    "weekly_talk",
    "question_jar",
    "curiosity_update",
    "step_more_open",
    "gratitude_log",
    "small_gestures",
    "fun_list",
    "try_what_you_love",
    "new_traditions",
    "tech_off",
    "here_for_you",
    "support_plan",
    "shared_dream",
    "needs_talk",
    "request",
    "agreement",
    "breakdown",
    "talk_about_fear",
    "letting_go",
    "forgiving",
    "room_for_me",
    "the_question",
    "patience_and_help",
    "good_news",
    "reading_each_other",
    "how_we_met",
    "what_we_expect",
    "not_a_parent",
    "little_time",
    "backing_a_dream",
]
GUARDED = {
    "talk_about_fear",
    "breakdown",
    "letting_go",
    "forgiving",
    "step_more_open",
    "needs_talk",
    "curiosity_update",
    "here_for_you",
}
"""What is unsafe where somebody is afraid: fear, breakdown, letting go and forgiving, and what asks one to open up."""
TOUCHING = {"request", "needs_talk", "small_gestures"}
"""What can lead to touch."""
OPENING_UP = {"step_more_open", "gratitude_log"}  # asks whoever is hurt to give more
# Needs that go unmet where somebody is blamed, or is alone.
HURT = {
    "warning_signs.blame": ["needs.accepted", "needs.respected", "needs.forgiven", "needs.considered"],
    "warning_signs.loneliness": [
        "needs.seen",
        "needs.heard",
        "needs.understood",
        "needs.included",
        "needs.engaged",
        "needs.held",
        "needs.safe",
    ],
}
TOPICS = (
    [f"connection.{name}" for name in FACETS]
    + [f"warning_signs.{name}" for name in SIGNS]
    + [f"needs.{name}" for name in NEEDS]
    + [f"skills.{name}" for name in SKILLS]
)
INSTRUMENTS = catalogue()


def items_of(topic, about="self"):
    instrument = INSTRUMENTS[topic.partition(".")[0]]
    return [item for item in instrument.items if item.id.startswith(f"{topic}.") and item.about == about]


def test_the_domain_has_24_facets_10_signs_18_needs_15_skills_and_33_exercises():
    assert [len(names) for names in (FACETS, SIGNS, NEEDS, SKILLS, EXERCISES)] == [24, 10, 18, 15, 33]


def test_the_instruments_hold_these_topics_in_this_order_and_no_others():
    found = [
        facet.id
        for name in ("connection", "warning_signs", "needs", "skills")
        for facet in facets(INSTRUMENTS[name])
    ]
    assert found == TOPICS


@pytest.mark.parametrize("name", FACETS)
def test_a_facet_has_three_items_on_oneself_not_all_reversed_and_two_on_the_partner(name):
    own = items_of(f"connection.{name}")
    assert len(own) >= 3
    assert not all(item.reverse for item in own)
    assert len(items_of(f"connection.{name}", "partner")) == 2


@pytest.mark.parametrize("name", SIGNS)
def test_a_sign_has_three_items_on_oneself_and_two_on_the_partner_and_more_is_worse(name):
    assert len(items_of(f"warning_signs.{name}")) >= 3
    assert len(items_of(f"warning_signs.{name}", "partner")) == 2
    assert INSTRUMENTS["warning_signs"].subscale_by_id[f"warning_signs.{name}"].higher_is == "worse"


@pytest.mark.parametrize("name", NEEDS)
def test_a_need_is_asked_as_importance_met_guess_and_outside(name):
    instrument = INSTRUMENTS["needs"]
    aspects = [("importance", "self"), ("met", "self"), ("guess", "partner")]
    if name not in ("desired", "forgiven"):  # what nobody else is asked to give
        aspects.append(("outside", "self"))
    for aspect, about in aspects:
        assert instrument.item_by_id[f"needs.{name}.{aspect}"].about == about
    scales = {
        aspect: instrument.item_by_id[f"needs.{name}.{aspect}"].scale.values
        for aspect in ("importance", "met", "guess")
    }
    assert len(set(scales.values())) == 1, "the gap importance − met needs the same steps"


@pytest.mark.parametrize("name", SKILLS)
def test_a_skill_is_asked_of_oneself_and_of_the_partner(name):
    assert {item.about for item in INSTRUMENTS["skills"].items if item.id.startswith(f"skills.{name}.")} == {
        "self",
        "partner",
    }


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_has_one_or_two_exercises_with_a_reason(topic):
    suggested = suggest_for(topic)
    assert 1 <= len(suggested) <= 2
    for suggestion in suggested:
        assert topic in suggestion.exercise.serves
        assert suggestion.reason.endswith(".")
        assert suggestion.exercise.evidence in ("therapist", "unnamed", "ours")
    for ending in (".partner", ".met", ".self"):
        assert suggest_for(topic + ending) == suggested


def test_an_own_need_has_a_needs_talk_and_an_unknown_topic_has_nothing():
    assert [s.exercise.id for s in suggest_for("needs.own.x7f.met")] == ["needs_talk"]
    assert suggest_for("nothing.known") == []


def test_exercises_serve_only_topics_that_exist():
    served = {name for exercise in exercises().values() for name in exercise.serves}
    before = {"connection.requests_repair", "skills.two_fears"}  # what only an earlier edition asks about
    assert served - set(TOPICS) == {"needs.own"} | before


def test_every_exercise_of_the_domain_is_there_with_its_guard():
    assert set(exercises()) == set(EXERCISES)
    assert {name for name, exercise in exercises().items() if exercise.guard} == GUARDED
    assert {name for name, exercise in exercises().items() if exercise.touch} == TOUCHING
    assert all(len(exercise.steps) >= 4 for exercise in exercises().values())


def test_exercises_that_may_involve_touch_say_so():
    touching = {"needs.touched", "needs.held", "needs.desired", "warning_signs.closeness_lost"}
    for name in touching:
        assert all(
            s.exercise.touch for s in suggest_for(name) if s.exercise.id in {"small_gestures", "request"}
        )
        assert any(s.exercise.touch for s in suggest_for(name))


def test_low_safety_never_leads_to_an_exercise_that_asks_for_openness():
    risky = GUARDED | {"step_more_open"}
    assert not risky & {
        s.exercise.id for s in suggest_for("needs.safe") + suggest_for("connection.emotional_safety")
    }


@pytest.mark.parametrize("topic", [*HURT, *(need for needs in HURT.values() for need in needs)])
def test_blame_and_loneliness_never_lead_to_opening_up_or_to_thanks(topic):
    """Not as the second suggestion either, and nowhere in the map."""
    assert not {one.exercise.id for one in suggest_for(topic)} & OPENING_UP
    assert [name for name in OPENING_UP if topic in exercises()[name].serves] == []


@pytest.mark.parametrize("name", SIGNS)
def test_a_sign_of_distress_leads_first_to_something_unguarded_that_asks_nobody_to_open_up(name):
    first = suggest_for(f"warning_signs.{name}")[0].exercise
    assert not first.guard
    assert first.id not in OPENING_UP


@pytest.mark.parametrize("topic", TOPICS)
def test_a_couple_is_led_to_an_unguarded_exercise_where_one_fits(topic):
    fitting = [exercises()[name] for name in suggestions()[topic]]
    assert fitting[0].guard == all(one.guard for one in fitting)


OPENERS = {"what", "which", "who", "how", "when", "where"}
ASKING = {  # decks of questions that somebody answers
    "weekly_talk": {
        "values", "dreams_and_goals", "life_experiences", "feelings", "current_events",
        "family_and_relationships", "expectations", "good_news", "memories", "past_relationships",
    },
    "question_jar": {"to_start_with"},
    "twenty_minutes": {"question_of_the_day"},
}  # fmt: skip


def closes(card: str) -> bool:
    """Tell whether a card can be answered by yes or no."""
    return not card.endswith("?") or card.partition(" ")[0].lower() not in OPENERS


@pytest.mark.parametrize(("name", "decks"), ASKING.items())
def test_decks_of_questions_have_fifteen_cards_or_more_and_none_asks_for_yes_or_no(name, decks):
    found = {deck.id: deck for deck in exercises()[name].decks}
    assert set(found) == decks
    for deck in found.values():
        assert len(deck.cards) >= 15, deck.id
        assert len(set(deck.cards)) == len(deck.cards), deck.id
        assert [card for card in deck.cards if closes(card)] == []


def test_a_card_that_asks_for_yes_or_no_is_found():
    assert closes("Do you love your work?") and closes("Are you happy?") and closes("Tell me more.")
    assert not closes("What do you love about your work?")


def test_decks_of_talk_time_go_from_light_to_deep_and_two_ask_first():
    decks = exercises()["weekly_talk"].decks
    assert all(min(len(deck.cards_at(depth)) for depth in DEPTHS) >= 3 for deck in decks)
    assert {deck.id for deck in decks if deck.asks_first} == set(ASKED_FIRST)
    assert {deck.id for deck in decks} == set(DECKS), "what can be planned is what there is"


def test_ids_are_unique_across_all_instruments():
    names = [item.id for one in INSTRUMENTS.values() for item in one.items]
    names += [question.id for one in INSTRUMENTS.values() for question in one.free_text]
    chapters = [chapter.id for one in INSTRUMENTS.values() for chapter in one.chapters]
    assert [name for name, n in Counter(names + chapters).items() if n > 1] == []


@pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=INSTRUMENTS.keys())
def test_no_question_is_asked_twice_and_each_asks_one_thing(instrument):
    texts = [item.text for item in instrument.items]
    assert [text for text, n in Counter(texts).items() if n > 1] == []
    assert all(text.endswith((".", "?", "”")) for text in texts)
    assert [text for text in texts if len(text.split()) > 24] == []


@pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=INSTRUMENTS.keys())
def test_a_questionnaire_says_its_version_sources_licence_and_chapters_of_8_minutes_at_most(instrument):
    assert instrument.version
    assert instrument.licence == "CC-BY-4.0"
    assert set(instrument.source) <= set(sources())
    assert instrument.chapters
    assert all(chapter.minutes <= MOST_MINUTES for chapter in instrument.chapters)


@pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=INSTRUMENTS.keys())
def test_every_score_about_oneself_has_words_for_high_and_low(instrument):
    for subscale in instrument.subscales:
        assert subscale.summary
        if subscale.about == "self":
            assert subscale.high_text.endswith("."), subscale.id
            assert subscale.low_text.endswith("."), subscale.id


def test_all_perspectives_of_a_topic_share_its_words():
    for instrument in INSTRUMENTS.values():
        for subscale in instrument.subscales:
            if subscale.id.endswith(".partner"):
                own = [
                    s for s in instrument.subscales if s.id in {subscale.id[:-8], subscale.id[:-8] + ".self"}
                ]
                assert [s.topic for s in own] == [subscale.topic]


def test_the_constants_are_called_assumed_until_there_are_norms():
    for instrument in INSTRUMENTS.values():
        for subscale in instrument.subscales:
            for constant in (subscale.reliability, subscale.sd):
                assert constant is None or constant.is_assumed


def test_the_weekly_check_in_takes_three_minutes_at_most_with_a_mood_and_a_gratitude():
    weekly = INSTRUMENTS["weekly"]
    assert weekly.occasion == "weekly"
    assert weekly.minutes <= 3
    assert 5 <= len(weekly.items) <= 7
    assert "weekly.mood" in weekly.item_by_id
    assert [question.id for question in weekly.free_text] == ["weekly.gratitude"]


def test_background_is_choices_and_own_words_and_makes_no_score():
    background = INSTRUMENTS["background"]
    assert not background.subscales
    assert [item.id.partition(".")[2] for item in background.items] == [
        "age_band",
        "length_band",
        "living_together",
        "children_band",
        "region",
    ]
    assert [question.id for question in background.free_text] == [
        "background.gender_words",
        "background.role_label",
    ]


def test_the_private_questions_make_no_score_and_cover_eight_matters_under_a_neutral_title():
    safety = INSTRUMENTS["safety"]
    assert safety.is_private
    assert not safety.subscales
    assert {item.id.split(".")[1] for item in safety.items} == {
        "fear",
        "control",
        "threats",
        "harm",
        "isolation",
        "shame",
        "care",
        "peace",
    }
    seen = [safety.title, *(chapter.title for chapter in safety.chapters)]
    assert not any(
        word in title.lower() for title in seen for word in ("safe", "violen", "abuse", "fear", "harm")
    )
    assert [one.id for one in INSTRUMENTS.values() if one.is_private] == ["safety"]
