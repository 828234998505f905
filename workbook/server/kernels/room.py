"""Which page makes way when no more fit, so that nobody can take all pages from others.

As long as there is room, everybody gets what they ask for. When there is none, who has answered before
comes before who has not; and among newcomers, an address that holds many pages gives one to an address
that holds fewer. So a practice or a lab behind one address may use all there is while nobody else asks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class Tenure(IntEnum):
    """How long somebody has had a workbook here: what beginning anew again and again does not give."""

    NEWCOMER = 0  # has not answered yet
    BEGINNER = 1  # first answered today
    KNOWN = 2  # answered on an earlier day


TENURES = {"never": Tenure.NEWCOMER, "today": Tenure.BEGINNER, "before": Tenure.KNOWN}
"""By what `Household.when_answered` says."""


@dataclass(slots=True)
class OpenPage:
    """One page with a kernel: from where it was opened, by whom, and when something was last done on it."""

    kernel_id: str
    address: str
    tenure: Tenure
    acted: float


def page_to_end(pages: Sequence[OpenPage], address: str, tenure: Tenure) -> str | None:
    """Return the kernel that makes way for one more page, or None where nobody has to.

    Parameters
    ----------
    pages : sequence of OpenPage
        Those that are open, with no room for another.
    address, tenure
        Where the new page is wanted, and by whom.

    Examples
    --------
    >>> stranger = [OpenPage(f"k{n}", "192.0.2.1", Tenure.NEWCOMER, float(n)) for n in range(9)]
    >>> NEW, asks = Tenure.NEWCOMER, Tenure.BEGINNER
    >>> asked = [("192.0.2.1", asks), ("192.0.2.7", NEW), ("192.0.2.1", NEW)]
    >>> [page_to_end(stranger, *one) for one in asked]
    ['k0', 'k0', None]
    """
    held = Counter(page.address for page in pages if page.tenure < Tenure.KNOWN)
    lower = [page for page in pages if page.tenure < tenure]
    # Two more, not one: else two addresses would take the same page from each other again and again.
    equals = [
        page
        for page in pages
        if page.tenure == tenure < Tenure.KNOWN and held[page.address] > held[address] + 1
    ]
    found = min(
        lower or equals, key=lambda page: (page.tenure, -held[page.address], page.acted), default=None
    )
    return found.kernel_id if found is not None else None
