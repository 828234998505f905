"""``workbook study`` and ``workbook export``: what a researcher sets up, and what they take away."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.cli.serve import data_option
from workbook.content import say
from workbook.errors import problem

if TYPE_CHECKING:
    from workbook.research.export import RiskReport
    from workbook.service.studies.study import Study


@click.group(help=say("cli.study.help"))
def study() -> None:
    """Group `init` and `show`."""


# Nothing is required here: missing options are reported together with the other problems.
@study.command("init", help=say("cli.study.init.help"))
@click.option("--name", default="", help=say("cli.study.init.name"))
@click.option("--purpose", default="", help=say("cli.study.init.purpose"))
@click.option("--asks", default="", metavar="NAME,NAME,…", help=say("cli.study.init.asks"))
@click.option("--contact", default="", help=say("cli.study.init.contact"))
@click.option("--retention-months", "months", default="", metavar="N", help=say("cli.study.init.months"))
@click.option("--replace", is_flag=True, help=say("cli.study.init.replace"))
@data_option
def init(
    *, name: str, purpose: str, asks: str, contact: str, months: str, replace: bool, data: Path | None
) -> None:
    """Check everything, then write the study beside the store."""
    from workbook.service.studies.study import check_study, write_study
    from workbook.storage.location import data_folder, prepare_folder

    n_months = int(months) if months.isascii() and months.isdigit() else 0
    made = check_study(name, purpose, _listed(asks), contact, n_months)
    path = write_study(made, prepare_folder(data_folder(data)), replace=replace)
    click.echo(say("cli.study.init.done", file=path))
    _show(made)
    click.echo(say("cli.study.init.next"))


@study.command("show", help=say("cli.study.show.help"))
@data_option
def show(*, data: Path | None) -> None:
    """Print what people are told, as it stands."""
    from workbook.errors import SetupError
    from workbook.service.studies.study import read_study
    from workbook.storage.location import data_folder

    folder = data_folder(data)
    found = read_study(folder)
    if found is None:
        raise SetupError(problem("study.error.none", folder=folder))
    _show(found)


@click.command(help=say("cli.export.help"), context_settings={"show_default": True})
@click.option(
    "--level",
    type=click.Choice(["aggregate", "scores", "linked"]),
    required=True,
    help=say("cli.export.level"),
)
@click.option(
    "--form",
    type=click.Choice(["person", "dyad", "pairwise"]),
    default="person",
    help=say("cli.export.form"),
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(["csv", "parquet", "sav"]),
    multiple=True,
    default=["csv"],
    help=say("cli.export.format"),
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help=say("cli.export.out")
)
@click.option("--agreement", default="", help=say("cli.export.agreement"))
@click.option("--occasion", default=None, help=say("cli.export.occasion"))
@click.option("--scale", "scales", multiple=True, help=say("cli.export.scale"))
@click.option("--background", default="", metavar="ITEM,ITEM,…", help=say("cli.export.background"))
@data_option
def export(  # noqa: PLR0913 - an export's settings, by name
    *,
    level: str,
    form: str,
    formats: tuple[str, ...],
    out: Path,
    agreement: str,
    occasion: str | None,
    scales: tuple[str, ...],
    background: str,
    data: Path | None,
) -> None:
    """Say how risky it would be, then write it, or say why not."""
    from workbook.research.export import UnsafeReleaseError, adopt_journal, open_journal, write_release
    from workbook.service.studies.dataset import open_study
    from workbook.service.studies.study import exports_folder
    from workbook.storage.location import data_folder

    consented = open_study(data)
    click.echo(say("cli.export.study", name=consented.study.name, n=consented.n_persons))
    records = exports_folder(data_folder(data))
    adopt_journal(records, out.absolute().parent)
    try:
        made = consented.release(
            level,
            form=form,
            agreement=agreement,
            subscales=list(scales) or None,
            occasion=occasion,
            background=_listed(background),
            journal=open_journal(records),
        )
    except UnsafeReleaseError as refusal:
        _show_risk(refusal.risk)
        raise
    click.echo(say("cli.export.holds", n_couples=made.n_couples, n_persons=made.n_persons))
    _show_risk(made.risk)
    folder = write_release(made, out.absolute(), study=consented.study.name, formats=formats, records=records)
    click.echo(say("cli.export.done", folder=folder, journal=records))


def _listed(names: str) -> list[str]:
    """Return what stands between commas, each once.

    >>> _listed("connection, needs,,needs")
    ['connection', 'needs']
    """
    return list(dict.fromkeys(one.strip() for one in names.split(",") if one.strip()))


def _show(study: "Study") -> None:
    titles = [f"{one.title} ({one.id})" for one in study.instruments.values()]
    for key, value in (
        ("name", study.name),
        ("purpose", study.purpose),
        ("asks", "; ".join(titles)),
        ("contact", study.contact),
        ("months", study.retention_months),
        ("words", study.words_hash),
    ):
        click.echo(say(f"cli.study.line.{key}", value=value))


def _show_risk(risk: "RiskReport") -> None:
    click.echo(say("cli.export.risk"))
    for row in risk.frame().itertuples(index=False):
        value = f"{row.value:.4g}"
        click.echo(say("cli.export.check", check=row.check, value=value, bound=row.bound, ok=row.ok))
