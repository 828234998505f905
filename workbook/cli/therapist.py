"""``workbook therapist``: what whoever runs a practice does once for each therapist."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbook.cli.passphrases import reading_of, typed_anew
from workbook.cli.serve import data_option
from workbook.content import say

if TYPE_CHECKING:
    from workbook.service.desks.household import Household
    from workbook.service.formats.values import Actor

passphrase_option = click.option(
    "--passphrase-file",
    "file",
    type=click.Path(dir_okay=False, path_type=str, allow_dash=True),
    default=None,
    help=say("cli.study.file"),
)
code_option = click.option(
    "--code", prompt=say("cli.therapist.code_asked"), help=say("cli.therapist.code_asked")
)


@click.group(help=say("cli.therapist.help"))
def therapist() -> None:
    """Group `add`, `second-step` and `second-step-off`."""


@therapist.command("add", help=say("cli.therapist.add.help"))
@click.option("--name", required=True, help=say("cli.therapist.name"))
@passphrase_option
@data_option
def add(*, name: str, file: str | None, data: Path | None) -> None:
    """Make an account; its codes are printed this once."""
    words = (say("cli.therapist.new_passphrase"), say("cli.therapist.again"))
    passphrase = reading_of(file)() if file else typed_anew(*words)
    with _household(data) as household:
        made = household.therapists.create(name, passphrase)
        click.echo(say("cli.therapist.add.done", name=name, code=made.code, recovery_code=made.recovery_code))


@therapist.command("second-step", help=say("cli.therapist.second_step.help"))
@code_option
@passphrase_option
@data_option
def second_step(*, code: str, file: str | None, data: Path | None) -> None:
    """Set the digits of an app as the second step, once they were seen to fit."""
    with _household(data) as household:
        passphrase = _passphrase(file)
        actor = _sign_in(household, code, passphrase)
        secret, address = household.therapists.offer_factor(actor)
        click.echo(say("cli.therapist.second_step.scan", secret=secret, address=address))
        digits = str(click.prompt(say("cli.therapist.digits"), err=True))
        household.therapists.set_factor(actor, passphrase, secret, digits)
        click.echo(say("cli.therapist.second_step.done"))


@therapist.command("second-step-off", help=say("cli.therapist.second_step_off.help"))
@code_option
@passphrase_option
@data_option
def second_step_off(*, code: str, file: str | None, data: Path | None) -> None:
    """Ask for no second step any more; its digits are asked for once more."""
    with _household(data) as household:
        passphrase = _passphrase(file)
        digits = str(click.prompt(say("cli.therapist.digits"), err=True, default="", show_default=False))
        household.therapists.end_factor(_sign_in(household, code, passphrase, digits), passphrase, None)
        click.echo(say("cli.therapist.second_step_off.done"))


def _passphrase(file: str | None) -> str:
    if file:
        return reading_of(file)()
    return str(click.prompt(say("cli.therapist.passphrase"), hide_input=True, err=True))


def _sign_in(household: "Household", code: str, passphrase: str, digits: str = "") -> "Actor":
    return household.therapists.sign_in(code, passphrase, digits)


@contextmanager
def _household(data: Path | None) -> Iterator["Household"]:
    """Open the service over a data folder, beside a server that may be running."""
    from workbook.service.desks.household import Household
    from workbook.service.studies.study import read_study
    from workbook.storage.location import data_folder
    from workbook.storage.opening import open_store

    household = Household(open_store(data), study=read_study(data_folder(data)))
    try:
        yield household
    finally:
        household.close()
