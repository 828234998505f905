"""The last section: how risky an export would be, then the export, with what it is doing."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from workbook.content import say, sentences
from workbook.errors import WorkbookError, problem
from workbook.research.export import Release, UnsafeReleaseError, open_journal, read_journal, write_release
from workbook.ui.blocks import Block, bullets, callout, details, note, paragraph, progress, table
from workbook.ui.components import Actions, Prose, TextField
from workbook.ui.dashboard.base import DashboardSection, occasion_words, side_by_side
from workbook.ui.dashboard.sample import Sample
from workbook.ui.guard import Guard

LEVELS = ("aggregate", "scores", "linked")
FORMS = ("person", "dyad", "pairwise")
FORMATS = {"csv": ("csv",), "parquet": ("csv", "parquet"), "sav": ("csv", "sav")}


class Export(DashboardSection):
    """Choose what should leave, see the risk, then let it go or see why it may not."""

    name = "export"

    def __init__(self, sample: Sample, guard: Guard) -> None:
        super().__init__(sample, guard)
        self.release: Release | None = None
        self.suggested = ""
        when = {occasion: occasion_words(occasion) for occasion in sample.published.occasions}
        self.level = self.chooser(say("dashboard.export.level"), _named("levels", LEVELS), self.fill)
        self.form = self.chooser(say("dashboard.export.form"), _named("forms", FORMS), self.fill)
        self.agreement = TextField(
            label=say("dashboard.export.agreement"), hint=say("dashboard.export.agreement_hint")
        )
        self.agreement.observe(guard(lambda _: self._forget()), "value")
        self.when = self.chooser(say("dashboard.choose.occasion"), when, self.fill)
        self.format = self.chooser(say("dashboard.export.format"), _named("formats", FORMATS), self._forget)
        hint = say("dashboard.export.folder_hint", folder=sample.exports)
        self.folder = TextField(label=say("dashboard.export.folder"), hint=hint)
        self.report = Prose()
        self.buttons = Actions()
        self.buttons.on_press(guard(self._pressed))
        self.outcome = Prose()

    def fill(self) -> None:
        """Show the questions that belong to the chosen level; what was measured no longer counts."""
        self.words.blocks = self.opening()
        linked = (self.form, self.agreement) if self.level.value == "linked" else ()
        asked = side_by_side(self.level, *linked, self.when, self.format, self.folder)
        self.root.children = (self.words, asked, self.report, self.buttons, self.outcome)
        self._name_anew()
        self._forget()

    def _forget(self) -> None:
        self.release = None
        self.report.blocks, self.outcome.blocks = [], [*self._earlier()]
        self._offer("measure")

    def _offer(self, *names: str) -> None:
        self.buttons.buttons = [
            {"id": name, "label": say(f"dashboard.export.{name}"), "kind": "primary" if n == 0 else "quiet"}
            for n, name in enumerate(names)
        ]

    def _pressed(self, name: str) -> None:
        try:
            if name == "measure":
                self._measure()
            elif self.release is not None:
                self._export(self.release)
        except (WorkbookError, OSError) as refusal:
            if isinstance(refusal, UnsafeReleaseError):
                self.report.blocks = [_risk_table(refusal.risk.frame())]
            problems = sentences(refusal) if isinstance(refusal, WorkbookError) else [str(refusal.strerror)]
            self.outcome.blocks = [
                callout(say("dashboard.export.refused"), [bullets(problems)], tone="bad", alert=True)
            ]
            self._offer("measure")

    def _measure(self) -> None:
        self.outcome.blocks = [progress(say("dashboard.export.measuring"), 0.3)]
        self.release = self.sample.make(
            self.level.value,
            self.form.value,
            self.agreement.typed(),
            self.when.value,
            open_journal(self.sample.exports),
        )
        rows = self.release.risk.frame()
        self.report.blocks = [_verdict(self.release), _risk_table(rows)]
        self.outcome.blocks = []
        self._offer(*(("export",) if self.release.risk.is_safe else ("measure",)))

    def _export(self, release: Release) -> None:
        self._tell("writing", 0.4)
        folder = _inside(self.sample.exports, self.folder.typed())
        self.sample.exports.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_release(release, folder, study=self.sample.name, formats=FORMATS[self.format.value])
        self._tell("checking", 0.9)
        files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
        done = say("dashboard.export.done", folder=folder, n=len(files))
        self.outcome.blocks = [
            callout(
                say("dashboard.export.done_title"),
                [paragraph(done), bullets(files)],
                tone="good",
                alert=True,
            ),
            *self._earlier(),
        ]
        self.release = None
        self._name_anew()
        self._offer("measure")

    def _name_anew(self) -> None:
        """Put in a name for the new folder that none has yet, unless somebody typed one of their own."""
        if (
            self.folder.typed() not in ("", self.suggested)
            and not (self.sample.exports / self.folder.typed()).exists()
        ):
            return
        plain = f"{datetime.now(UTC):%Y-%m-%d}-{self.level.value}"
        names = (plain, *(f"{plain}-{number}" for number in range(2, 1000)))
        self.suggested = next(name for name in names if not (self.sample.exports / name).exists())
        self.folder.value = self.suggested

    def _tell(self, step: str, share: float) -> None:
        self.outcome.blocks = [progress(say(f"dashboard.export.{step}"), share)]

    def _earlier(self) -> list[Block]:
        try:
            entries = read_journal(self.sample.exports)
        except WorkbookError as damaged:
            return [callout(say("dashboard.export.refused"), [bullets(sentences(damaged))], tone="bad")]
        if not entries:
            return [note(say("dashboard.export.none_yet"))]
        rows = [[str(e[key]) for key in ("at", "folder", "level", "n_couples", "n_persons")] for e in entries]
        head = say("dashboard.columns.journal").split(" | ")
        title = say("dashboard.export.earlier", n=len(rows))
        return [
            details(title, [table(title, head, rows, [3, 4]), note(say("dashboard.export.earlier_note"))])
        ]


def _named(kind: str, names: Iterable[str]) -> dict[str, str]:
    return {name: say(f"dashboard.export.{kind}.{name}") for name in names}


def _verdict(release: Release) -> Block:
    counts = say("dashboard.export.holds", n_couples=release.n_couples, n_persons=release.n_persons)
    key, tone = ("safe", "good") if release.risk.is_safe else ("unsafe", "bad")
    inside = [paragraph(counts), paragraph(say(f"dashboard.export.{key}"))]
    if release.level == "restricted":
        inside.append(paragraph(say("research.export.restricted")))
    return callout(say(f"dashboard.export.{key}_title"), inside, tone=tone)


def _risk_table(rows: pd.DataFrame) -> Block:
    cells = [[str(row.check), f"{row.value:.3g}", str(row.bound), str(row.ok)] for row in rows.itertuples()]
    head = say("dashboard.columns.risk").split(" | ")
    return table(say("dashboard.export.risk"), head, cells, [1])


def _inside(parent: Path, name: str) -> Path:
    """Return a folder of that name among the exports, and never one elsewhere."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip(".-")
    if not plain:
        raise WorkbookError(problem("dashboard.export.no_name"))
    return parent / plain
