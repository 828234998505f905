"""Write environment.yml from pyproject.toml, the one truth; with --check only compare.

Packages come from conda-forge but for those that pyproject.toml leaves to pip, which also
installs the workbook itself.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "environment.yml"
HEADER = "# Generated from pyproject.toml by `make docs`: change it there.\n"


def environment() -> str:
    """Return the text environment.yml has to have."""
    command = [
        sys.executable,
        "-m",
        "pyproject2conda",
        "yaml",
        "--pyproject",
        str(ROOT / "pyproject.toml"),
        "--name",
        "workbook",
        "--python-include",
        "infer",
        "--channel",
        "conda-forge",
        "--extra",
        "dev",
        "--dep",
        "pip",
        "--req",
        "-e .",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#") and line.strip()]
    return HEADER + "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` exit 1 when the file is out of step."""
    wanted = environment()
    if "--check" not in arguments:
        TARGET.write_text(wanted, encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
        return 0
    print("environment.yml is out of step with pyproject.toml: run `make docs`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
