"""What every page has to stand: no barrier that axe finds, and room at every width and text size."""

from contextlib import suppress

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooSlow

from tests.axe import violations

REDRAWN_MS = 5000
WIDTHS = (1280, 360, 320)
# In a page wider than its screen, the elements that stick out; a part that scrolls by itself may.
_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > room + 1)
    .slice(-3)
    .map((element) => `${element.tagName}.${element.className} reaches ${element.getBoundingClientRect().right} of ${room}`);
}"""


class Looks:
    """Looks at pages and gathers what is wrong with them, so that one run names everything."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.n_pages = 0

    def at(self, page: Page, name: str) -> None:
        """Look at the page as it stands now: three widths, and 200 % text at the narrow ones."""
        self.n_pages += 1
        before = page.viewport_size or {"width": 1280, "height": 800}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": before["height"]})
            self._check(page, f"{name} at {width} px")
        page.set_viewport_size({"width": 640, "height": before["height"]})
        page.evaluate("document.documentElement.style.fontSize = '225%'")  # twice our 112.5 %
        self._check(page, f"{name} with 200 % text", axe=False)
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.set_viewport_size(before)

    def told(self) -> str:
        """All problems, a line each; empty when there are none."""
        return "\n".join(self.problems)

    def _check(self, page: Page, where: str, *, axe: bool = True) -> None:
        # Charts are drawn again for their new width: that may take a moment, but must happen.
        with suppress(TooSlow):
            page.wait_for_function(f"() => !({_TOO_WIDE})().length", timeout=REDRAWN_MS)
        self.problems += [f"{where}: {sticks_out}" for sticks_out in page.evaluate(_TOO_WIDE)]
        if not axe:
            return
        for violation in violations(page):
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            self.problems.append(f"{where}: {violation['id']}: {violation['help']}: {nodes}")
