"""Starting the server: checks, the service behind it, the socket in front, then Voila."""

import argparse
import contextlib
import io
import os
import shutil
import signal
import ssl
import sys
import webbrowser
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from workbook.content import sentences
from workbook.errors import WorkbookError
from workbook.server.front import Front, open_front
from workbook.server.kernels.warm_process import fork_server
from workbook.server.network import bind, lan_address
from workbook.server.preflight.base import Setup
from workbook.server.preflight.checks import be_private, refuse_unsafe
from workbook.server.run_folder import new_folder, remove_left_over
from workbook.server.settings import UNHEARD_SECONDS, ServerSettings, kernels_that_fit
from workbook.storage.location import data_folder

DEFAULT_PORT = 8866
READY = "WORKBOOK READY"


def start(  # noqa: PLR0913 - what whoever starts it may choose, by name
    port: int = DEFAULT_PORT,
    data: Path | None = None,
    *,
    share: bool = False,
    open_browser: bool = True,
    demo: bool = False,
    practice: bool = False,
    behind_proxy: str = "",
    notebook: Path | None = None,
    most_pages: int | None = None,
    proxy_hops: int = 1,
    keep_closed: float = UNHEARD_SECONDS,
) -> None:
    """Serve the workbook until stopped by Ctrl-C or a signal.

    Parameters
    ----------
    port : int
        Where to listen; 0 takes any free port.
    data : Path, optional
        The data folder; the platform's own place by default. Not used by the demo.
    share : bool
        Let a second device in the local network in, over TLS.
    open_browser : bool
        Open the first page when the server is ready.
    demo : bool
        Simulated couples and a therapist of theirs in memory; nothing is kept.
    practice : bool
        Let therapists sign in as well.
    behind_proxy : str
        The public https address, when a TLS proxy on this computer passes requests on.
    notebook : Path, optional
        Another notebook than ``couple.ipynb``.
    most_pages : int, optional
        How many pages may be open at once; by default as many as the memory holds.
    proxy_hops : int
        How many trusted proxies stand in front, each adding to ``X-Forwarded-For``.
    keep_closed : float
        Seconds for which a page that went without a word may come back.

    Raises
    ------
    SetupError
        The port is busy, the network is missing, or the installation is unsafe.
    StorageError
        The store does not open; its subclasses say why.
    """
    listener = bind("0.0.0.0" if share else "127.0.0.1", port)  # noqa: S104  beyond loopback only with TLS
    settings = ServerSettings(
        port=listener.getsockname()[1],
        data=data,
        share=share,
        demo=demo,
        practice=practice,
        proxy=behind_proxy,
        lan_address=lan_address() if share else "",
        notebook=notebook.resolve() if notebook else None,
        most_kernels=kernels_that_fit() if most_pages is None else most_pages,
        unheard_seconds=keep_closed,
        proxy_hops=proxy_hops,
    )
    at = str(listener.getsockname()[0])
    refuse_unsafe(Setup(data=data_folder(data), listens_on=at, share=share, demo=demo, proxy=behind_proxy))
    be_private()
    with contextlib.ExitStack() as at_end:
        at_end.callback(listener.close)
        remove_left_over()
        folder = new_folder()
        at_end.callback(shutil.rmtree, folder, ignore_errors=True)
        # Both before anything else is loaded, which takes seconds: a first page, and what kernels come from.
        front = open_front(settings, listener)
        at_end.callback(front.close)
        fork_server.open(str(folder))
        at_end.callback(fork_server.close)
        if open_browser and front.is_open:
            _show_in_browser(settings)
        import workbook.server.no_grammars  # noqa: F401  before Jupyter's server is imported
        from workbook.server.application import WorkbookApp
        from workbook.server.context import open_context

        context = open_context(settings, folder)
        at_end.callback(context.close)
        tls, words = _certificate(settings) if share else (None, "")
        application = WorkbookApp(workbook=settings, context=context, fingerprint_words=words)
        os.chdir(folder)  # empty: nothing of whoever started us is served or executed
        on_ready = partial(_announce, settings, front, open_browser=open_browser)
        application.prepare(folder, listener, tls, on_ready)
        signal.signal(signal.SIGTERM, application.stop_soon)
        application.start()


def _certificate(settings: ServerSettings) -> tuple[ssl.SSLContext, str]:
    """TLS for the local network; the store has made the data folder, private, by now."""
    from workbook.server.certificate import certificate_for

    return certificate_for(data_folder(settings.data) / "tls", settings.lan_address)


def _announce(settings: ServerSettings, front: Front, *, open_browser: bool) -> None:
    print(f"{READY} {settings.url}", flush=True)  # noqa: T201  the ready line that whoever started us waits for
    if open_browser and not front.is_open:
        _show_in_browser(settings)
    front.hand_over()


def _show_in_browser(settings: ServerSettings) -> None:
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(settings.url)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from a command line; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workbook.server")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--notebook", type=Path)
    parser.add_argument("--behind-proxy", default="", metavar="HTTPS_ADDRESS")
    parser.add_argument("--share", action="store_true")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--practice", action="store_true")
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--most-pages", type=int)
    parser.add_argument("--proxy-hops", type=int, default=1)
    parser.add_argument("--keep-closed", type=float, default=UNHEARD_SECONDS, metavar="SECONDS")
    for stream in (sys.stdout, sys.stderr):  # a sentence may hold a name that the terminal can't write
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    given = parser.parse_args(arguments)
    try:
        start(
            given.port,
            given.data,
            share=given.share,
            open_browser=not given.no_browser,
            demo=given.demo,
            practice=given.practice,
            behind_proxy=given.behind_proxy,
            notebook=given.notebook,
            most_pages=given.most_pages,
            proxy_hops=given.proxy_hops,
            keep_closed=given.keep_closed,
        )
    except WorkbookError as error:
        print("\n".join(sentences(error)), file=sys.stderr)  # noqa: T201  one sentence, no traceback
        return 1
    return 0
