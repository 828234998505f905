"""``workbook study``: what a researcher sets up once, and looks at."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.cli.passphrases import asked, asked_anew, key_file_option, passphrase_option
from workbook.cli.serve import data_option
from workbook.content import say
from workbook.errors import problem

if TYPE_CHECKING:
    from workbook.service.studies.setting_up import Made
    from workbook.service.studies.study import Study


@click.group(help=say("cli.study.help"))
def study() -> None:
    """Group `init`, `key`, `passphrase` and `show`."""


# Nothing is required here: missing options are reported together with the other problems.
@study.command("init", help=say("cli.study.init.help"))
@click.option("--name", default="", help=say("cli.study.init.name"))
@click.option("--purpose", default="", help=say("cli.study.init.purpose"))
@click.option("--asks", default="", metavar="NAME,NAME,…", help=say("cli.study.init.asks"))
@click.option("--contact", default="", help=say("cli.study.init.contact"))
@click.option("--retention-months", "months", default="", metavar="N", help=say("cli.study.init.months"))
@click.option("--replace", is_flag=True, help=say("cli.study.init.replace"))
@click.option("--new-key", is_flag=True, help=say("cli.study.init.new_key"))
@passphrase_option
@data_option
def init(  # noqa: PLR0913 - a study's words, by name
    *,
    name: str,
    purpose: str,
    asks: str,
    contact: str,
    months: str,
    replace: bool,
    new_key: bool,
    file: str | None,
    data: Path | None,
) -> None:
    """Check everything, then write the study and its key beside the store."""
    from workbook.service.studies.setting_up import make_study
    from workbook.service.studies.study import check_study
    from workbook.storage.location import data_folder, prepare_folder

    n_months = int(months) if months.isascii() and months.isdigit() else 0
    checked = check_study(name, purpose, listed(asks), contact, n_months)
    folder = prepare_folder(data_folder(data))
    made = make_study(checked, folder, asked_anew(file), is_replacing=replace, is_new_key=new_key)
    click.echo(say("cli.study.init.done", file=made.path))
    _show(made.study)
    _tell_code(made)
    click.echo(say("cli.study.init.next"))


@study.command("key", help=say("cli.study.key.help"))
@passphrase_option
@data_option
def key(*, file: str | None, data: Path | None) -> None:
    """Give a key to a study from before there were any."""
    from workbook.service.studies.setting_up import add_key
    from workbook.storage.location import data_folder

    made = add_key(data_folder(data), asked_anew(file))
    _show(made.study)
    _tell_code(made)
    click.echo(say("cli.study.key.next"))


@study.command("passphrase", help=say("cli.study.change.help"))
@passphrase_option
@click.option(
    "--new-passphrase-file",
    "new_file",
    type=click.Path(dir_okay=False, path_type=str, allow_dash=True),
    default=None,
    help=say("cli.study.change.file"),
)
@key_file_option
@data_option
def passphrase(*, file: str | None, new_file: str | None, key_file: Path | None, data: Path | None) -> None:
    """Put the study's key under another passphrase, opened by the old one or the recovery code."""
    from workbook.service.studies.setting_up import change_passphrase
    from workbook.storage.location import data_folder

    path = change_passphrase(data_folder(data), asked(file), asked_anew(new_file), key_file)
    click.echo(say("cli.study.change.done", file=path))


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


def listed(names: str) -> list[str]:
    """Return what stands between commas, each once.

    >>> listed("connection, needs,,needs")
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
        ("ends", study.ends),
        ("words", study.words_hash),
        ("key", study.key_words),
    ):
        if value:
            click.echo(say(f"cli.study.line.{key}", value=value))


def _tell_code(made: "Made") -> None:
    """Show the recovery code, this once, with what is lost where it and the passphrase are."""
    if made.code:
        click.echo(say("cli.study.code", code=made.code))
