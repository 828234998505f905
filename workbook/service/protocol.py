"""What goes over the local socket: the verbs a kernel may ask for, their arguments and results.

The list is closed. Nothing here trusts what a kernel sends: a browser can make its kernel
send anything. So each verb first reads its arguments, which may fail and is then the sender's fault, and
gives what is to be done; where that fails it is ours.
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
Act = Callable[[LocalService, Actor], Any]
Read = Callable[[Arguments], Act]
"""Raises TypeError, KeyError, ValueError or AttributeError where the arguments have the wrong shape."""


def _save_answers(given: Arguments) -> Act:
    answers = [answer_from_json(answer) for answer in given["answers"]]
    return lambda service, actor: service.save_answers(actor, answers)


def _read_responses(given: Arguments) -> Act:
    instrument = _text_or_none(given.get("instrument"))
    return lambda service, actor: frame_to_json(service.read_responses(actor, instrument))


def _add_event(given: Arguments) -> Act:
    kind, payload, operation_id = given["kind"], given["payload"], given.get("operation_id")
    return lambda service, actor: event_to_json(
        service.add_event(actor, kind, payload, operation_id=operation_id)
    )


def _read_events(given: Arguments) -> Act:
    kinds = None if given.get("kinds") is None else _texts(given["kinds"])
    return lambda service, actor: [event_to_json(event) for event in service.read_events(actor, kinds)]


def _decide(given: Arguments) -> Act:
    instrument, occasion, grain = _text(given["instrument"]), _text(given["occasion"]), Grain(given["grain"])
    by = {name: _text_or_none(given.get(name)) for name in ("person_id", "passphrase")}
    return lambda service, actor: service.decide(actor, instrument, occasion, grain, **by)


def _my_decision(given: Arguments) -> Act:
    instrument, occasion = _text(given["instrument"]), _text(given["occasion"])

    def act(service: LocalService, actor: Actor) -> Any:
        grain = service.my_decision(actor, instrument, occasion)
        return None if grain is None else grain.value

    return act


def _withdraw(given: Arguments) -> Act:
    instrument, occasion = _text(given["instrument"]), _text(given["occasion"])
    return lambda service, actor: service.withdraw(actor, instrument, occasion)


def _add_table_event(given: Arguments) -> Act:
    kind, payload, operation_id = given["kind"], given["payload"], given.get("operation_id")
    return lambda service, actor: event_to_json(
        service.add_table_event(actor, kind, payload, operation_id=operation_id)
    )


def _block_free_text(given: Arguments) -> Act:
    blocked = given["blocked"] is True
    return lambda service, actor: service.block_free_text(actor, blocked=blocked)


def _with_passphrase(verb: str) -> Read:
    def read(given: Arguments) -> Act:
        passphrase = _text(given["passphrase"])
        return lambda service, actor: getattr(service, verb)(actor, passphrase)

    return read


def _order_for_me(given: Arguments) -> Act:
    sections, first = _texts(given["sections"]), _texts(given["first"])
    return lambda service, actor: service.order_for_me(actor, sections, first)


def _grant_therapist(given: Arguments) -> Act:
    code = _text(given["code"])
    return lambda service, actor: service.grant_therapist(actor, code)


def _give_to_research(given: Arguments) -> Act:
    grain, linked, text_hash = Grain(given["grain"]), given["linked"] is True, _text(given["text_hash"])
    return lambda service, actor: service.give_to_research(actor, grain, linked=linked, text_hash=text_hash)


def _without_arguments(act: Act) -> Read:
    return lambda _given: act


VERBS: dict[str, Read] = {
    "save_answers": _save_answers,
    "read_responses": _read_responses,
    "add_event": _add_event,
    "read_events": _read_events,
    "couple": _without_arguments(lambda service, actor: asdict(service.couple(actor))),
    "decide": _decide,
    "my_decision": _my_decision,
    "withdraw": _withdraw,
    "read_table": _without_arguments(lambda service, actor: table_to_json(service.read_table(actor))),
    "add_table_event": _add_table_event,
    "read_audit": _without_arguments(
        lambda service, actor: [event_to_json(event) for event in service.read_audit(actor)]
    ),
    "my_data": _without_arguments(lambda service, actor: service.my_data(actor)),
    "block_free_text": _block_free_text,
    "is_blocking": _without_arguments(lambda service, actor: service.is_blocking(actor)),
    "unpair": _with_passphrase("unpair"),
    "leave": _with_passphrase("leave"),
    "erase": _with_passphrase("erase"),
    "order_for_me": _order_for_me,
    "grant_therapist": _grant_therapist,
    "end_therapist": _without_arguments(lambda service, actor: service.end_therapist(actor)),
    "my_therapist": _without_arguments(lambda service, actor: service.my_therapist(actor)),
    "read_cases": _without_arguments(
        lambda service, actor: [case_to_json(case) for case in service.read_cases(actor)]
    ),
    "study": _without_arguments(lambda service, actor: study_to_json(service.study(actor))),
    "give_to_research": _give_to_research,
    "my_research": _without_arguments(lambda service, actor: choice_to_json(service.my_research(actor))),
    "read_research": _without_arguments(
        lambda service, actor: [given_to_json(one) for one in service.read_research(actor)]
    ),
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
