"""What is known of every page, and the path through them: which there are, how each stands, what is next.

Loops over the pages of `workbook.ui.pages`; no widget is needed. Nothing in it depends on what the
partner did, except that what both opened is open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from workbook.address import Address, at
from workbook.content import say
from workbook.service.formats.values import Role
from workbook.session import Session, Status
from workbook.ui.locks import after_consent

PARTNER: frozenset[Role] = frozenset({"partner"})
TOGETHER: frozenset[Role] = frozenset({"together"})
PARTS: Mapping[Role, Sequence[str]] = {
    "partner": ("begin", "answer", "more", "see", "together", "do", "anytime"),
    "together": ("together", "do"),
}
"""The parts of each role's path, in their order."""
_BEFORE_CONSENT = ("begin", "answer", "anytime")
_RETURN_TO = ("together", "results")  # where nothing is due: the first of these that is open


@dataclass(frozen=True, slots=True)
class PathStep:
    """One line of the path. ``note`` and ``time`` are words for people; a "link" is never done."""

    part: str
    address: Address
    title: str
    status: Status | Literal["link"]
    note: str
    time: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A group of steps with its title."""

    title: str
    steps: tuple[PathStep, ...]


class PageKind:
    """What is known of a kind of page before it is opened; `workbook.ui.pages.base.Page` adds what it shows.

    Attributes
    ----------
    kind : str
        The first word of its address, and the key of its words (``ui.steps`` and ``ui.notes``).
    part : str
        The part of the path it stands in, in the order of the list of pages; none by default.
    roles : frozenset of Role
        Whose page it is. Nobody else can turn to it.
    lock : Lock
        When it is open: one of `workbook.ui.locks`, or a function like those. After consent by default.
    is_task : bool
        Whether it can be complete. Other pages are there to come back to.
    needs_table : bool
        Whether it is about what the two show each other: once their table is closed it is gone.
    """

    kind: ClassVar[str]
    part: ClassVar[str] = ""
    roles: ClassVar[frozenset[Role]] = PARTNER
    lock: ClassVar["staticmethod[[Session, Address], Status]"] = staticmethod(after_consent)
    is_task: ClassVar[bool] = False
    needs_table: ClassVar[bool] = False

    @classmethod
    def is_due(cls, session: Session, step: PathStep) -> bool:  # noqa: ARG003
        """Say whether a step of this kind is to be done before those after it on the path."""
        return cls.is_task and step.status in ("open", "under-way")

    @classmethod
    def settled(cls, session: Session, address: Address) -> Address:  # noqa: ARG003
        """Return the address that is turned to, where the one asked for leaves something open."""
        return address

    @classmethod
    def steps(cls, session: Session) -> Iterable[PathStep]:
        """Return the lines of the path that lead to pages of this kind."""
        if not cls.part:
            return ()
        address = at(cls.kind)
        status = cls.lock(session, address)
        title = say(f"ui.steps.{cls.kind}")
        if status == "open" and not cls.is_task:
            return (PathStep(cls.part, address, title, "link", say(f"ui.notes.{cls.kind}")),)
        return (PathStep(cls.part, address, title, status, say(f"ui.status.{status}")),)


class Pages:
    """The pages of one sitting.

    Parameters
    ----------
    session : Session
    kinds : iterable of kinds of page
        In the order of the path.
    """

    def __init__(self, session: Session, kinds: Iterable[type[PageKind]]) -> None:
        self._session = session
        self._kinds = {one.kind: one for one in kinds}

    def status(self, address: Address) -> Status:
        """Return whether a page is locked, open, under way or complete; one that is not there is locked."""
        kind = self._kinds.get(address.kind)
        if kind is None or not self._is_there(kind):
            return "locked"
        return kind.lock(self._session, address)

    def _is_there(self, kind: type[PageKind]) -> bool:
        is_gone = kind.needs_table and self._session.is_parted
        return self._session.actor.role in kind.roles and not is_gone

    def settled(self, address: Address) -> Address:
        """Return the address that is turned to: of a chapter, the first screen with an open question."""
        kind = self._kinds.get(address.kind)
        return address if kind is None else kind.settled(self._session, address)

    def steps(self) -> Iterator[PathStep]:
        """Return every line of the path, part by part."""
        role = self._session.actor.role
        there = [kind for kind in self._kinds.values() if self._is_there(kind)]
        steps = [step for kind in there for step in kind.steps(self._session)]
        for part in PARTS.get(role, ()):
            # Before the choice to take part, the way ahead is enough; the rest would only be long.
            if self._session.takes_part or part in _BEFORE_CONSENT:
                yield from (step for step in steps if step.part == part)

    def path(self) -> tuple[Part, ...]:
        """Return the whole path of one person, or of two who sit together."""
        steps = list(self.steps())
        return tuple(
            Part(say(f"ui.parts.{name}"), tuple(step for step in steps if step.part == name))
            for name in dict.fromkeys(step.part for step in steps)
        )

    def next_step(self) -> PathStep | None:
        """Return the one thing to do now: the first step that is due, else where to look again."""
        steps = list(self.steps())
        due = next((one for one in steps if self._kinds[one.address.kind].is_due(self._session, one)), None)
        opened = {one.address.kind: one for one in steps if one.status != "locked"}
        return due or next((opened[kind] for kind in _RETURN_TO if kind in opened), None)
