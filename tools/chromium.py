"""Find the Chromium that the browser tests drive, or install one.

`python -m tools.chromium` prints its path. Tests call `find_chromium`, which prefers the headless shell:
the same engine without a window's user interface, for a third of the processor's time. What a window
alone has (its page cache for Back, how long it takes to open) asks for `find_whole_chromium`.
"""

import functools
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Without these a browser in a closed network spends its time looking its maker's hosts up.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAY_OUT = (
    "The browser tests need Chromium, and none was found. Install it "
    "(Debian: sudo apt install chromium · macOS: brew install --cask chromium · anywhere: "
    "python -m playwright install chromium), or name one: WORKBOOK_CHROMIUM=/path/to/chromium"
)


@functools.cache
def find_chromium() -> str | None:
    """Return the path of a Chromium that starts: the one named, on the path, or Playwright's own."""
    if os.environ.get("WORKBOOK_CHROMIUM"):
        return find_whole_chromium()
    return _first_that_runs(map(shutil.which, SHELLS)) or _whole_on_path() or _playwrights_own()


@functools.cache
def find_whole_chromium() -> str | None:
    """Return the path of one with all that a window has."""
    named = os.environ.get("WORKBOOK_CHROMIUM")
    if named:
        return named if _runs(named) else None
    return _whole_on_path() or _playwrights_own(whole=True)


def launch_flags() -> list[str]:
    """Return the flags to start it with; as root Chromium refuses its own sandbox."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*FLAGS, "--no-sandbox"] if is_root else list(FLAGS)


def _is_root_on_debian() -> bool:
    return platform.system() == "Linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _whole_on_path() -> str | None:
    return _first_that_runs((*map(shutil.which, NAMES), *MAC_APPS))


def _first_that_runs(paths: Iterable[str | None]) -> str | None:
    return next((path for path in paths if path and _runs(path)), None)


def _runs(path: str) -> bool:
    # Ubuntu's `chromium-browser` can be a script that only says to install a snap.
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _playwrights_own(*, whole: bool = False) -> str | None:
    # In a process of its own: Playwright refuses to start twice in one.
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    path = done.stdout.strip()
    if not path:
        return None
    downloads = Path(path).parents[2]  # …/chromium-1234/chrome-linux/chrome
    shells = [] if whole else sorted(downloads.glob("chromium_headless_shell-*/*/*headless*shell"))
    return _first_that_runs([*map(str, shells), path])


def install_chromium() -> None:
    """Try Debian's packages as root, then Playwright's download; failing is no error here."""
    if _is_root_on_debian():
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        install = ["apt-get", "-q", "install", "-y", "--no-install-recommends"]
        subprocess.run(["apt-get", "-q", "update"], check=False, **quiet)
        for package in ("chromium", "chromium-headless-shell"):  # each alone: older systems lack the second
            subprocess.run([*install, package], check=False, **quiet)
        if _whole_on_path():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Print the path, installing first where none is found."""
    may_install = not os.environ.get("WORKBOOK_CHROMIUM") and _is_root_on_debian()
    if find_whole_chromium() is None or (may_install and not any(map(shutil.which, SHELLS))):
        print("Installing what the browser tests drive.", file=sys.stderr)
        install_chromium()
        find_chromium.cache_clear()
        find_whole_chromium.cache_clear()
    path = find_chromium()
    if path is None:
        print(WAY_OUT, file=sys.stderr)
        return 1
    print(f"Chromium for the browser tests: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
