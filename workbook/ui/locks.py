"""When a page is open: each a function of the session and the page's address.

None tells what the partner did; that both opened something is on the table of both.
"""

from collections.abc import Callable

from workbook.address import Address
from workbook.session import Session, Status

Lock = Callable[[Session, Address], Status]


def always(_session: Session, _address: Address) -> Status:
    """Open to whoever signed in."""
    return "open"


def after_consent(session: Session, _address: Address) -> Status:
    """Open once the person takes part."""
    return "open" if session.takes_part else "locked"


def until_read(session: Session, address: Address) -> Status:
    """Open at once, and complete when it was read to its end."""
    return "complete" if session.has_seen(address.kind) else "open"


def with_own_answers(session: Session, _address: Address) -> Status:
    """Open once there is something of one's own to look at."""
    return "open" if session.takes_part and session.pictures() else "locked"


def while_open_behind(session: Session, address: Address) -> Status:
    """Open while something of the round that the address names lies open behind a newer one."""
    return "open" if session.takes_part and address.name in session.earlier_rounds else "locked"


def once_both_opened(session: Session, _address: Address, /) -> Status:
    """Open once both have opened something."""
    return "open" if session.takes_part and session.table.open_rounds else "locked"
