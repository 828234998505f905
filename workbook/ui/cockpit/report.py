"""The therapist's report on a case, as a file: figures with their error, and what is not in them."""

import base64
from collections.abc import Sequence
from typing import Any

import pandas as pd
from ipywidgets import Widget

from workbook.content import language, say, spoken
from workbook.content.formats import decimal
from workbook.frames import rows as rows_of
from workbook.instruments import Instrument
from workbook.reports import Sheet, may_make_pdf, to_html, to_pdf
from workbook.reports.case_tables import even_rows, moved_rows, score_rows
from workbook.service.formats.values import Member
from workbook.session.practice import PracticeSession
from workbook.ui.blocks import (
    Block,
    Words,
    bullets,
    callout,
    heading,
    kicker,
    lead,
    name_of,
    note,
    paragraph,
    table,
)
from workbook.ui.cockpit.base import CockpitPage, in_words
from workbook.ui.cockpit.picture import case_source
from workbook.ui.components import Download
from workbook.ui.taken_along import UNASKED, part

NONE = "–"


class Report(CockpitPage):
    """It is made anew at each press, from what is granted at that moment."""

    kind = "report"

    def parts(self) -> Sequence[Widget]:
        self.page_file = Download(
            label=say("cockpit.report.page"), file=say("cockpit.report.page_file"), media="text/html"
        )
        self.page_file.on_fetch(lambda: to_html(self._sheet()), self.desk.guard_press)
        self.pdf_file = Download(
            label=say("cockpit.report.pdf"),
            file=say("cockpit.report.pdf_file"),
            media="application/pdf",
            look="secondary",
        )
        self.pdf_file.on_fetch(self._pdf, self.desk.guard_press)
        return (self.page_file, self.pdf_file) if may_make_pdf() else (self.page_file,)

    def fill(self) -> None:
        key = "print_or_pdf" if may_make_pdf() else "print"
        told = [paragraph(say("cockpit.report.outside")), paragraph(say("cockpit.report.withdrawn"))]
        self.say_words([*self.head(), callout("", told, tone="care"), note(say(f"ui.take-along.{key}"))])
        self.offer(self.back())

    def _sheet(self) -> Sheet:
        return sheet_for_therapist(self.session, self.case_id)

    def _pdf(self) -> str:
        return base64.b64encode(to_pdf(to_html(self._sheet(), is_for_pdf=True))).decode()


def sheet_for_therapist(session: PracticeSession, case_id: str) -> Sheet:
    """Return the report on a case: each part's scores, then how it was filled in, and what is missing."""
    case, members = session.case(case_id), session.members(case_id)
    source = case_source(session, case_id)
    parts = [
        one
        for one in source.instruments.values()
        if any(each.instrument == one.id for each in case.publications)
    ]
    names: list[Block] = (
        [paragraph([*(piece for one in members for piece in (name_of(one), "  "))])] if members else []
    )
    blocks = [
        kicker(say("cockpit.report.kicker", label=case.seen.label)),
        heading(1, say("cockpit.report.heading")),
        *names,
        lead(say("cockpit.report.each")),
        note(say("cockpit.report.provisional")),
        note(say("cockpit.report.dash")),
        *([] if parts else [paragraph(say("cockpit.report.nothing"))]),
        *(part([heading(2, one.title), *_scores(session, case_id, one, members)]) for one in parts),
        part([*_how_answered(session, case_id, members), *_over_time(session, case_id, parts, members)]),
        part(_limits()),
    ]
    title = say("cockpit.report.file_title")
    return Sheet(
        title,
        spoken(),
        language().direction,
        blocks,
        say("cockpit.report.foot"),
        say("cockpit.report.provisional"),
    )


def _known(members: Sequence[Member]) -> dict[str, str]:
    return {one.person_id: one.place for one in members}


