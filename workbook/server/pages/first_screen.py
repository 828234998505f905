"""The questions at which somebody goes on, drawn by the server until their kernel has drawn its own page.

Only a screen of a chapter: what stands on it is the person's own. Nothing is drawn of the private questions,
nor of a page that tells what the other did, nor where a meeting of the two goes on.
"""

import json
import logging
from dataclasses import dataclass
from typing import Any

from workbook.content import lookup
from workbook.errors import name_defect
from workbook.service.desks.roles import PartnerService
from workbook.session import Session
from workbook.ui.blocks import Block
from workbook.ui.screen import CHAPTER, ScreenContent, chapter_lock, fill_screen, settled_screen

_log = logging.getLogger(__name__)
# As `form.js` has them; a test holds what is drawn here to what that draws.
_MOST_IN_ROW = 5
_LONGEST_IN_ROW = 40
_DECLINED, _NOT_ARISEN = "declined", "not_arisen"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question as it is drawn: its choices, and which of them, by value and in words, is chosen."""

    text: str
    choices: list[tuple[str, str]]
    reasons: list[tuple[str, str]]
    is_row: bool
    chosen: str
    told: str

    @property
    def is_saved(self) -> bool:
        """Whether it is answered: all that is known here lies in the drawer."""
        return bool(self.chosen)

    @property
    def between(self) -> str:
        """The words of what is chosen, where they are not those of an end, which stand there anyway."""
        ends = (self.choices[0][0], self.choices[-1][0])
        return self.told if self.chosen in dict(self.choices) and self.chosen not in ends else ""


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """What the template draws: the words, the bar, the questions, and the same as `form.js` is given it."""

    words: list[Block]
    bar: list[Block]
    questions: list[Drawn]
    form: str


def find_first_screen(service: PartnerService) -> FirstScreen | None:
    """Return the screen of questions where a person goes on; None where that is another page.

    Whatever goes wrong, their kernel's page comes all the same, and says so.
    """
    try:
        session = Session(service)
        try:
            content = _content(session)
        finally:
            session.close()
        return _draw(content) if content is not None else None
    except Exception as error:  # noqa: BLE001  it only comes sooner: without it the page opens as well
        _log.error("the first questions were not drawn: %s", name_defect(error))
        return None


def _content(session: Session) -> ScreenContent | None:
    address = session.page
    if address.kind != CHAPTER or address.name not in session.chapters:
        return None
    instrument, _chapter = session.chapters[address.name]
    # A week begins when its questions are opened, by the day of the person's own clock: that is the kernel's.
    if instrument.is_private or instrument.occasion == "weekly" or chapter_lock(session, address) == "locked":
        return None
    content = fill_screen(session, settled_screen(session, address))
    return content if content.items else None


def _draw(content: ScreenContent) -> FirstScreen:
    labels = lookup("ui.form")
    form = {
        "items": content.items,
        "occasion": content.occasion,
        "answers": content.answers,
        "opens_blank": content.opens_blank,
        "labels": labels,
    }
    questions = [_question(item, content.answers.get(item["id"]), labels) for item in content.items]
    return FirstScreen(
        list(content.words), list(content.bar), questions, json.dumps(form, ensure_ascii=False)
    )


def _question(item: dict[str, Any], answer: dict[str, Any] | None, labels: dict[str, str]) -> Drawn:
    choices = [(str(value), label) for value, label in item["choices"]]
    names = [_NOT_ARISEN, _DECLINED] if item["may_not_arise"] else [_DECLINED]
    reasons = [(name, labels[name]) for name in names]
    chosen = _chosen(answer) if answer else ""
    is_short = all(len(label) <= _LONGEST_IN_ROW for _value, label in choices)
    return Drawn(
        text=item["text"],
        choices=choices,
        reasons=reasons,
        is_row=is_short and len(choices) <= _MOST_IN_ROW,
        chosen=chosen,
        told=dict([*choices, *reasons]).get(chosen, ""),
    )


def _chosen(answer: dict[str, Any]) -> str:
    reason = next((name for name in (_DECLINED, _NOT_ARISEN) if answer[name]), "")
    return reason or str(answer["value"])
