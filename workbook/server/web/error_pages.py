"""Error pages: one sentence, one way out, and never the exception itself."""

import json
import logging
from typing import Any

from tornado.web import HTTPError, RequestHandler

from workbook.content import lookup, say, sentences
from workbook.errors import (
    AccessError,
    AnswerError,
    BusyError,
    DefectError,
    SignInError,
    StorageError,
    TooManyTriesError,
    WorkbookError,
)
from workbook.server.assets.rendering import page_settings, render

_log = logging.getLogger(__name__)
_STATUS: dict[type, int] = {
    TooManyTriesError: 429,
    SignInError: 400,
    AccessError: 403,
    AnswerError: 422,
    StorageError: 503,  # the fault is not in the request, so it may be repeated
    BusyError: 503,
    DefectError: 500,
    WorkbookError: 400,
}


def status_of(error: WorkbookError) -> int:
    """Return the HTTP status of an error of ours.

    >>> status_of(AnswerError("no such item"))
    422
    """
    return next(status for kind, status in _STATUS.items() if isinstance(error, kind))


def status_of_form(error: WorkbookError | None) -> int:
    """Return the HTTP status of a form that is shown again.

    That something was typed wrong is a success (200): a browser would log a 4xx as an error.
    """
    return status_of(error) if isinstance(error, TooManyTriesError | BusyError) else 200


def wants_json(handler: RequestHandler) -> bool:
    """Tell whether our own script asked, rather than a person's browser."""
    return "application/json" in handler.request.headers.get("Accept", "")


def sentence_for(status: int) -> str:
    """Return the sentence people see for a status."""
    known = lookup("server.errors")
    return say(f"server.errors.{status}") if str(status) in known else say("server.errors.other")


def write_error(handler: RequestHandler, status: int, exc_info: Any = None) -> None:
    """Finish a failed request with a page, or with JSON when a script asked."""
    error = exc_info[1] if exc_info else None
    if isinstance(error, WorkbookError):
        status, sentence = status_of(error), " ".join(sentences(error))
        handler.set_status(status)
    else:
        sentence = sentence_for(status)
        if error is not None and not isinstance(error, HTTPError):
            # The class alone: the text of an exception may hold what a person wrote.
            _log.error("a request failed with %s", type(error).__name__)
    if wants_json(handler):
        handler.set_header("Content-Type", "application/json; charset=utf-8")
        handler.finish(json.dumps({"error": sentence}))
        return
    handler.set_header("Content-Type", "text/html; charset=utf-8")
    token = handler.xsrf_token.decode()
    # Not `current_user`: that raises where a request failed before anybody asked whose it is.
    inside = getattr(getattr(handler, "_jupyter_current_user", None), "actor", None) is not None
    leave_to = handler.settings["workbook"].leave_to
    settings = page_settings(xsrf=token, leave_to=leave_to, inside=inside)
    handler.finish(render("error.html", sentence=sentence, inside=inside, token=token, settings=settings))
