"""What goes over the local socket: the verbs a kernel may ask for, their arguments and results.

The list is closed. Nothing here trusts what a kernel sends: a browser can make its kernel
send anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from workbook.service.local import LocalService
from workbook.service.study import study_to_json
from workbook.service.verbs import Actor
from workbook.service.wire import (
    answer_from_json,
    case_to_json,
    choice_to_json,
    event_to_json,
    frame_to_json,
    given_to_json,
    table_to_json,
)
from workbook.sharing import Grain

Arguments = Mapping[str, Any]
Call = Callable[[LocalService, Actor, Arguments], Any]


def _save_answers(service: LocalService, actor: Actor, given: Arguments) -> Any:
    return service.save_answers(actor, [answer_from_json(answer) for answer in given["answers"]])


def _read_responses(service: LocalService, actor: Actor, given: Arguments) -> Any:
    return frame_to_json(service.read_responses(actor, _text_or_none(given.get("instrument"))))


def _add_event(service: LocalService, actor: Actor, given: Arguments) -> Any:
    event = service.add_event(actor, given["kind"], given["payload"], operation_id=given.get("operation_id"))
    return event_to_json(event)


def _read_events(service: LocalService, actor: Actor, given: Arguments) -> Any:
    kinds = given.get("kinds")
    return [
        event_to_json(event)
        for event in service.read_events(actor, kinds if kinds is None else _texts(kinds))
    ]


def _couple(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return asdict(service.couple(actor))


def _decide(service: LocalService, actor: Actor, given: Arguments) -> Any:
    service.decide(
        actor,
        _text(given["instrument"]),
        _text(given["occasion"]),
        Grain(given["grain"]),
        person_id=_text_or_none(given.get("person_id")),
        passphrase=_text_or_none(given.get("passphrase")),
    )


def _my_decision(service: LocalService, actor: Actor, given: Arguments) -> Any:
    grain = service.my_decision(actor, _text(given["instrument"]), _text(given["occasion"]))
    return None if grain is None else grain.value


def _withdraw(service: LocalService, actor: Actor, given: Arguments) -> Any:
    service.withdraw(actor, _text(given["instrument"]), _text(given["occasion"]))


def _read_table(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return table_to_json(service.read_table(actor))


def _add_table_event(service: LocalService, actor: Actor, given: Arguments) -> Any:
    event = service.add_table_event(
        actor, given["kind"], given["payload"], operation_id=given.get("operation_id")
    )
    return event_to_json(event)


def _read_audit(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return [event_to_json(event) for event in service.read_audit(actor)]


def _my_data(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return service.my_data(actor)


def _block_free_text(service: LocalService, actor: Actor, given: Arguments) -> Any:
    service.block_free_text(actor, blocked=given["blocked"] is True)


def _is_blocking(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return service.is_blocking(actor)


def _unpair(service: LocalService, actor: Actor, given: Arguments) -> Any:
    service.unpair(actor, _text(given["passphrase"]))


def _leave(service: LocalService, actor: Actor, given: Arguments) -> Any:
    return service.leave(actor, _text(given["passphrase"]))


def _erase(service: LocalService, actor: Actor, given: Arguments) -> Any:
    service.erase(actor, _text(given["passphrase"]))


def _order_for_me(service: LocalService, actor: Actor, given: Arguments) -> Any:
    return service.order_for_me(actor, _texts(given["sections"]), _texts(given["first"]))


def _grant_therapist(service: LocalService, actor: Actor, given: Arguments) -> Any:
    service.grant_therapist(actor, _text(given["code"]))


def _end_therapist(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    service.end_therapist(actor)


def _my_therapist(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return service.my_therapist(actor)


def _read_cases(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return [case_to_json(case) for case in service.read_cases(actor)]


def _study(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return study_to_json(service.study(actor))


def _give_to_research(service: LocalService, actor: Actor, given: Arguments) -> Any:
    service.give_to_research(
        actor, Grain(given["grain"]), linked=given["linked"] is True, text_hash=_text(given["text_hash"])
    )


def _my_research(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return choice_to_json(service.my_research(actor))


def _read_research(service: LocalService, actor: Actor, _given: Arguments) -> Any:
    return [given_to_json(one) for one in service.read_research(actor)]


VERBS: dict[str, Call] = {
    "save_answers": _save_answers,
    "read_responses": _read_responses,
    "add_event": _add_event,
    "read_events": _read_events,
    "couple": _couple,
    "decide": _decide,
    "my_decision": _my_decision,
    "withdraw": _withdraw,
    "read_table": _read_table,
    "add_table_event": _add_table_event,
    "read_audit": _read_audit,
    "my_data": _my_data,
    "block_free_text": _block_free_text,
    "is_blocking": _is_blocking,
    "unpair": _unpair,
    "leave": _leave,
    "erase": _erase,
    "order_for_me": _order_for_me,
    "grant_therapist": _grant_therapist,
    "end_therapist": _end_therapist,
    "my_therapist": _my_therapist,
    "read_cases": _read_cases,
    "study": _study,
    "give_to_research": _give_to_research,
    "my_research": _my_research,
    "read_research": _read_research,
}
"""Every verb by name; `watch` is the socket's event stream."""


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _texts(values: Any) -> list[str]:
    return [_text(value) for value in values]
