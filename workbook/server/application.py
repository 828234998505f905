"""The Voila application, with only the routes that are needed and none that are not."""

import logging
import socket
import ssl
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import tornado.ioloop
import tornado.netutil
import tornado.web
from jupyter_core.utils import run_sync
from traitlets import Instance, Unicode, default
from traitlets.config import Config
from voila.app import Voila

from workbook.server.connections import LARGEST_REQUEST, patient_server
from workbook.server.context import ServerContext
from workbook.server.kernels.manager import WorkbookKernel, WorkbookKernels
from workbook.server.kernels.owners import KernelOwners
from workbook.server.kernels.provisioner import OneKernel
from workbook.server.kernels.websocket import Channels, KernelConnection
from workbook.server.pages import (
    account_pages,
    private_copy_page,
    script_api,
    sign_in_pages,
    sign_out_pages,
    therapist_pages,
)
from workbook.server.pages.workbook_page import Presentation, WorkbookPage
from workbook.server.settings import ServerSettings
from workbook.server.web.cookies import cross_site_settings
from workbook.server.web.identity import SittingIdentity
from workbook.server.web.static_handler import StaticHandler

_log = logging.getLogger(__name__)
SWEEP_SECONDS = 5.0
TIDY_SECONDS = 24 * 3600.0
PING_MS = 15_000  # a network that went away is noticed within half a minute


class WorkbookApp(Voila):
    """Voila, standalone, serving people who are signed in the notebook of their role.

    Every route is listed in `init_handlers`; a test compares that list with a rule for each.
    """

    name = "workbook"
    workbook = Instance(ServerSettings)
    context = Instance(ServerContext)
    fingerprint_words = Unicode("")

    @default("config_file_paths")
    def _config_file_paths_default(self) -> list[str]:
        return []  # never `voila.py` of whatever folder somebody started us in

    def load_config_file(self, *_args: Any, **_kwargs: Any) -> None:
        """Read no configuration files: an old one of Voila's must not change what is served."""

    def prepare(
        self,
        folder: Path,
        listener: socket.socket,
        tls: ssl.SSLContext | None,
        on_ready: Callable[[], None],
    ) -> None:
        """Set everything that Voila would take from its command line."""
        self._tls, self._listener, self._on_ready = tls, listener, on_ready
        self.update_config(_voila_config())
        self.notebook_path = str(self.workbook.notebook or _couple_notebook())
        self.connection_dir_root = str(folder)
        self.open_browser = False
        self.log_level = logging.ERROR
        self.identity_provider_class = SittingIdentity
        self.authorizer_class = KernelOwners
        self.kernel_websocket_connection_class = KernelConnection
        self.initialize([])

    def setup_template_dirs(self) -> None:
        """None of Voila's: our pages are rendered by ourselves."""
        self.template_paths: list[str] = []
        self.static_paths: list[str] = []

    def init_settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = super().init_settings()
        kernels: WorkbookKernels = self.kernel_manager
        kernels.per_person = self.workbook.kernels_per_person
        kernels.most = self.workbook.most_kernels
        kernels.unheard_seconds = self.workbook.unheard_seconds
        kernels.ticket_for = self.context.ticket_for
        return (
            settings
            | cross_site_settings(self.workbook)
            | {
                "workbook": self.workbook,
                "context": self.context,
                "sittings": self.context.sittings,
                "fingerprint_words": self.fingerprint_words,
                "allow_remote_access": False,
                "allow_unauthenticated_access": False,
                "login_url": "/",
                "default_handler_class": sign_out_pages.Missing,
                "websocket_max_message_size": LARGEST_REQUEST,
                "ws_ping_interval": PING_MS,
                "ws_ping_timeout": PING_MS,
                "log_function": _log_request,
                "serve_traceback": False,
            }
        )

    def init_handlers(self) -> list[Any]:
        """Return the whole list of routes."""
        kernel = r"(?P<kernel_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
        notebook = {"notebook": Path(self.notebook_path)}
        return [
            (r"/", sign_in_pages.Landing),
            (r"/begin", sign_in_pages.Begin),
            (r"/join", sign_in_pages.Join),
            (r"/sign-in", sign_in_pages.SignIn),
            (r"/recover", sign_in_pages.Recover),
            (r"/together", sign_in_pages.SignInTogether),
            (r"/demo", sign_in_pages.Demo),
            (r"/therapist", therapist_pages.SignIn),
            (r"/therapist-recover", therapist_pages.Recover),
            (r"/recovery-code", account_pages.RecoveryCode),
            (r"/passphrase", account_pages.Passphrase),
            (r"/go-alone", account_pages.GoAlone),
            (r"/erase", account_pages.Erase),
            (r"/copy", private_copy_page.Copies),
            (r"/hand-over", sign_out_pages.HandOver),
            (r"/sign-out", sign_out_pages.SignOut),
            (r"/leave", sign_out_pages.Leave),
            (r"/workbook", WorkbookPage, notebook),
            (r"/presentation", Presentation, notebook),
            (r"/api/answers", script_api.Answers),
            (r"/api/alive", script_api.Alive),
            (r"/api/close", script_api.Close),
            (rf"/api/kernels/{kernel}/channels", Channels),
            (r"/static/(.+)", StaticHandler),
            (r".*", sign_out_pages.Missing),
        ]

    def listen(self) -> None:
        """Serve on the socket that `launch` has bound, until stopped."""
        self.ioloop = tornado.ioloop.IOLoop.current()
        self.context.sittings.on_end(self._end_kernels)
        regular = [
            tornado.ioloop.PeriodicCallback(self._sweep, SWEEP_SECONDS * 1000),
            tornado.ioloop.PeriodicCallback(self._tidy, TIDY_SECONDS * 1000),
        ]
        for one in regular:
            one.start()
        server = patient_server(self.app, self._tls)
        server.add_socket(self._listener)
        try:
            self._on_ready()
            self.ioloop.add_callback(self.kernel_manager.keep_one_waiting)
            self.ioloop.start()
        finally:
            for one in regular:
                one.stop()
            server.stop()
            self.stop()

    async def _sweep(self) -> None:
        """End sittings that ran out, and kernels whose page went without a word; keep what was tried."""
        # Not on this thread: the end of a sitting writes, and the others would wait for the disk.
        await self.ioloop.run_in_executor(None, self.context.sittings.sweep)
        await self.kernel_manager.end_unheard()
        await self.ioloop.run_in_executor(None, self.context.household.keep_tries)

    async def _tidy(self) -> None:
        """Destroy what was given to a study whose time is over: a server may run for months."""
        await self.ioloop.run_in_executor(None, self.context.household.destroy_overdue)

    def _end_kernels(self, actor: Any) -> None:
        """End the kernels of a sitting that ended, on whichever thread."""
        self.ioloop.add_callback(self.kernel_manager.end_sitting, actor.sitting_id)

    def stop_soon(self, *_signal: Any) -> None:
        """Ask the server to stop, from a signal."""
        self.ioloop.add_callback_from_signal(self.ioloop.stop)

    def stop(self) -> None:
        run_sync(self.kernel_manager.shutdown_all)(now=True)


