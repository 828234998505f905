"""``workbook doctor``: is this installation fit to be trusted with answers?"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click

from workbook.cli import findings
from workbook.cli.findings import Finding
from workbook.cli.serve import data_option, port_option
from workbook.content import say

Look = Callable[[], Iterator[Finding]]

PROBLEMS_FOUND = 1


@click.command(help=say("cli.doctor.help"))
@data_option
@port_option
@click.pass_context
def doctor(context: click.Context, *, data: Path | None, port: int) -> None:
    """Take every look and say what was found; exit code 1 when something is to be put right."""
    from workbook.storage.location import data_folder

    folder = data_folder(data)
    looks: list[Look] = [
        findings.look_at_python,
        findings.look_at_database,
        partial(findings.look_at_folder, folder),
        partial(findings.look_at_key, folder),
        partial(findings.look_at_setup, folder),
        partial(findings.look_at_port, port),
        partial(findings.look_at_clock, folder),
        partial(findings.look_at_sealing, folder),
        partial(findings.look_at_study, folder),
        findings.look_at_bundle,
        findings.look_at_kernels,
        findings.look_at_resources,
    ]
    debug = bool(context.parent and context.parent.params.get("debug"))
    found = list(examine(looks, debug=debug))
    show(found)
    if any(finding.is_problem for finding in found):
        context.exit(PROBLEMS_FOUND)


def examine(looks: list[Look], *, debug: bool = False) -> Iterator[Finding]:
    """Take every look; one that fails is itself a problem, and the others go on."""
    for look in looks:
        try:
            yield from look()
        except Exception as error:
            if debug:
                raise
            yield findings.bad("failed", kind=type(error).__name__)


def show(found: list[Finding]) -> None:
    """Print one line for each finding, then the sum."""
    for finding in found:
        click.echo(say(f"cli.doctor.mark.{finding.kind}") + finding.text)
    n = sum(finding.is_problem for finding in found)
    click.echo()
    click.echo(say("cli.doctor.problems", n=n) if n else say("cli.doctor.all_fine"))
