"""What it costs to begin a sitting, to work out what two see together, and to fill a page; in CPU time.

One process is both ends of the link, so that CPU time holds all of the work: store, service, socket, sitting.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.harness import Figures, benchmark
from benchmarks.reporting import keep
from workbook import results
from workbook.address import at
from workbook.service.demo import open_demo
from workbook.service.link.remote import reach
from workbook.service.link.socket import ServiceSocket
from workbook.session import Session
from workbook.storage.sqlcipher import SqlCipherStore
from workbook.ui.app import App

TIMES = 15
PAGES = (
    *("home", "share", "results", "exercises", "together", "this-week", "just-for-me", "again", "review"),
    *("weekly", "rights", "sharing", "take-along", "ledger"),
)


@benchmark(
    "reading",
    bound="CPU: what two see together worked out within 20 ms, a page that is open filled within 25 ms",
    holds=lambda figures: figures["work_out"] <= 20 and figures["worst_page"] <= 25,
    figure=lambda figures: (
        f"work out {figures['work_out']:.1f} ms (one's own {figures['work_out_own']:.1f}), "
        f"a sitting begins {figures['begin']:.1f}, worst page {figures['worst_page']:.1f}"
    ),
)
def reading(share: float) -> Figures:
    """Open a simulated couple with everything shown; keep each page in ``build/reports/reading.json``."""
    times = max(1, round(TIMES * share))
    with tempfile.TemporaryDirectory() as folder:
        household, me = open_demo(store=SqlCipherStore(Path(folder), bytes(range(32))))
        socket = ServiceSocket(household)
        remote = reach(*socket.ticket_for(me.actor).values())
        try:
            begin = _cpu_ms(lambda: Session(remote).close(), times)  # type: ignore[arg-type]
            session = Session(remote)  # type: ignore[arg-type]
            table, own = session.table.publications, session.responses
            of_now = own[(own["occasion"] == session.occasion).to_numpy(dtype=bool)]
            figures = {
                "begin": begin,
                "work_out": _cpu_ms(lambda: results.work_out(table, session.instruments), times),
                "work_out_own": _cpu_ms(lambda: results.work_out_own(of_now, session.instruments), times),
            }
            pages = _pages(session, times)
            session.close()
        finally:
            remote.close()  # type: ignore[attr-defined]
            socket.close()
            household.close()
    keep("reading", {**figures, "pages": pages})
    return {**figures, "worst_page": max(pages.values())}


def _pages(session: Session, times: int) -> dict[str, float]:
    """Return what filling a page again costs, as after every change while it is open."""
    session.mark_seen("expectation")
    app, found = App(session), {}
    chapter = session.instruments["connection"].chapters[0].id

    def fill_again() -> None:
        session.revision += 1

    for address in (*map(at, PAGES), at("chapter", chapter, 1)):
        app.go(address)
        found[str(session.page)] = _cpu_ms(fill_again, times)
    return found


def _cpu_ms(act: Callable[[], object], times: int) -> float:
    taken = []
    act()
    for _ in range(times):
        began = time.process_time()
        act()
        taken.append(1000 * (time.process_time() - began))
    return statistics.median(taken)
