"""``workbook research``: the researcher's own page, on this computer alone."""

from pathlib import Path

import click

from workbook.cli.serve import PORT, data_option, no_browser_option
from workbook.content import say

DEFAULT_PORT = 8877


@click.command(help=say("cli.research.help"))
@click.option("--port", type=PORT, default=DEFAULT_PORT, show_default=True, help=say("cli.start.port"))
@data_option
@no_browser_option
def research(*, port: int, data: Path | None, no_browser: bool) -> None:
    """Serve the researcher's page until Ctrl-C."""
    import workbook.server.no_grammars  # noqa: F401  before Jupyter's server is imported
    from workbook.server.researcher_server import serve_dashboard

    click.echo(say("cli.research.hello"))
    serve_dashboard(port, data, open_browser=not no_browser)
    click.echo(say("cli.research.goodbye"))
