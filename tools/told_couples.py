"""Made-up couples who need care most, by their score on each topic; see docs/made-up-couples.md."""

import random

from workbook.instruments import catalogue
from workbook.instruments.facets import facets

Person = dict[str, int]
FACETS = [one.id for one in facets(catalogue()["connection"])]
SIGNS = [one.id for one in facets(catalogue()["warning_signs"])]


def mixed(seed: int, levels: tuple[int, ...]) -> Person:
    """Return somebody ordinary: topics and signs differ a little from each other."""
    draw = random.Random(seed)  # noqa: S311 - made-up people, no secret
    return {topic: draw.choice(levels) for topic in FACETS} | {
        sign: 4 - draw.choice(levels) for sign in SIGNS
    }


def _alike(score: int) -> Person:
    return dict.fromkeys(FACETS, score) | dict.fromkeys(SIGNS, 4 - score)


CONTENT = mixed(3, (3, 3, 4))
FRIGHTENED = (
    dict.fromkeys(FACETS, 2)
    | {"connection.letting_go": 4, "connection.listening": 3, "connection.hidden_needs": 4}
    | {"connection.empathy": 3, "connection.vulnerability": 1, "connection.self_and_us": 1}
    | {"connection.emotional_safety": 1, "connection.trust": 1}
    | dict.fromkeys(SIGNS, 2)
    | {"warning_signs.avoidance": 3, "warning_signs.blame": 1, "warning_signs.criticism": 0}
)
LONELY = CONTENT | {"warning_signs.loneliness": 4, "warning_signs.disconnected": 3}
PURSUER = CONTENT | {"warning_signs.closeness_lost": 4, "warning_signs.blame": 3, "connection.letting_go": 1}
WITHDRAWER = CONTENT | {
    "warning_signs.avoidance": 4,
    "connection.open_talk": 1,
    "connection.vulnerability": 0,
}
TEN = {topic: CONTENT[topic] for topic in FACETS[:3]}  # nine or ten answers, none of them on trust

COUPLES: dict[str, tuple[Person, Person]] = {
    "frightened and content": (FRIGHTENED, CONTENT),
    "lonely and content": (LONELY, CONTENT),
    "pursuer and withdrawer": (PURSUER, WITHDRAWER),
    "alike in everything": (_alike(3), _alike(3)),
    "very unhappy and very happy": (_alike(0), _alike(4)),
    "ten answers only": (TEN, CONTENT),
}
