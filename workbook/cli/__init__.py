"""The command line: ``workbook start``, ``demo``, ``doctor``, ``backup``, ``simulate``, ``export`` ….

Errors are sentences with a way out and exit code 2; a traceback is for ``--debug`` only.
Commands import what they need when they run, so that ``workbook --help`` answers at once.
"""

import io
import sys
from typing import Any

import click

from workbook import __version__
from workbook.cli.streams import Lasting
from workbook.content import say, sentences
from workbook.errors import WorkbookError


class Problem(click.ClickException):
    """Something a person can put right, said in plain words."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print the sentences and nothing else: no 'Error:', no traceback."""
        click.echo(self.message, err=True)


def print_anything() -> None:
    """Let what can't be written in the terminal's encoding be replaced: what was done is done all the same.

    Else a command that has finished would end in an error because of a name it prints.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class Commands(click.Group):
    """A group whose commands end in a sentence, whatever happens inside them."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run one of the commands to its end, in whatever encoding its words are printed, read or not."""
        print_anything()
        words, sys.stdout = sys.stdout, Lasting(sys.stdout)
        try:
            return super().main(*args, **kwargs)
        finally:
            sys.stdout = words

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, KeyboardInterrupt, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            if isinstance(error, WorkbookError):
                raise Problem("\n".join(sentences(error))) from None
            # The text of an unforeseen error may hold anything, an answer included.
            raise Problem(say("cli.unexpected", kind=type(error).__name__)) from None


@click.group(cls=Commands, help=say("cli.help"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workbook")
@click.option("--debug", is_flag=True, help=say("cli.option.debug"))
def main(*, debug: bool) -> None:
    """Run one of the commands; ``debug`` is read by `Commands.invoke`."""


def _add_commands() -> None:
    from workbook.cli.backup import backup, restore
    from workbook.cli.doctor import doctor
    from workbook.cli.export import export
    from workbook.cli.keys import rotate_key
    from workbook.cli.research import research
    from workbook.cli.serve import demo, start
    from workbook.cli.simulate import simulate
    from workbook.cli.study import study
    from workbook.cli.therapist import therapist

    for command in (
        start,
        demo,
        doctor,
        backup,
        restore,
        rotate_key,
        simulate,
        study,
        research,
        export,
        therapist,
    ):
        main.add_command(command)


_add_commands()
