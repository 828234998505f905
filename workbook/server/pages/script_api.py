"""What the page's own script asks: keep these answers, am I still here, I am going."""

import base64
import json
from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated

from workbook.content import say
from workbook.errors import AnswerError, problem
from workbook.server.kernels.pulse import SIGNED_OUT, take_pulse
from workbook.server.kernels.websocket import pass_on
from workbook.server.pages.page import PageHandler, in_thread
from workbook.service.formats.values import Answer

LARGEST_BODY = 256 * 1024
MOST_ANSWERS = 200
LONGEST_TEXT = 200
MOST_UNSENT = 4


def read_answers(asked: dict[str, Any]) -> list[Answer]:
    """Return the answers of a request, checked in form only; the service checks what they mean.

    Examples
    --------
    >>> row = {"operation_id": "1", "occasion": "week-1", "item": "i", "value": 2}
    >>> read_answers({"answers": [row]}) == [Answer("1", "week-1", "i", 2)]
    True
    """
    try:
        return [_read_answer(row) for row in _rows(asked)]
    except (KeyError, TypeError):
        raise AnswerError(problem("server.api.malformed")) from None


def _rows(content: dict[str, Any]) -> list[dict[str, Any]]:
    rows = content["answers"]
    if not isinstance(rows, list) or len(rows) > MOST_ANSWERS:
        raise TypeError
    return rows


def _read_answer(row: dict[str, Any]) -> Answer:
    texts = (row["operation_id"], row["occasion"], row["item"])
    value, version = row["value"], row.get("version", "")
    reasons = (row.get("declined", False), row.get("not_arisen", False))
    if not all(isinstance(text, str) and text.isprintable() for text in (*texts, version)):
        raise TypeError
    if not all(0 < len(text) <= LONGEST_TEXT for text in texts) or len(version) > LONGEST_TEXT:
        raise TypeError
    if not (value is None or type(value) is int) or any(type(one) is not bool for one in reasons):
        raise TypeError
    return Answer(*texts, value, *reasons, version)


class Answers(PageHandler):
    """Keeps answers in the drawer of whoever is signed in. Acknowledged means durable."""

    @allow_unauthenticated
    async def post(self) -> None:
        if self.actor is None:
            self.answer({"error": say("server.api.signed_out")}, 401)
            return
        if len(self.request.body) > LARGEST_BODY:
            raise AnswerError(problem("server.api.malformed"))
        asked = asked_by(self)
        answers = read_answers(asked)
        if is_of_somebody_else(self, asked):  # they wait in their page until its own person is back
            self.answer({"error": say("server.api.signed_out")}, 401)
            return
        saved = await in_thread(self.context.household.seat_partner(self.actor).save_answers, answers)
        self.context.sittings.act(self.actor.sitting_id)
        self.kernels.note_answer(self.actor)
        self.answer({"saved": saved})


def asked_by(page: PageHandler) -> dict[str, Any]:
    """Return the form that a page's script sent; an empty one for whatever else it is."""
    try:
        asked = json.loads(page.request.body)
    except (ValueError, RecursionError):  # Jupyter's own reading would write it to the log
        return {}
    return asked if isinstance(asked, dict) else {}


def is_of_somebody_else(page: PageHandler, asked: dict[str, Any]) -> bool:
    """Tell whether a page says that it is not of whoever is signed in: one browser may have two tabs."""
    said = asked.get("who")
    return said is not None and page.actor is not None and said != page.tag_of(page.actor)


class Alive(PageHandler):
    """Receive the heartbeat of an open page that has no line to its kernel; see `Channels.on_message`."""

    @allow_unauthenticated
    async def post(self) -> None:
        asked = asked_by(self)
        actor = self.actor
        someone_else = is_of_somebody_else(self, asked)
        if actor is None or someone_else:
            self.answer(SIGNED_OUT | {"someone_else": someone_else})
            return
        kernel_id, active = str(asked.get("kernel", "")), asked.get("active") is True
        self.answer(await take_pulse(self.context.sittings, self.kernels, actor, kernel_id, active=active))


class Close(PageHandler):
    """Receive a closing page's last unsaved text, and end its kernel; the sitting goes on."""

    async def post(self) -> None:
        asked = asked_by(self)
        kernel_id = str(asked.get("kernel", ""))
        if self.kernels.belongs_to(kernel_id, self.actor):
            if words := _unsent_messages(asked.get("last")):
                pass_on(self.kernels.get_kernel(kernel_id), words)
            self.kernels.end_soon(kernel_id)
        self.set_status(204)
        self.finish()


def _unsent_messages(given: Any) -> list[bytes]:
    """Return the messages that the page could no longer send to its kernel; none if it is not such a list."""
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        return []
    try:
        return [base64.b64decode(text, validate=True) for text in given[:MOST_UNSENT]]
    except ValueError:
        return []
