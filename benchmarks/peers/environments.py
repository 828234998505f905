"""Environments for the peers, made where they are missing; nothing of theirs comes into ours."""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

APPS = Path(__file__).parent / "apps"
KEPT = Path(__file__).parents[2] / "build" / "peers"
PEERS = ("nicegui", "shiny", "panel", "streamlit", "voila")


def python_of(peer: str) -> Path:
    """Return the Python of a peer's environment, installing what its requirements name where it is new.

    Raises
    ------
    RuntimeError
        It could not be installed; holds what the installer said.
    """
    wanted = (APPS / peer / "requirements.txt").read_bytes()
    folder = KEPT / f"{peer}-{hashlib.sha256(wanted).hexdigest()[:12]}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        venv.create(folder, clear=True, with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet", "-r", APPS / peer / "requirements.txt"]
        done = subprocess.run(install, capture_output=True, text=True, check=False)  # noqa: S603 - pinned names
        if done.returncode:
            raise RuntimeError(f"{peer} could not be installed: {done.stderr[-2000:]}")
        (folder / "ready").touch()
    return python


def version_of(peer: str) -> str:
    """Return which release of a peer is measured."""
    first = (APPS / peer / "requirements.txt").read_text(encoding="utf-8").splitlines()[0]
    return first.partition("==")[2]


def main() -> int:
    """Make all of them."""
    for peer in PEERS:
        print(peer, version_of(peer), python_of(peer), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
