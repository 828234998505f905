"""Simulate a power cut: replay a recorded trace up to a point and return what may be left on disk.

What was synced before the cut is there. Of what was not, each write is kept, lost or torn at
512-byte sectors, independently and in any order within a file; created, renamed and removed
names are kept up to some point in their order, as every journalling file system does, unless
their folder was synced. Left out: a disk that lies about syncs, sectors that rot, and file
systems that reorder names.
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_HEAD = struct.Struct("<c3xiqI")
SECTOR = 512
CREATED, TRUNCATED = 1, 2


@dataclass(slots=True)
class Call:
    """One recorded call: what, on which descriptor, at which offset or size, with which bytes."""

    op: str
    fd: int
    number: int
    data: bytes


@dataclass(slots=True)
class _File:
    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # (offset, data) or (size, None)

    def sync(self) -> None:
        for change in self.pending:
            _apply(self.durable, *change)
        self.pending.clear()


def read_trace(path: Path) -> list[Call]:
    """Every recorded call, in order.

    Raises
    ------
    ValueError
        The process changed a file in a way the recorder can't see.
    """
    raw, at, calls = path.read_bytes(), 0, []
    while at < len(raw):
        op, fd, number, length = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        calls.append(Call(op.decode(), fd, number, raw[at : at + length]))
        at += length
        if calls[-1].op == "X":
            raise ValueError(f"call {len(calls)} wrote behind the recorder's back")
    return calls


class Disk:
    """The folder of a recorded process, at any moment of its trace.

    Parameters
    ----------
    folder : str
        What the recorder watched, as an absolute path.
    told : str
        Name of the file in it by which the process says what it has acknowledged; its lines
        are not a part of the disk but of the outside world.
    """

    def __init__(self, folder: str, told: str) -> None:
        self._folder = folder
        self._told = f"{folder}/{told}"
        self._names: dict[str, _File] = {}  # as the running process sees them
        self._durable_names: dict[str, _File] = {}
        self._pending_names: list[tuple[str, str | None, _File | None]] = []
        self._fds: dict[int, tuple[str, _File | None]] = {}
        self.told: list[str] = []
        self._line = b""

    def play(self, call: Call) -> None:
        """Apply one recorded call."""
        if call.op == "O":
            self._open(call)
        elif call.op == "C":
            self._fds.pop(call.fd, None)
        elif call.op in "RU":
            self._rename(call)
        elif call.op in "WTSF":
            self._change(call)

    def after_power_cut(self, chance: random.Random) -> dict[str, bytes]:
        """Return what is left, by path below the folder: one of the many possible outcomes."""
        n_kept = chance.choice([0, len(self._pending_names), chance.randint(0, len(self._pending_names))])
        names = dict(self._durable_names)
        for change in self._pending_names[:n_kept]:
            _rename(names, change)
        how = chance.choice(["nothing", "everything", "some", "torn"])
        return {name[len(self._folder) + 1 :]: _left_of(file, how, chance) for name, file in names.items()}

    def _open(self, call: Call) -> None:
        name = call.data.decode()
        if name == self._told:
            self._fds[call.fd] = name, None
            return
        if call.number & CREATED:
            self._names[name] = _File()
            self._pending_names.append((name, None, self._names[name]))
        file = self._names.get(name)  # None: a folder
        self._fds[call.fd] = name, file
        if file is not None and call.number & TRUNCATED:
            file.pending.append((0, None))

    def _rename(self, call: Call) -> None:
        old, _, new = call.data.decode().partition("\0")
        change = (old, new or None, self._names.get(old) if new else None)
        _rename(self._names, change)
        self._pending_names.append(change)

    def _change(self, call: Call) -> None:
        name, file = self._fds.get(call.fd, ("", None))
        if name == self._told and call.op == "W":
            *lines, self._line = (self._line + call.data).split(b"\n")
            self.told += [line.decode() for line in lines]
        elif call.op == "S" and file is None:
            for change in self._pending_names:  # names are journalled in order: one sync takes all before it
                _rename(self._durable_names, change)
            self._pending_names.clear()
        elif file is not None and call.op == "S":
            file.sync()
        elif file is not None and call.op == "F":
            file.pending.clear()  # the system has let go of it: no later sync brings it back
        elif file is not None and call.op in "WT":
            file.pending.append((call.number, call.data if call.op == "W" else None))


def cuts(
    calls: list[Call], disk: Disk, n: int, chance: random.Random
) -> Iterator[tuple[Disk, dict[str, bytes]]]:
    """Play a trace and cut the power ``n`` times, at moments spread over the whole of it; in the end all is played."""
    moments = sorted(chance.choices(range(1, len(calls) + 1), k=n))
    played = 0
    for moment in moments:
        for call in calls[played:moment]:
            disk.play(call)
        played = moment
        yield disk, disk.after_power_cut(chance)
    for call in calls[played:]:
        disk.play(call)


def _rename(names: dict[str, _File], change: tuple[str, str | None, _File | None]) -> None:
    old, new, file = change
    for name in [name for name in names if new is not None and name.startswith(f"{old}/")]:
        names[new + name[len(old) :]] = names.pop(name)  # a folder, with all that is in it
    names.pop(old, None)
    if new is None and file is not None and old not in names:
        names[old] = file
    elif new is not None and file is not None:
        names[new] = file


def _left_of(file: _File, how: str, chance: random.Random) -> bytes:
    left = bytearray(file.durable)
    for offset, data in file.pending if how != "nothing" else ():
        if how != "everything" and chance.random() < 0.5:
            continue
        if data is None or how != "torn":
            _apply(left, offset, data)
            continue
        for start, end in _sectors(offset, len(data)):
            if chance.random() < 0.5:
                _apply(left, offset + start, data[start:end])
    return bytes(left)


def _sectors(offset: int, length: int) -> Iterator[tuple[int, int]]:
    start = 0
    while start < length:
        end = min(length, start + SECTOR - (offset + start) % SECTOR)
        yield start, end
        start = end


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        content.extend(bytes(max(0, offset - len(content))))
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data