def _couple_notebook() -> Path:
    """In a checkout beside the package, in an installed package inside it."""
    package = Path(str(files("workbook")))
    places = [package.parent / "notebooks", package / "notebooks"]
    return next((place for place in places if place.is_dir()), places[0]) / "couple.ipynb"


def _voila_config() -> Config:
    return Config(
        {
            "VoilaConfiguration": {
                "file_allowlist": [],
                "file_denylist": [".*"],
                "allow_template_override": "NO",
                "allow_theme_override": "NO",
                "preheat_kernel": False,
                "multi_kernel_manager_class": WorkbookKernels,
                "kernel_spec_manager_class": OneKernel,
                "resources": {},
            },
            # Signatures are of no use here, and their database would lie in the home of whoever starts us.
            "NotebookNotary": {"db_file": ":memory:"},
            "MappingKernelManager": {
                "kernel_manager_class": f"{WorkbookKernel.__module__}.{WorkbookKernel.__name__}",
                "buffer_offline_messages": False,
                "kernel_info_timeout": 20.0,
                "cull_idle_timeout": 0,
            },
        }
    )


def _log_request(handler: tornado.web.RequestHandler) -> None:
    """Log one line per failed request: never a query, a body, a name or an address."""
    status = handler.get_status()
    if status >= 500:
        _log.error("%s %s %s", status, handler.request.method, type(handler).__name__)
