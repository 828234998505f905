"""The researcher's page, served to the one who started it and to nobody else.

It is a tool of the study's host, apart from the server that couples use, and needs no sign-in of
its own: it listens on this computer alone, at an address with a secret part drawn at each start
(another account of this computer, or a page that rebinds a name to it, does not know it), answers
to no other host name, serves no files but the page's fonts, and its pages may load nothing from
anywhere else.
"""

import os
import secrets
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4
from tornado.ioloop import IOLoop
from traitlets import default
from traitlets.config import Config
from voila.app import Voila

import workbook.ui
from workbook.server.network import bind
from workbook.server.preflight.base import Setup
from workbook.server.preflight.checks import be_private, refuse_unsafe
from workbook.storage.location import data_folder

READY = "WORKBOOK READY"
LOOPBACK = "127.0.0.1"
CELL = "from workbook.ui.dashboard import open_dashboard\n\nopen_dashboard()"
FONTS = Path(workbook.ui.__file__).parent / "fonts"
FONT = r"fonts/[a-z-]+\.woff2"
POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
)
"""Stock Voila needs inline scripts; but nothing is fetched from, or sent to, another place."""


def serve_dashboard(port: int, data: Path | None, *, open_browser: bool) -> None:
    """Serve the researcher's page until Ctrl-C.

    Parameters
    ----------
    port : int
        Where to listen on this computer; 0 takes any free port.
    data : Path, optional
        The data folder of the study; the platform's own place by default.
    open_browser : bool

    Raises
    ------
    SetupError
        The port is busy, or the installation is unsafe.
    """
    listener = bind(LOOPBACK, port)
    port = int(listener.getsockname()[1])
    listener.close()  # Voila binds for itself
    if data is not None:
        os.environ["WORKBOOK_DATA"] = str(data.absolute())
    refuse_unsafe(Setup(data=data_folder(data)))
    be_private()
    with ExitStack() as at_end:
        folder = Path(tempfile.mkdtemp(prefix="workbook-research-"))
        at_end.callback(shutil.rmtree, folder, ignore_errors=True)
        at_end.callback(os.chdir, Path.cwd())
        notebook = folder / "research.ipynb"
        nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(CELL)]), notebook)
        shutil.copytree(FONTS, folder / "fonts")
        os.chdir(folder)  # nothing of whoever started us is served or executed
        secret = secrets.token_urlsafe(24)
        application = _application(notebook, port, secret, open_browser=open_browser)
        address = f"http://{LOOPBACK}:{port}/{secret}/"
        # Said by the loop, which Voila starts once it listens: before, whoever follows the line is refused.
        IOLoop.current().add_callback(print, f"{READY} {address}", flush=True)
        application.start()


class ResearchPage(Voila):
    """Voila without anybody's configuration files: an old one must not change what is served."""

    @default("config_file_paths")
    def _config_file_paths_default(self) -> list[str]:
        return []

    def load_config_file(self, *_args: Any, **_kwargs: Any) -> None:
        """None is read."""


def _application(notebook: Path, port: int, secret: str, *, open_browser: bool) -> ResearchPage:
    config = Config()
    config.Voila.tornado_settings = {
        "allow_remote_access": False,
        "headers": {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"},
    }
    config.VoilaConfiguration.file_allowlist = [FONT]
    config.VoilaConfiguration.file_denylist = []
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    application = ResearchPage(log_level="ERROR", open_browser=open_browser, config=config)
    options = [f"--port={port}", f"--base_url=/{secret}/", f"--Voila.ip={LOOPBACK}", "--Voila.port_retries=0"]
    application.initialize([str(notebook), *options])
    return application
