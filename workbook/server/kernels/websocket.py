"""What may pass between a browser and its kernel, and what may not."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Sequence
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.websocket import WebSocketClosedError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from workbook.content import say, speaking
from workbook.server.kernels.pulse import take_pulse
from workbook.server.web.headers import Secured
from workbook.server.web.language import language_of

_log = logging.getLogger(__name__)

LARGEST_MESSAGE = 256 * 1024
ALLOWED_TYPES = frozenset({"comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"})
# A browser may ask for the state of the widgets there are; it may not make new ones.
ALLOWED_TARGETS = frozenset({"jupyter.widget.control"})
CHANNEL = "shell"
BEAT, ACTIVE = "beat", "active"
BEATS = frozenset({BEAT, ACTIVE})
"""What a page says every two seconds, without or with something done on it since."""
MOST_OFFSETS = 64
_PARTS = 4  # header, parent header, metadata, content


def _whole(text: bytes) -> Any:
    return json.loads(text.decode("utf-8"))


def _mend(value: Any) -> Any:
    """Half a surrogate pair becomes the replacement character: it can't be sent as UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mend(entry) for entry in value]
    if isinstance(value, dict):
        return {_mend(key): _mend(entry) for key, entry in value.items()}
    return value


def admit(message: bytes | str) -> list[bytes] | None:
    """Return the parts of a browser's message as they may go on to the kernel; None to drop it.

    Examples
    --------
    >>> admit("text, not the binary protocol") is None
    True
    """
    if isinstance(message, str) or not 8 <= len(message) <= LARGEST_MESSAGE:
        return None
    if int.from_bytes(message[:8], "little") > MOST_OFFSETS:  # Jupyter would count up to it, for ever
        return None
    try:
        channel, parts = deserialize_msg_from_ws_v1(message)
        header, parent, metadata, content = (_whole(bytes(part)) for part in parts[:_PARTS])
    except (ValueError, IndexError, TypeError, RecursionError, MemoryError, OverflowError):
        return None
    whole = (header, parent, metadata, content)
    if channel != CHANNEL or not all(isinstance(part, dict) for part in whole):
        return None
    if not _is_allowed(header.get("msg_type"), content):
        return None
    mended = (json.dumps(_mend(part), ensure_ascii=False).encode("utf-8") for part in whole)
    return [*mended, *parts[_PARTS:]]


def _is_allowed(kind: Any, content: dict[str, Any]) -> bool:
    if not isinstance(kind, str) or kind not in ALLOWED_TYPES:
        return False
    names_comm = kind in {"comm_open", "comm_msg", "comm_close"}
    if names_comm and not isinstance(content.get("comm_id"), str):
        return False
    target = content.get("target_name")
    return kind != "comm_open" or (isinstance(target, str) and target in ALLOWED_TARGETS)


def pass_on(kernel: Any, messages: Sequence[bytes]) -> None:
    """Return a kernel what its page said as it went, through the same gate as all else."""
    line = kernel.connect_shell()
    for message in messages:
        parts = admit(message)
        if parts is not None:
            kernel.session.send_raw(line, parts)
    # Closed with a delay, or the message just sent would be lost.
    asyncio.get_running_loop().call_later(1.0, line.close)


def scrub(kind: str, content: dict[str, Any]) -> dict[str, Any] | None:
    """Return an outgoing message without what an error would tell; None where nothing has to change."""
    if kind == "error" or content.get("status") == "error":
        sentence = say("server.kernel.went_wrong")
        return {**content, "ename": "Error", "evalue": sentence, "traceback": []}
    if kind == "stream":
        return {**content, "text": ""}
    return None


class KernelConnection(ZMQChannelsWebsocketConnection):
    """Jupyter's connection with a gate in both directions."""

    kernel_ws_protocol = "v1.kernel.websocket.jupyter.org"

    def handle_incoming_message(self, incoming_msg: bytes | str) -> None:
        """Pass on what `admit` lets through; the rest is dropped and only counted."""
        parts = admit(incoming_msg)
        if parts is None:
            _log.warning("dropped a message from a browser")
            return
        stream = self.channels.get(CHANNEL)
        if stream is not None:
            self.session.send_raw(stream, parts)

    def _on_error(self, channel: str, msg: dict[str, Any], msg_list: list[Any]) -> None:
        """Jupyter calls this for every outgoing message, before it is written."""
        kind = self.get_part("header", msg["header"], msg_list)["msg_type"]
        if kind in {"error", "stream"} or kind.endswith("_reply"):
            with speaking(language_of(self.websocket_handler)):
                changed = scrub(kind, self.get_part("content", msg["content"], msg_list))
            if changed is not None:
                _log.info("a kernel sent %s on %s; its text was withheld", kind, channel)
                msg["content"] = changed
                msg_list[3] = self.session.pack(changed)


class Channels(Secured, VoilaKernelWebsocketHandler):
    """The websocket of one kernel: only for the sitting it was started for."""

    _is_given_up = False

    @property
    def max_message_size(self) -> int:
        return 8 * LARGEST_MESSAGE  # larger frames close the socket; smaller ones are only dropped

    def on_message(self, ws_message: bytes | str) -> Awaitable[None] | None:
        """Answer a heartbeat, which is a text; all else is for the kernel, if the gate lets it pass."""
        if isinstance(ws_message, str) and ws_message in BEATS:
            return self._answer(active=ws_message == ACTIVE)
        super().on_message(ws_message)
        return None

    async def _answer(self, *, active: bool) -> None:
        sittings, actor = self.settings["sittings"], self.current_user.actor
        told = await take_pulse(sittings, self.kernel_manager, actor, self.kernel_id, active=active)
        with contextlib.suppress(WebSocketClosedError):
            await self.write_message(json.dumps(told))

    # Jupyter closes a socket whose last pong is older than one ping's interval, and the timer
    # that asks is always a millisecond late; Tornado forbids a longer limit. So every pong
    # counts as a little younger than it is: one may be missed, two may not.
    async def open(self, kernel_id: str) -> None:
        """Begin, with time for the first pong."""
        await super().open(kernel_id)
        self.last_pong += self.ping_interval / 1000

    def on_pong(self, data: bytes) -> None:
        """Note the heartbeat: the page is there."""
        super().on_pong(data)
        self.last_pong += self.ping_interval / 1000
        self.kernel_manager.note_heartbeat(self.kernel_id)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Hang up from here: a page that no longer answers has been gone since its last pong."""
        self._is_given_up = True
        super().close(code, reason)

    def on_close(self) -> None:
        """Keep the kernel a little while for its page, which went, or whose network did."""
        if not self._is_given_up:
            self.kernel_manager.note_heartbeat(self.kernel_id)
        if self.connection is not None:
            super().on_close()

    def get_compression_options(self) -> None:
        """Refuse compression: sizes must not tell what partly known text is in a message."""
