"""Find the Chromium that the browser tests drive, or install one.

`python -m tools.chromium` prints its path. Tests call `find_chromium`.
"""

import os
import platform
import shutil
import subprocess
import sys

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


def find_chromium() -> str | None:
    """Return the path of a Chromium that starts: the one named, on the path, or Playwright's own."""
    named = os.environ.get("WORKBOOK_CHROMIUM")
    if named:
        return named if _runs(named) else None
    installed = (path for path in (*map(shutil.which, NAMES), *MAC_APPS) if path and _runs(path))
    return next(installed, None) or _playwrights_own()


def launch_flags() -> list[str]:
    """Return the flags to start it with; as root Chromium refuses its own sandbox."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*FLAGS, "--no-sandbox"] if is_root else list(FLAGS)


def _runs(path: str) -> bool:
    # Ubuntu's `chromium-browser` can be a script that only says to install a snap.
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _playwrights_own() -> str | None:
    # In a process of its own: Playwright refuses to start twice in one.
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    path = done.stdout.strip()
    return path if path and _runs(path) else None


def install_chromium() -> None:
    """Try Debian's package as root, then Playwright's download; failing is no error here."""
    if platform.system() == "Linux" and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "-q", "update"], check=False, **quiet)
        subprocess.run(
            ["apt-get", "-q", "install", "-y", "--no-install-recommends", "chromium"], check=False, **quiet
        )
        if find_chromium():
            return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    """Print the path, installing first where none is found."""
    path = find_chromium()
    if path is None:
        print("No Chromium found for the browser tests; installing one.", file=sys.stderr)
        install_chromium()
        path = find_chromium()
    if path is None:
        print(WAY_OUT, file=sys.stderr)
        return 1
    print(f"Chromium for the browser tests: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
