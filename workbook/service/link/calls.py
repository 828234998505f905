"""The calls that go over the local socket, read from the roles' own annotations.

MessagePack by msgspec; a data frame is an Arrow stream within it, so it comes back with its dtypes.
Nothing here trusts what a kernel sends: a browser can make its kernel send anything.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, get_type_hints

import msgspec
import pandas as pd
import pyarrow as pa

from workbook.errors import AccessError, DefectError, problem
from workbook.service.desks.roles import RoleService
from workbook.service.formats.values import Actor, Change

LARGEST_REQUEST = 1024 * 1024
"""Bytes that the socket takes at once; five hundred answers are a tenth of that."""

NO_CALLS = frozenset({"actor", "watch"})
"""What interfaces have beside calls: whom they act for, and the event stream."""


class Granted(msgspec.Struct, frozen=True):
    """What a ticket is exchanged for: the capability, and whom it speaks for."""

    capability: str
    actor: Actor


class Signal(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the event stream: that the service watches, or a change; with neither, a pulse."""

    watching: bool = False
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb of a role: how its arguments and its result are written and read.

    ``arguments`` is a struct with one field per parameter; what else is sent is refused.
    """

    name: str
    signature: inspect.Signature
    arguments: type[msgspec.Struct]
    result: Any = field(repr=False)

    def write_arguments(self, *given: Any, **named: Any) -> bytes:
        """Return a call's arguments in bytes.

        Raises
        ------
        AccessError
            They cannot be written (a lone surrogate in a text), or are too large.
        TypeError
            They do not fit the verb: the caller's mistake.
        """
        bound = self.signature.bind(*given, **named).arguments
        try:
            content = encode(bound)
        except (UnicodeEncodeError, NotImplementedError, OverflowError, RecursionError):
            raise AccessError(problem("errors.events.not_a_form")) from None
        if len(content) > LARGEST_REQUEST:
            raise AccessError(problem("errors.events.too_big"))
        return content

    def read_arguments(self, raw: bytes) -> dict[str, Any]:
        """Return what a call was sent with, by parameter.

        Raises
        ------
        AccessError
            It has another shape than the verb's annotations say.
        """
        try:
            found = decode(raw, self.arguments)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise AccessError(problem("errors.events.not_a_form")) from None
        return {name: getattr(found, name) for name in self.signature.parameters}

    def read_result(self, raw: bytes) -> Any:
        """Return what a verb returned, as its annotation says.

        Raises
        ------
        DefectError
            It is something else: not what our own server answers.
        """
        try:
            return decode(raw, self.result)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise DefectError(problem("errors.defect")) from None


@cache
def verbs_of(interface: type[RoleService]) -> Mapping[str, Verb]:
    """Return the verbs of one role by name: what is on its interface, and nothing else.

    Examples
    --------
    >>> from workbook.service.desks.roles import TogetherService
    >>> sorted(verbs_of(TogetherService))[:4]
    ['choose_exercise', 'couple', 'decide', 'look']
    """
    names = sorted(interface.__abstractmethods__ - NO_CALLS)
    return MappingProxyType({name: _read_verb(interface, name) for name in names})


def _read_verb(interface: type[RoleService], name: str) -> Verb:
    method = getattr(interface, name)
    hints = get_type_hints(method)
    signature = inspect.signature(method)
    parameters = [one for one in signature.parameters.values() if one.name != "self"]
    fields = [
        (one.name, hints[one.name])
        if one.default is inspect.Parameter.empty
        else (one.name, hints[one.name], one.default)
        for one in parameters
    ]
    arguments = msgspec.defstruct(name, fields, kw_only=True, forbid_unknown_fields=True)
    return Verb(name, signature.replace(parameters=parameters), arguments, hints["return"])


def encode(content: Any) -> bytes:
    """Return a value of the interfaces in bytes."""
    return msgspec.msgpack.encode(content, enc_hook=_write_frame)


def decode(raw: bytes, shape: Any) -> Any:
    """Return the value again, of the type its annotation names."""
    return msgspec.msgpack.decode(raw, type=shape, dec_hook=_read_frame)


def _write_frame(value: Any) -> bytes:
    if not isinstance(value, pd.DataFrame):
        raise NotImplementedError(type(value).__name__)
    table = pa.Table.from_pandas(value, preserve_index=False)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _read_frame(shape: type, content: Any) -> Any:
    if shape is not pd.DataFrame or not isinstance(content, bytes):
        raise ValueError(shape.__name__)
    return pa.ipc.open_stream(content).read_all().to_pandas()
