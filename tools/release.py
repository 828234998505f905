"""``make release``: an audit of our dependencies for known vulnerabilities, and a bill of materials.

The audit asks the Python packages' advisory service; a package it could not ask about counts as not
audited, never as fine. The bill of materials is CycloneDX JSON in ``build/release/``.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "release"
OWN = "intimacy-workbook"


@dataclass(frozen=True, slots=True)
class Audit:
    """How many packages were audited; those with a known vulnerability, and those that are unknown."""

    n_asked: int
    vulnerable: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return self.n_asked > 0 and not self.vulnerable and not self.unknown


def read_audit(report: str) -> Audit:
    """Return what pip-audit's JSON says.

    >>> read_audit('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}').is_clean
    True
    >>> read_audit('{"dependencies": [{"name": "a", "skip_reason": "not found"}]}').unknown
    ('a',)
    >>> read_audit('{"dependencies": []}').is_clean
    False
    """
    found = [entry for entry in json.loads(report)["dependencies"] if entry["name"] != OWN]
    vulnerable = [
        f"{entry['name']} {entry['version']}: {', '.join(hole['id'] for hole in entry['vulns'])}"
        for entry in found
        if entry.get("vulns")
    ]
    unknown = [entry["name"] for entry in found if "skip_reason" in entry]
    return Audit(len(found) - len(unknown), tuple(vulnerable), tuple(unknown))


def audit() -> Audit:
    """Ask about every package of this environment."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return read_audit(done.stdout) if done.stdout.startswith("{") else Audit(0, (), ("all of them",))


def write_bill() -> Path:
    """Write the bill of materials; return its path."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    bill = FOLDER / "sbom.cdx.json"
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "-o", str(bill)]
    subprocess.run([*command, "--pyproject", str(ROOT / "pyproject.toml"), sys.executable], check=True)
    return bill


def main() -> int:
    """Do both; return 0 only if every package was audited and none has a known vulnerability."""
    bill = write_bill()
    n = len(json.loads(bill.read_text(encoding="utf-8"))["components"])
    print(f"{n} components in {bill.relative_to(ROOT)}")
    found = audit()
    print(f"{found.n_asked} packages audited, {len(found.vulnerable)} with a known hole")
    print("\n".join(found.vulnerable), end="\n" if found.vulnerable else "")
    if found.unknown:
        print(f"Not audited ({len(found.unknown)}): {', '.join(found.unknown)}.")
        print("The advisory service was out of reach or does not know them: run this again where it answers.")
    return 0 if found.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
