"""``workbook start`` and ``workbook demo``: the workbook in the browser."""

from pathlib import Path

import click

from workbook.content import say

DEFAULT_PORT = 8866

PORT = click.IntRange(0, 65535)
FOLDER = click.Path(file_okay=False, path_type=Path)

port_option = click.option(
    "--port", type=PORT, default=DEFAULT_PORT, show_default=True, help=say("cli.start.port")
)
data_option = click.option("--data", type=FOLDER, envvar="WORKBOOK_DATA", help=say("cli.start.data"))
no_browser_option = click.option("--no-browser", is_flag=True, help=say("cli.start.no_browser"))


@click.command(help=say("cli.start.help"))
@port_option
@data_option
@no_browser_option
@click.option("--share", is_flag=True, help=say("cli.start.share"))
@click.option("--practice", is_flag=True, help=say("cli.start.practice"))
@click.option("--behind-proxy", default="", metavar="HTTPS_ADDRESS", help=say("cli.start.behind_proxy"))
@click.option(
    "--proxy-hops", type=click.IntRange(1, 8), default=1, show_default=True, help=say("cli.start.proxy_hops")
)
@click.option("--most-pages", type=click.IntRange(min=1), help=say("cli.start.most_pages"))
@click.pass_context
def start(  # noqa: PLR0913 - what whoever starts it may choose, by name
    context: click.Context,
    *,
    port: int,
    data: Path | None,
    no_browser: bool,
    share: bool,
    practice: bool,
    behind_proxy: str,
    proxy_hops: int,
    most_pages: int | None,
) -> None:
    """Serve the workbook until Ctrl-C; not under ``--debug``, whose traceback may show what people wrote."""
    from workbook.cli import Problem
    from workbook.server import launch

    if context.find_root().params.get("debug"):
        raise Problem(say("cli.start.no_debug"))
    click.echo(say("cli.start.shared" if share else "cli.start.hello"))
    folder = data.absolute() if data else None  # the server moves to an empty folder of its own
    launch.start(
        port,
        folder,
        share=share,
        practice=practice,
        open_browser=not no_browser,
        behind_proxy=behind_proxy,
        proxy_hops=proxy_hops,
        most_pages=most_pages,
    )
    click.echo(say("cli.start.goodbye"))


@click.command(help=say("cli.demo.help"))
@port_option
@no_browser_option
def demo(*, port: int, no_browser: bool) -> None:
    """Serve a simulated couple from memory until Ctrl-C."""
    from workbook.server import launch

    click.echo(say("cli.demo.hello"))
    launch.start(port, demo=True, open_browser=not no_browser)
    click.echo(say("cli.demo.goodbye"))
