"""A kernel without what no page of ours uses: debugger, history, configuration files, a command line.

Every fork pays for what it touches: memory that is shared until somebody writes to it, and reading an
object's attribute writes its reference count.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# As if it were not installed: ipykernel has no setting for it, and it greets whoever started the server.
sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]

import ipykernel.ipkernel  # noqa: E402
from ipykernel.kernelapp import IPKernelApp  # noqa: E402
from traitlets.config import Config  # noqa: E402


class LeanKernelApp(IPKernelApp):
    """Jupyter's own kernel, told everything in code."""

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Read no command line: there is none, and building its parser takes 3 MB."""

    def load_config_file(self, *_args: Any, **_kwargs: Any) -> None:
        """Read no configuration of whoever started the server."""

    def init_profile_dir(self) -> None:
        """Find all folders there: into one that is missing IPython copies a file that everybody may read."""
        Path(self.ipython_dir, "profile_default", "startup").mkdir(parents=True, exist_ok=True)
        super().init_profile_dir()


def start_lean(connection_file: str) -> IPKernelApp:
    """Make this process's kernel, listening where the connection file says; it ends with its parent."""
    settings = Config({"HistoryManager": {"enabled": False}})
    kernel: IPKernelApp = LeanKernelApp.instance(
        parent_handle=os.getppid(),
        connection_file=connection_file,
        log_level=logging.CRITICAL,
        config=settings,
    )
    with _no_list_of_modules():
        kernel.initialize([])
    return kernel


@contextmanager
def _no_list_of_modules() -> Iterator[None]:
    """Spare the kernel a list of all modules' files, which its debugger alone would read.

    Making it touches every module that was loaded before the fork: 9 MB of each page's own.
    """
    module: Any = ipykernel.ipkernel
    kept = module.sys
    module.sys = _Without(kept)
    try:
        yield
    finally:
        module.sys = kept


class _Without(SimpleNamespace):
    """``sys`` as it is, but that no module seems to be loaded."""

    def __init__(self, real: Any) -> None:
        super().__init__(real=real, modules={})

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)
