"""Lock every package by version and hash: uv.lock for uv, requirements/*.txt for uv and pip.

`python -m tools.lock` brings the lock in step with pyproject.toml, `--upgrade` takes the newest
versions, and `--check` only compares, without a network. No address but the public index's may
stand in a lock: another is somebody's own mirror, which others cannot reach.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
INDEX = "https://pypi.org/simple"
PUBLIC = {"pypi.org", "files.pythonhosted.org"}
HEADER = "# Written by `make lock` from pyproject.toml and uv.lock: change it there.\n"
FILES = {  # what each file holds, as uv is asked for it
    "start": ("--no-dev",),
    "dev": ("--no-dev", "--extra", "dev"),
    "tools": ("--only-group", "tools"),
}
LOCKED = re.compile(r"([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)(.*)", re.DOTALL)

Versions = Mapping[str, Mapping[str, set[str]]]
"""Hashes by package and version."""


def wanted(pyproject: Mapping[str, Any]) -> dict[str, list[Requirement]]:
    """List the direct requirements of each file, extras of our own taken apart."""
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    start, extras = project["dependencies"], project["optional-dependencies"]
    own = {f"{project['name']}[{name}]": listed for name, listed in extras.items()}

    def flat(listed: Iterable[str]) -> list[str]:
        return [line for one in listed for line in (flat(own[one]) if one in own else [one])]

    texts = {"start": start, "dev": [*start, *flat(extras["dev"])], "tools": groups["tools"]}
    return {name: [Requirement(text) for text in listed] for name, listed in texts.items()}


def read_requirements(text: str) -> dict[str, dict[str, set[str]]]:
    r"""Return the hashes of every package and version a requirements file names.

    >>> read_requirements("a==1 ; python_version > '3' \\\n    --hash=sha256:0f\n    # via b\n")
    {'a': {'1': {'sha256:0f'}}}
    """
    found: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
    for block in re.split(r"\n(?=[\w])", text):
        if entry := LOCKED.match(block):
            hashes = set(re.findall(r"--hash=(\w+:\w+)", entry[3]))
            found[canonicalize_name(entry[1])].setdefault(entry[2], set()).update(hashes)
    return dict(found)


def read_lock(text: str) -> dict[str, dict[str, set[str]]]:
    """Return the hashes of every package and version of a uv.lock."""
    found: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
    for package in tomllib.loads(text)["package"]:
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        found[package["name"]].setdefault(package["version"], set()).update(one["hash"] for one in files)
    return dict(found)


def strange_hosts(text: str) -> list[str]:
    """List the hosts of a lock that are not the public index's."""
    return sorted(set(re.findall(r"https?://([^/\s\"']+)", text)) - PUBLIC)


def problems_of_file(name: str, locked: Versions, requirements: Iterable[Requirement]) -> list[str]:
    """Say what is missing from one requirements file, out of range or without a hash."""
    where, found = f"requirements/{name}.txt", []
    for requirement in requirements:
        versions = locked.get(canonicalize_name(requirement.name), {})
        if not versions:
            found.append(f"{where} lacks {requirement.name}")
        found += [
            f"{where} has {requirement.name} {version}, and pyproject.toml wants {requirement.specifier}"
            for version in versions
            if not requirement.specifier.contains(version, prereleases=True)
        ]
    unhashed = [package for package, versions in locked.items() for hashes in versions.values() if not hashes]
    return found + [f"{where} has {package} without a hash" for package in unhashed]


def problems_between(name: str, locked: Versions, lock: Versions) -> list[str]:
    """Say where a requirements file and uv.lock differ."""
    return [
        f"requirements/{name}.txt has {package} {version} otherwise than uv.lock"
        for package, versions in locked.items()
        for version, hashes in versions.items()
        if not hashes <= lock.get(package, {}).get(version, set())
    ]


def problems(root: Path) -> list[str]:
    """Say everything by which the lock is out of step with pyproject.toml and with itself."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    lock = (root / "uv.lock").read_text(encoding="utf-8")
    texts = {name: (root / "requirements" / f"{name}.txt").read_text(encoding="utf-8") for name in FILES}
    found = [f"a lock names {host}" for text in (lock, *texts.values()) for host in strange_hosts(text)]
    if tomllib.loads(lock)["requires-python"] != pyproject["project"]["requires-python"]:
        found.append("uv.lock is for other versions of Python than pyproject.toml")
    for name, requirements in wanted(pyproject).items():
        locked = read_requirements(texts[name])
        found += problems_of_file(name, locked, requirements)
        found += problems_between(name, locked, read_lock(lock))
    return found


def write(root: Path, *, upgrade: bool) -> None:
    """Ask uv for the lock and for what pip reads of it."""
    uv = str(Path(sys.executable).with_name("uv"))
    chosen = ["--no-config", "--default-index", INDEX, *(["--upgrade"] if upgrade else [])]
    subprocess.run([uv, "lock", "--quiet", *chosen], check=True, cwd=root)
    (root / "requirements").mkdir(exist_ok=True)
    for name, asked in FILES.items():
        command = [uv, "export", "--quiet", "--frozen", "--no-emit-project", "--no-header", *asked]
        done = subprocess.run(command, check=True, cwd=root, capture_output=True, text=True)
        (root / "requirements" / f"{name}.txt").write_text(HEADER + done.stdout, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Write or check; 1 when something is out of step."""
    parser = argparse.ArgumentParser(prog="python -m tools.lock", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare, without a network")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that fit")
    chosen = parser.parse_args(arguments)
    if not chosen.check:
        write(ROOT, upgrade=chosen.upgrade)
    found = problems(ROOT)
    print(
        "\n".join([*found, "Run `make lock`."] if found else []), end="\n" if found else "", file=sys.stderr
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
