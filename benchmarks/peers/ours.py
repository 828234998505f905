"""The workbook itself, with people whose place to go on from is a page of questions."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from benchmarks.peers.serving import Served
from benchmarks.peers.visiting import Traffic, watch
from tests.walk.person import PASSPHRASE
from tests.walk.seeded import OCCASION, in_folder, make_couple
from workbook.address import at
from workbook.content.document import consent_hash
from workbook.instruments import catalogue
from workbook.server.testing import running_server
from workbook.service.desks.household import Household

NAMES = ("Ana", "Ben")

# Filled in and sent from within the page; when that was is kept for the document that follows.
_SIGN_IN = """(fields) => {
  for (const [id, value] of Object.entries(fields)) document.getElementById(id).value = value;
  const now = performance.timeOrigin + performance.now();
  document.querySelector("main form button[type=submit]").click();
  return now;
}"""


@contextmanager
def serving_ours(folder: Path, n_couples: int, *options: str) -> Iterator[tuple[Served, list[str]]]:
    """Serve the workbook to couples who have said yes and are at their first questions; give their codes."""
    codes: list[str] = []

    def seed(household: Household) -> str:
        codes.extend(_couple(household) for _ in range(n_couples))
        return ""

    in_folder(folder, seed)
    with running_server(folder, *options) as server:
        yield Served("workbook", server.url, server.pid, 0.0), codes


def _couple(household: Household) -> str:
    code = make_couple(household)
    chapter = catalogue()["connection"].chapters[0].id
    for name in NAMES:
        partner = household.seat_partner(household.accounts.sign_in(code, name, PASSPHRASE + name))
        partner.add_event("consent", {"text": "consent", "text_hash": consent_hash()})
        partner.add_event("bookmark", {"page": str(at("chapter", chapter, 1)), "occasion": OCCASION})
    return code


def sign_in(
    context: BrowserContext, url: str, code: str, name: str, traffic: Traffic | None = None
) -> tuple[Page, float]:
    """Sign in at a fresh browser; give the page, and when it was pressed (milliseconds since 1970)."""
    page = context.new_page()
    if traffic is not None:
        traffic.listen(page)
    watch(page)
    page.goto(f"{url}sign-in")
    page.wait_for_load_state("load")
    fields = {"code": code, "name": name, "passphrase": PASSPHRASE + name}
    pressed: float = page.evaluate(_SIGN_IN, fields)
    return page, pressed
