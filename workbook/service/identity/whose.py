"""Whose account is meant by a code and a name, found by as much work whether there is one or not.

Where nobody has such a code, the rows of a couple that is there are read and decoded all the same, and then
nobody of them is taken: or an unknown code would show by the time it takes.
"""

from workbook.service.identity.codes import plain_code
from workbook.service.identity.directory import Account, Directory
from workbook.service.identity.names import name_key

NOBODY = "nobody"
"""The id of no couple and of no person."""


class Whose:
    """Finds accounts for those who are not in yet.

    Parameters
    ----------
    directory : Directory
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._instead = next(iter(directory.couples()), NOBODY)

    def was_in(self, couple_id: str) -> None:
        """Note a couple that is there, to be read where nobody has the code that was typed."""
        self._instead = couple_id

    def find(self, code: str, name: str) -> tuple[Account | None, str]:
        """Return whose account is meant, and what tries at it count on; somebody made up has a count too."""
        wanted, own = name_key(name), self._directory.couple_by_code(code)
        pair = self._directory.pair(own or self._instead)
        people = (*pair.people, NOBODY, NOBODY)[:2]
        found = None
        for account in [self._directory.account(person_id) for person_id in people]:
            is_called_so = account is not None and account.name_key == wanted
            if is_called_so and account is not None and account.couple_id == own:
                found = account
        return found, counted_on(found) if found else f"nobody {plain_code(code)} {wanted}"


def counted_on(account: Account) -> str:
    """Return what wrong tries at an account count on."""
    return f"account {account.person_id}"
