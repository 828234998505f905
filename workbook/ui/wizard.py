"""The path through the workbook: which steps there are, in which order, and what comes next.

A pure function of the session; `pages.home` shows it. Nothing in it depends on what the
partner did, except that what both opened is open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from workbook.content import say
from workbook.session import Session, Status

_MAIN = ("connection",)
_ALWAYS = {
    "results",
    "together",
    "decide",
    "exercises",
    "weekly",
    "again",
    "just-for-me",
    "resources",
    "sharing",
    "research",
    "rights",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the path. ``note`` and ``time`` are words for people; a "link" is never done."""

    page: str
    title: str
    status: Status | Literal["link"]
    note: str
    time: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A group of steps with its title."""

    title: str
    steps: tuple[Step, ...]


def path(session: Session) -> tuple[Part, ...]:
    """The whole path of one person, or of two who sit together."""
    if session.is_together:
        return (_part("together", [_named(session, "together"), _named(session, "decide")]),)
    main = [step for name in ("background", *_MAIN) for step in _chapters(session, name)]
    others = [
        step
        for instrument in session.shareable()
        if instrument.id not in (*_MAIN, "background")
        for step in _chapters(session, instrument.id)
    ]
    parts = (
        _part("begin", [_named(session, page) for page in ("introduction", "limits", "consent")]),
        _part("answer", main),
        _part("more", others),
        _part("see", [_named(session, "results")]),
        _part("together", [_named(session, "share"), _named(session, "together")]),
        _part("do", [_named(session, page) for page in ("exercises", "weekly", "again")]),
        _part("anytime", [_named(session, page) for page in _any_time(session)]),
    )
    # Before the choice to take part, the way ahead is enough; the rest would only be long.
    shown = parts if session.has_consented else (parts[0], parts[1], *parts[-1:])
    return tuple(part for part in shown if part.steps)


def next_step(session: Session) -> Step | None:
    """The one thing to do now: the first step of the way that is open and not done."""
    steps = {step.page: step for part in path(session) for step in part.steps}
    chapters = [
        page for page in steps if page.startswith("chapter:") and session.chapters[page[8:]][0].id in _MAIN
    ]
    # Once the joint pages are open, what was left unanswered is no longer in the way of them.
    look = [] if session.has_seen("results") else ["results"]  # one's own picture, then the decision
    answering = [] if session.table.open_rounds else [*chapters, *look, "share"]
    way = ["introduction", "limits", "consent", *answering]
    for page in way:
        if page in steps and session.status(page) in ("open", "under-way"):
            return steps[page]
    return next(
        (steps[page] for page in ("together", "results") if page in steps and steps[page].status != "locked"),
        None,
    )


def chapter_after(session: Session, chapter_id: str) -> Step | None:
    """The chapter to offer at a chapter's end: the next on the path that is not complete."""
    pages = [step for part in path(session) for step in part.steps if step.page.startswith("chapter:")]
    here = next((k for k, step in enumerate(pages) if step.page == f"chapter:{chapter_id}"), len(pages))
    instrument = session.chapters[chapter_id][0].id
    later = pages[here + 1 :]
    same = [step for step in later if session.chapters[step.page[8:]][0].id == instrument]
    main = [step for step in later if session.chapters[step.page[8:]][0].id in _MAIN]
    return next((step for step in [*same, *main] if step.status != "complete"), None)


def _any_time(session: Session) -> list[str]:
    pages = ["just-for-me", "resources", "sharing", "research", "rights"]
    return [page for page in pages if page != "research" or session.status(page) == "open"]


def _part(name: str, steps: list[Step]) -> Part:
    return Part(say(f"ui.parts.{name}"), tuple(steps))


def _named(session: Session, page: str) -> Step:
    status: Status | Literal["link"] = session.status(page)
    if page in _ALWAYS and status == "open":
        return Step(page, say(f"ui.steps.{page}"), "link", say(f"ui.notes.{page}"))
    return Step(page, say(f"ui.steps.{page}"), status, say(f"ui.status.{status}"))


def _chapters(session: Session, instrument_id: str) -> Iterator[Step]:
    instrument = session.instruments.get(instrument_id)
    for chapter in instrument.chapters if instrument else ():
        page = f"chapter:{chapter.id}"
        status = session.status(page)
        left = session.minutes_left(chapter.id)
        key = "minutes_left" if status == "under-way" else "minutes"
        time = say(f"ui.status.{key}", n=left) if left and status != "complete" else ""
        note = "after_consent" if status == "locked" else status
        yield Step(page, chapter.title, status, say(f"ui.status.{note}"), time)
