"""Which roles may ask which verbs, and what each verb is asked with."""

from collections.abc import Mapping
from typing import Any

from tests.proofs._everybody import INSTRUMENT, OCCASION, STUDY, World, answers_to
from workbook.service.desks.roles import INTERFACES, RoleService
from workbook.service.link.calls import verbs_of
from workbook.sharing import Grain

Rules = Mapping[str, frozenset[str]]
Arguments = tuple[tuple[Any, ...], dict[str, Any]]
ALONE, EITHER = frozenset({"partner"}), frozenset({"partner", "together"})
RESEARCHER = frozenset({"researcher"})
# Which roles may ask a verb, of what is their own.
MAY: Rules = {
    **dict.fromkeys(("save_answers", "read_responses", "add_event", "read_events"), ALONE),
    **dict.fromkeys(("my_decision", "my_data", "block_free_text", "is_blocking", "wrong_tries"), ALONE),
    "my_held_back": ALONE,
    **dict.fromkeys(("unpair", "leave", "erase", "order_for_me", "add_table_event"), ALONE),
    **dict.fromkeys(("grant_therapist", "end_therapist", "my_therapist", "private_copy"), ALONE),
    "read_cases": frozenset({"therapist"}),
    **dict.fromkeys(
        ("couple", "decide", "withdraw", "read_table", "read_audit", "watch", "choose_exercise"), EITHER
    ),
    **dict.fromkeys(("room", "open_room", "move_in_room"), EITHER),
    **dict.fromkeys(("give_to_research", "my_research"), ALONE),
    "study": ALONE | RESEARCHER,
    "read_research": RESEARCHER,
}
BESIDE = frozenset({"private_copy"})
"""Verbs that the server's own pages may ask, and no kernel."""
WRONG = "not the passphrase"


def arguments_of(verb: str, role: str, decider: str) -> Arguments:
    """What a verb is asked with; what destroys is asked with a wrong passphrase."""
    key = (INSTRUMENT, OCCASION)
    as_one_of_two = {"person_id": decider, "passphrase": WRONG} if role == "together" else {}
    asked: dict[str, Arguments] = {
        "save_answers": ((answers_to(INSTRUMENT),), {}),
        "add_event": (("bookmark", {"page": "home"}), {}),
        "decide": ((*key, Grain.NOTHING), as_one_of_two),
        "my_decision": (key, {}),
        "my_held_back": (key, {}),
        "withdraw": (key, {}),
        "choose_exercise": (("fun_list", "aside"), {"stands": True}),
        "open_room": ((decider,), {}),
        "move_in_room": (("come",), {}),
        "add_table_event": (("gratitude.written", {"text": "thank you", "day": "2026-05-01"}), {}),
        "block_free_text": ((), {"blocked": False}),
        "order_for_me": ((["one", "two"], ["two"]), {}),
        "grant_therapist": (("no such code",), {}),
        "give_to_research": ((Grain.ANSWERS,), {"linked": True, "text_hash": STUDY.words_hash}),
        "private_copy": ((WRONG, "ask"), {}),
        **dict.fromkeys(("unpair", "leave", "erase"), ((WRONG,), {})),
        "watch": ((lambda _: None,), {}),
    }
    return asked.get(verb, ((), {}))


def n_without_rule(rules: Rules, world: World) -> int:
    """Count what an interface has, or what stands behind it, that no rule gives its role; and the reverse."""
    wrong = len({role for roles in rules.values() for role in roles} ^ set(INTERFACES))
    seated = {actor.role: world.household.seat(actor) for actor in world.objects.values()}
    for role, interface in INTERFACES.items():
        ruled = {verb for verb, roles in rules.items() if role in roles}
        wrong += len((ruled - BESIDE) ^ (interface.__abstractmethods__ - {"actor"}))
        wrong += len(ruled ^ (_public(seated[role]) - {"actor"}))
        wrong += len((ruled - BESIDE - {"watch"}) ^ set(verbs_of(interface)))
    return wrong


def _public(service: RoleService) -> set[str]:
    return {name for name in dir(service) if not name.startswith("_")}
