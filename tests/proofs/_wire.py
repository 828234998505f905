"""A network that can fail: one SOCKS proxy per page, between a real browser and the real server."""

import asyncio
import contextlib
import struct
import threading
from collections.abc import Coroutine
from typing import Any

SLOW_SECONDS = 2.5  # each way that a piece of data goes
_CHUNK = 65_536
_ANSWERS, _KEPT = b"POST /api/answers", b'"saved"'


class Wire:
    """One page's connection to the server. ``mode`` is its current state:

    *open*; *refuse* (connections are reset, new ones too); *silent* (a black hole: everything is taken, nothing
    passed on or answered); *slow*; *deaf* (the next answers reach the server, its acknowledgement is lost and the
    connection reset, then the way is open again).
    """

    def __init__(self, network: "Network", target: int) -> None:
        self._network, self._target = network, target
        self._writers: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Event()
        self._mode = "open"
        self._deafened = False
        self.port = 0

    @property
    def mode(self) -> str:
        return self._mode

    def set(self, mode: str) -> None:
        """Set the mode from now on."""
        self._network.do(self._set(mode))

    async def _set(self, mode: str) -> None:
        self._mode = mode
        self._changed.set()
        self._changed = asyncio.Event()
        if mode == "refuse":
            self._reset()

    def _reset(self) -> None:
        for writer in list(self._writers):
            _reset(writer)

    async def serve(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Accept no new connection."""
        self._server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode == "refuse":
            _reset(writer)
            return
        with contextlib.suppress(asyncio.CancelledError):  # the end of the proof
            await self._join(reader, writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        there = None
        try:
            await _greet(reader, writer)
            await self._when_heard()
            back, there = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers.add(there)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, there, up=True))
                both.create_task(self._pump(back, writer, up=False))
        except* (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for end in filter(None, (writer, there)):
                self._writers.discard(end)
                _reset(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        while data := await reader.read(_CHUNK):
            await self._when_heard()
            if self._mode == "slow":
                await asyncio.sleep(SLOW_SECONDS)
            if up and self._mode == "deaf" and _ANSWERS in data:
                self._deafened = True
            elif not up and self._mode == "deaf" and self._deafened and _KEPT in data:
                self._deafened, self._mode = False, "open"
                raise ConnectionResetError  # the acknowledgement is lost on its way
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError  # one end is gone: so is the other

    async def _when_heard(self) -> None:
        while self._mode == "silent":
            await self._changed.wait()


class Network:
    """All wires, on a thread of their own."""

    def __init__(self) -> None:
        self._wires: list[Wire] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def wire(self, target: int) -> Wire:
        """Return a new link to a port of this computer."""
        wire = Wire(self, target)
        self._wires.append(wire)
        self.do(wire.serve())
        return wire

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def close(self) -> None:
        self.do(self._cut_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _cut_all(self) -> None:
        for wire in self._wires:
            wire.stop()
        while others := [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)


async def _greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """SOCKS 5, as far as a browser needs it; wherever it wants to go, it gets to our server."""
    _version, n_methods = await reader.readexactly(2)
    await reader.readexactly(n_methods)
    writer.write(b"\x05\x00")
    _version, _command, _reserved, kind = await reader.readexactly(4)
    length = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
    await reader.readexactly(length + 2)
    writer.write(b"\x05\x00\x00\x01" + struct.pack("!4sH", b"\0" * 4, 0))
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, AttributeError):
        writer.transport.abort()
