"""Which roles may ask which verbs, and what each verb is asked with."""

from collections.abc import Mapping
from typing import Any

from tests.proofs._everybody import INSTRUMENT, OCCASION, STUDY, World, answers_to
from workbook.service.desks.roles import INTERFACES, RoleService
from workbook.service.formats.values import CHANGES
from workbook.service.link.calls import verbs_of
from workbook.sharing import Grain

Rules = Mapping[str, frozenset[str]]
Arguments = tuple[tuple[Any, ...], dict[str, Any]]
ALONE, EITHER = frozenset({"partner"}), frozenset({"partner", "together"})
RESEARCHER, THERAPIST = frozenset({"researcher"}), frozenset({"therapist"})
NO_CASE = "no such case"
# Which roles may ask a verb, of what is their own.
MAY: Rules = {
    **dict.fromkeys(("save_answers", "read_responses", "add_event", "read_events"), ALONE),
    **dict.fromkeys(("my_decision", "my_data", "block_free_text", "is_blocking", "wrong_tries"), ALONE),
    "my_held_back": ALONE,
    **dict.fromkeys(("unpair", "leave", "erase", "order_for_me", "add_table_event"), ALONE),
    "private_copy": ALONE,
    **dict.fromkeys(("join_case", "my_case", "grant_case", "leave_case", "put_homework_aside"), ALONE),
    **dict.fromkeys(("come_into_session", "offer_in_session", "take_back_in_session"), ALONE),
    "rate_session": ALONE,
    **dict.fromkeys(("practice", "set_policy", "cases", "make_case", "rename_case", "close_case"), THERAPIST),
    **dict.fromkeys(("erase_practice", "offer_second_step", "set_second_step", "end_second_step"), THERAPIST),
    **dict.fromkeys(("read_case", "tick_case", "notes", "write_note", "destroy_note"), THERAPIST),
    **dict.fromkeys(("suggest_homework", "withdraw_homework", "open_session", "session"), THERAPIST),
    **dict.fromkeys(("go_to_step", "pause_session", "set_timer", "start_in_session"), THERAPIST),
    **dict.fromkeys(("reveal", "cover", "allow_reveals", "end_session"), THERAPIST),
    **dict.fromkeys(("case_room", "open_case_room", "move_in_case_room"), THERAPIST),
    **dict.fromkeys(("couple", "decide", "withdraw", "read_table", "read_audit", "choose_exercise"), EITHER),
    "look": EITHER,
    "watch": EITHER | THERAPIST,
    **dict.fromkeys(("room", "open_room", "move_in_room", "session_now"), EITHER),
    **dict.fromkeys(("give_to_research", "my_research"), ALONE),
    "study": ALONE | RESEARCHER,
    "read_research": RESEARCHER,
}
BESIDE = frozenset({"private_copy"})
"""Verbs that the server's own pages may ask, and no kernel."""
WRONG = "not the passphrase"


def arguments_of(verb: str, role: str, decider: str, case_id: str = NO_CASE) -> Arguments:
    """What a verb is asked with; what destroys is asked with a wrong passphrase, or about what is not there."""
    key = (INSTRUMENT, OCCASION)
    as_one_of_two = {"person_id": decider, "passphrase": WRONG} if role == "together" else {}
    asked: dict[str, Arguments] = {
        "save_answers": ((answers_to(INSTRUMENT),), {}),
        "add_event": (("bookmark", {"page": "home"}), {}),
        "decide": ((*key, Grain.NOTHING), as_one_of_two),
        "my_decision": (key, {}),
        "my_held_back": (key, {}),
        "withdraw": (key, {}),
        "look": ((list(CHANGES),), {}),
        "choose_exercise": (("fun_list", "aside"), {"stands": True}),
        "open_room": ((decider,), {}),
        "move_in_room": (("come",), {}),
        "add_table_event": (("gratitude.written", {"text": "thank you", "day": "2026-05-01"}), {}),
        "block_free_text": ((), {"blocked": False}),
        "order_for_me": ((["one", "two"], ["two"]), {}),
        "join_case": (("no such code",), {}),
        "grant_case": (({},), {"until": "", "policy_hash": ""}),
        "put_homework_aside": (("none",), {}),
        **dict.fromkeys(("offer_in_session", "take_back_in_session"), (("connection.listening",), {})),
        "rate_session": (("none", {"heard": 7}), {}),
        **_of_a_practice(case_id, decider),
        "give_to_research": ((Grain.ANSWERS,), {"linked": True, "text_hash": STUDY.words_hash}),
        "private_copy": ((WRONG, "ask"), {}),
        **dict.fromkeys(("unpair", "leave", "erase", "erase_practice"), ((WRONG,), {})),
        "set_second_step": ((WRONG, "A" * 32, "000000"), {}),
        "end_second_step": ((WRONG, "000000"), {}),
        "watch": ((lambda _: None,), {}),
    }
    return asked.get(verb, ((), {}))


def _of_a_practice(case_id: str, person_id: str) -> dict[str, Arguments]:
    """What a therapist asks; nothing of it ends a case."""
    asked: dict[str, Arguments] = {
        "set_policy": (("no_secrets", "I may bring it up.", 365), {}),
        "make_case": (("a label",), {}),
        "rename_case": ((case_id, "a label"), {}),
        "tick_case": ((case_id, "consent"), {"stands": True}),
        "write_note": ((case_id, "free", "a note"), {}),
        "destroy_note": ((case_id, "none"), {}),
        "suggest_homework": ((case_id, "fun_list", "On Friday."), {}),
        "withdraw_homework": ((case_id, "none"), {}),
        "go_to_step": ((case_id, "strengths"), {}),
        "pause_session": ((case_id,), {"paused": False}),
        "set_timer": ((case_id, 12), {}),
        "start_in_session": ((case_id, "room"), {}),
        "reveal": ((case_id, "connection.listening", OCCASION), {}),
        "cover": ((case_id, "connection.listening"), {}),
        "allow_reveals": ((case_id, 3), {}),
        "open_case_room": ((case_id, person_id), {}),
        "move_in_case_room": ((case_id, "close"), {}),
    }
    named = ("close_case", "read_case", "notes", "open_session", "session", "end_session", "case_room")
    return asked | dict.fromkeys(named, ((case_id,), {}))


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