def _scores(
    session: PracticeSession, case_id: str, instrument: Instrument, members: Sequence[Member]
) -> list[Block]:
    rows = score_rows(case_source(session, case_id).results, instrument, _known(members))
    if not len(rows):
        return [paragraph(say("cockpit.report.no_scores"))]
    head: list[Words] = [
        say("cockpit.report.column_topic"),
        *([name_of(one)] for one in members),
        say("cockpit.report.column_differs"),
    ]
    lines = []
    for title, both in rows.groupby("title", sort=False):
        by_place = {row.place: row for row in rows_of(both)}
        cells = [_score(by_place.get(one.place)) for one in members]
        lines.append([str(title), *cells, _differs(both["differs"].iloc[0], n=len(by_place))])
    return [
        table(say("cockpit.report.scores", title=instrument.title), head, lines),
        note(say("cockpit.report.scores_how")),
    ]


def _score(row: Any) -> str:
    if row is None:
        return NONE
    values = {"score": decimal(float(row.score), 1), "n": int(row.n_answered), "of": int(row.n_items)}
    if pd.isna(row.low):
        return say("cockpit.report.step", **values)
    band = {"low": decimal(float(row.low), 1), "high": decimal(float(row.high), 1)}
    return say("cockpit.report.score", **band, **values)


def _differs(mark: Any, *, n: int) -> str:
    if n < 2 or pd.isna(mark):
        return NONE
    return say("cockpit.report.differs" if mark else "cockpit.report.not_told")


def _how_answered(session: PracticeSession, case_id: str, members: Sequence[Member]) -> list[Block]:
    title = heading(2, say("cockpit.report.validity"))
    rows = even_rows(session.case(case_id).publications, _known(members))
    if not len(rows):
        return [title, paragraph(say("cockpit.report.no_validity"))]
    names, titles = {one.place: one.name for one in members}, session.instruments
    lines = [
        [titles[row.instrument].title, names.get(row.place, ""), str(row.n_answered), str(row.n_same)]
        for row in rows_of(rows)
        if row.instrument in titles
    ]
    head = [say(f"cockpit.report.column_{name}") for name in ("part", "who", "answered", "same")]
    return [
        title,
        table(say("cockpit.report.validity"), head, lines, numbers=(2, 3)),
        note(say("cockpit.report.validity_how")),
    ]


def _over_time(
    session: PracticeSession, case_id: str, parts: Sequence[Instrument], members: Sequence[Member]
) -> list[Block]:
    results, names = case_source(session, case_id).results, {one.place: one.name for one in members}
    head: list[Words] = [
        say(f"cockpit.report.column_{name}") for name in ("topic", "who", "first", "last", "band", "moved")
    ]
    lines = [
        [
            row.title,
            names.get(row.place, ""),
            decimal(float(row.first), 1),
            decimal(float(row.last), 1),
            _band(row.band),
            _moved(row.is_claimed),
        ]
        for one in parts
        for row in rows_of(moved_rows(results, one, _known(members)))
    ]
    marks = [in_words(one.day) for one in session.case(case_id).marks]
    days = [paragraph(say("cockpit.report.sessions", days=", ".join(marks)))] if marks else []
    title = heading(2, say("cockpit.report.over_time"))
    if not lines:
        return [title, *days, paragraph(say("cockpit.report.once"))]
    return [
        title,
        *days,
        table(say("cockpit.report.over_time"), head, lines, numbers=(2, 3, 4)),
        note(say("cockpit.report.moved_how")),
    ]


def _band(band: Any) -> str:
    return NONE if pd.isna(band) else decimal(float(band), 1)


def _moved(mark: Any) -> str:
    return NONE if pd.isna(mark) else say("cockpit.report.has_moved" if mark else "cockpit.report.not_told")


def _limits() -> list[Block]:
    return [
        heading(2, say("cockpit.report.not_measured")),
        bullets(say(f"ui.taken.not_asked.{name}") for name in UNASKED),
        paragraph(say("cockpit.report.safety")),
        heading(2, say("cockpit.report.limits")),
        *(paragraph(say(f"cockpit.report.limit_{n}")) for n in (1, 2, 3)),
    ]
