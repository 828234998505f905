"""Run axe-core on a page, with one set of rules for every test."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Only what is wrong is described: to describe all that is right takes longer than to look for it.
_OPTIONS = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}


# Wherever a page is scrolled to, its header stays on top and covers a part of what lies beneath: axe would take
# what is left of a button for all of it.
_FROM_THE_TOP = """async (options) => {
  const { scrollX, scrollY } = window;
  window.scrollTo({ left: 0, top: 0, behavior: "instant" });
  const { violations } = await axe.run(document, options);
  window.scrollTo({ left: scrollX, top: scrollY, behavior: "instant" });
  return violations;
}"""


def violations(page: Page) -> list[dict[str, Any]]:
    """Return the rules that the page breaks now, each with its ``id``, ``help`` and ``nodes``."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found: list[dict[str, Any]] = page.evaluate(_FROM_THE_TOP, _OPTIONS)
    return found
