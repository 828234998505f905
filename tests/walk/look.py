"""Checks that every page has to pass: no axe finding, no overflow at any width and text size.

Room is looked for on every page. axe, which takes most of the time, is asked once per kind of page and width in
a whole run: pages are of one kind where they have the same elements, with the same classes, roles, states and
attributes, in the same order. How many alike stand in a row, and what the words are, does not matter to its rules;
whether there are words does.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooSlow

from tests.axe import violations

REDRAWN_MS = 5000
WIDTHS = (1280, 360, 320)
# In a page wider than its screen, the elements that stick out; a part that scrolls by itself may.
_TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const out = [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > room + 1)
    .slice(-3)
    .map((element) => `${element.tagName}.${element.className} reaches ${element.getBoundingClientRect().right} of ${room}`);
  return out.length ? out : [`words reach ${document.documentElement.scrollWidth} of ${room}`];
}"""
# Every element with what axe judges it by; alike in a row count once. What an element refers to by id is named by
# what is found there.
_KIND = """() => {
  const WORDS = new Set(["id", "href", "src", "name", "value", "title", "alt", "content", "viewBox", "d", "aria-label",
    "aria-description", "aria-valuenow", "aria-valuetext", "data-settings"]);
  const REFERS = new Set(["for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers"]);
  const DRAWN = /^(x|y|x1|x2|y1|y2|cx|cy|r|dx|dy|width|height|transform|points|clip-path|style|data-[^ ]+)$/;
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  const there = (id) => {
    const target = document.getElementById(id);
    return target ? `${target.tagName}${target.textContent.trim() ? "t" : ""}` : "?";
  };
  const trait = (element) => ({ name, value }) => {
    if (REFERS.has(name)) return `${name}=${value.trim().split(/\\s+/).map(there)}`;
    if (name === "id") return ids.filter((id) => id === value).length > 1 ? "id twice" : "id";
    if (name === "href" && value.length > 1 && value[0] === "#") return `href=#${there(value.slice(1))}`;
    if (name === "style") value = value.replace(/(^|[; -])(width|height|left|top|transform)\\s*:[^;]*;?/g, "").trim();
    if (name === "style" && !value) return "";
    if (WORDS.has(name)) return `${name}${value.trim() ? "" : "!"}`;
    return element instanceof SVGElement && DRAWN.test(name) ? name : `${name}=${value}`;
  };
  const draw = (element) => {
    if (["SCRIPT", "STYLE", "LINK", "META"].includes(element.tagName)) return "";
    const shown = element.checkVisibility({ visibilityProperty: true }) ? "" : "-";
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) ? "t" : "";
    const traits = [...element.attributes].map(trait(element)).filter(Boolean).sort().join(" ");
    const within = [...element.children].map(draw).filter((one, n, all) => one && one !== all[n - 1]);
    return `<${shown}${element.tagName} ${traits} ${words} ${within.join("")}>`;
  };
  return draw(document.documentElement);
}"""


class Seen:
    """Record what axe has checked already in any process of this run: a file each in a shared folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def is_new(self, kind: str) -> bool:
        """Tell whether this is the first time; exactly one of several concurrent callers is told so."""
        try:
            (self._folder / hashlib.sha256(kind.encode("utf-8", "surrogatepass")).hexdigest()).touch(
                exist_ok=False
            )
        except FileExistsError:
            return False
        return True


class Looks:
    """Check pages and collect their problems, so that one run names everything."""

    def __init__(self, seen: Seen) -> None:
        self.problems: list[str] = []
        self.n_pages = 0
        self.n_asked = 0
        self._seen = seen

    def at(self, page: Page, name: str) -> None:
        """Check the page as it is now: three widths, and 200 % text at the narrow ones."""
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
        """Return all problems, a line each; empty when there are none."""
        return "\n".join(self.problems)

    def _check(self, page: Page, where: str, *, axe: bool = True) -> None:
        # Charts are drawn again for their new width: that may take a moment, but must happen.
        with suppress(TooSlow):
            page.wait_for_function(f"() => !({_TOO_WIDE})().length", timeout=REDRAWN_MS)
        self.problems += [f"{where}: {sticks_out}" for sticks_out in page.evaluate(_TOO_WIDE)]
        if not axe or not self._seen.is_new(f"{page.viewport_size['width']} {page.evaluate(_KIND)}"):
            return
        self.n_asked += 1
        for violation in violations(page):
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            self.problems.append(f"{where}: {violation['id']}: {violation['help']}: {nodes}")
