"""A benchmark in a process of its own."""

import multiprocessing
import traceback
from multiprocessing.connection import Connection

from benchmarks.harness import Figures, discover


def run_apart(name: str, share: float) -> Figures | None:
    """Run a benchmark in a fresh process, so that none measures another's memory."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(name, share, sender))
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        return None
    finally:
        process.join()


def _run(name: str, share: float, sender: Connection) -> None:
    try:
        sender.send(discover()[name].run(share))
    except Exception:  # noqa: BLE001 - one broken benchmark must not hide the others
        traceback.print_exc()
    finally:
        sender.close()
