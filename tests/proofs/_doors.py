"""Every door at which somebody can guess: found from what is registered, none from a list of ours.

A route is a door where its form has a field of a secret's or a code's kind. A verb is one where it takes a text
that is not known to be harmless; so a verb of tomorrow that calls its secret something new is found as well.
"""

import inspect
from collections.abc import Iterator, Mapping

from tests.proofs.routes import ELSE, registered
from tests.server.test_routes import methods_of
from workbook.server.pages.form_page import FormPage
from workbook.service.cases.therapists import Therapists
from workbook.service.desks.partner import LocalPartner
from workbook.service.desks.researcher import LocalResearcher
from workbook.service.desks.therapist import LocalTherapist
from workbook.service.desks.together import LocalTogether
from workbook.service.identity.accounts import Accounts

GUESSABLE, NEW, HARMLESS_KIND = {"secret", "code"}, "new-secret", "name"
# Addresses without a form: what they read is named here, and nothing of it is a secret.
NO_FORM: Mapping[str, frozenset[str]] = {
    "/demo": frozenset({"place"}),
    "/recovery-code": frozenset(),
    "/hand-over": frozenset({"once"}),
    "/sign-out": frozenset({"then"}),
    "/leave": frozenset({"back"}),
    "/api/answers": frozenset(),
    "/api/alive": frozenset(),
    "/api/close": frozenset(),
}
DESKS = (Accounts, Therapists, LocalPartner, LocalTogether, LocalTherapist, LocalResearcher)
# Arguments that are no guess at anything: what they name is the asker's own, or is checked against the content.
HARMLESS = frozenset(
    {"name", "address", "instrument", "occasion", "kind", "operation_id", "person_id", "couple_id", "wish"}
    | {
        "text_hash",
        "sections",
        "first",
        "kinds",
        "actor",
        "payload",
        "answers",
        "grain",
        "linked",
        "blocked",
        "notify",
        "exercise",
        "choice",
        "stands",
        "move",
        "minutes",
        "held_back",
    }
    # What a case is called, or holds: each is looked up among the asker's own.
    | {
        "case_id",
        "note_id",
        "homework_id",
        "session_id",
        "template",
        "facet",
        "step",
        "tick",
        "what",
        "label",
    }
    | {"grants", "until", "policy_hash", "items", "words", "kept_days", "most", "paused", "text", "secret"}
)
WITHIN = frozenset({"Accounts.with_keys"})
"""What doors call after they have counted the try; on no interface and asked by no page."""


def route_doors() -> Iterator[tuple[str, set[str]]]:
    """Yield each route that takes something, and the kinds of it; ``{"unknown"}`` where that can't be told."""
    for route, handler in registered().items():
        if "post" not in methods_of(handler) or route == ELSE:
            continue
        if issubclass(handler, FormPage):
            kinds = set(handler.fields.values())
            yield route, kinds if kinds <= {*GUESSABLE, NEW, HARMLESS_KIND} else {"unknown"}
        elif route not in NO_FORM or _arguments_read(handler) - NO_FORM[route]:
            yield route, {"unknown"}


def _arguments_read(handler: type) -> set[str]:
    """Return what a handler's own code asks a form for, by name."""
    parts = inspect.getsource(handler).split("get_body_argument(")[1:]
    return {part.split('"')[1] if part.lstrip().startswith('"') else "?" for part in parts}


def verb_doors() -> Iterator[tuple[str, set[str]]]:
    """Yield each verb of every desk and of the accounts that takes what could be a guess, with those arguments."""
    for desk in DESKS:
        for name, method in inspect.getmembers(desk, inspect.isfunction):
            taken = set(inspect.signature(method).parameters) - {"self", "args", "kwargs", "_"} - HARMLESS
            if not name.startswith("_") and taken:
                yield f"{desk.__name__}.{name}", taken
