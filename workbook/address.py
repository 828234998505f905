"""Where a page is: the one place that reads and writes addresses.

An address is kept in a drawer as the place to go on from, and comes back from a browser as the line of
a menu that was pressed. Both hold it written: ``chapter:connection.talk:2``.
"""

from dataclasses import dataclass
from typing import Self

_MARK = ":"


@dataclass(frozen=True, slots=True)
class Address:
    """A kind of page, and the names of what it is about: a chapter and a screen, a view, one right.

    Any text can be read, and is written the same again; whether there is such a page is another question.

    Examples
    --------
    >>> Address.read("chapter:connection.talk:2")
    Address(kind='chapter', names=('connection.talk', '2'))
    >>> str(at("exercise", "request", "")), at("chapter", "connection.talk", 2).rest(1)
    ('exercise:request', '2')
    """

    kind: str
    names: tuple[str, ...] = ()

    @classmethod
    def read(cls, written: "str | Address") -> Self:
        """Read an address as it was written; one that is read already stays as it is."""
        kind, *names = str(written).split(_MARK)
        return cls(kind, tuple(names))

    def __str__(self) -> str:
        return _MARK.join((self.kind, *self.names))

    @property
    def name(self) -> str:
        """The first of the names; empty where there is none."""
        return self.names[0] if self.names else ""

    def rest(self, start: int) -> str:
        """Return the names from one on, as written: some may themselves be made of two."""
        return _MARK.join(self.names[start:])


def at(kind: str, *names: object) -> Address:
    """Make the address of a page; names that are empty are left out."""
    return Address.read(_MARK.join((kind, *filter(None, map(str, names)))))
