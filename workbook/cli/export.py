"""``workbook export``: what a researcher takes away."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.cli.passphrases import key_file_option, open_by_asking, passphrase_option
from workbook.cli.serve import data_option
from workbook.cli.study import listed
from workbook.content import say

if TYPE_CHECKING:
    from workbook.research.export import RiskReport


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
@passphrase_option
@key_file_option
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
    file: str | None,
    key_file: Path | None,
    data: Path | None,
) -> None:
    """Say how risky it would be, then write it, or say why not."""
    from workbook.research.export import UnsafeReleaseError, adopt_journal, open_journal, write_release
    from workbook.service.studies.study import exports_folder
    from workbook.storage.location import data_folder

    consented = open_by_asking(data, file, key_file)
    click.echo(say("cli.export.study", name=consented.study.name, n=consented.n_persons))
    if consented.n_shut:
        click.echo(say("cli.export.shut", n=consented.n_shut, words=consented.study.key_words))
    records = exports_folder(data_folder(data))
    adopt_journal(records, out.absolute().parent)
    try:
        made = consented.release(
            level,
            form=form,
            agreement=agreement,
            subscales=list(scales) or None,
            occasion=occasion,
            background=listed(background),
            journal=open_journal(records),
        )
    except UnsafeReleaseError as refusal:
        _show_risk(refusal.risk)
        raise
    click.echo(say("cli.export.holds", n_couples=made.n_couples, n_persons=made.n_persons))
    _show_risk(made.risk)
    folder = write_release(made, out.absolute(), study=consented.study.name, formats=formats, records=records)
    click.echo(say("cli.export.done", folder=folder, journal=records))


def _show_risk(risk: "RiskReport") -> None:
    click.echo(say("cli.export.risk"))
    for row in risk.frame().itertuples(index=False):
        value = f"{row.value:.4g}"
        click.echo(say("cli.export.check", check=row.check, value=value, bound=row.bound, ok=row.ok))
