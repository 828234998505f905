"""Follow a page of docs/ that adds something to the workbook, on a copy of it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE = re.compile(r"<!-- file: (?P<path>\S+) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)
CHANGE = re.compile(r"<!-- in: (?P<path>\S+) -->\n```diff\n(?P<lines>.*?)```", re.DOTALL)


def copy_of_the_workbook(folder: Path) -> Path:
    """Copy the package, for `run_in` to use instead of the installed one."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "workbook", folder / "workbook", ignore=ignored)
    return folder


def apply_change(text: str, lines: str) -> str:
    """Put each line marked with + below the line before it; that line has to be there."""
    at = 0
    for line in lines.splitlines():
        if line.startswith("+"):
            text = f"{text[:at]}{line[1:]}\n{text[at:]}"
            at += len(line)
        else:
            at = f"\n{text}".index(f"\n{line[1:]}\n", at) + len(line)
    return text


def follow(page: str, folder: Path) -> list[str]:
    """Make every change the page describes; return the paths touched."""
    for file in FILE.finditer(page):
        (folder / file["path"]).write_text(file["text"], encoding="utf-8")
    for change in CHANGE.finditer(page):
        path = folder / change["path"]
        path.write_text(apply_change(path.read_text(encoding="utf-8"), change["lines"]), encoding="utf-8")
    return sorted({match["path"] for kind in (FILE, CHANGE) for match in kind.finditer(page)})


def run_in(folder: Path, code: str) -> str:
    """Run Python code against the copy instead of the installed workbook; return its output."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
