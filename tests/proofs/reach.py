"""Which files a proof's result depends on: whatever it imports, near or far, and the data beside that."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What decides which libraries stand below all of it, how trials are dealt out, and how servers begin.
ALWAYS = ("pyproject.toml", "uv.lock", "tests/proofs/_running.py", "tests/proofs/_thrift.py")
# How slices are kept, ordered and shown changes none of them.
KEEPING = tuple(
    f"tests/proofs/{name}"
    for name in (
        "__init__.py",
        "__main__.py",
        "ledger.py",
        "reach.py",
        "_seen.py",
        "seen.json",
        "test_proofs.py",
    )
)
# A server loads modules by names that are put together at run time, and runs the notebooks.
_SERVER, _SERVED = "workbook/server/", ("workbook/", "notebooks/couple.ipynb", "notebooks/therapist.ipynb")
_CONTENT, _MESSAGES = "workbook/content/", "workbook/content/en/messages/"
# What of the content says messages, and reads nothing else.
_WORDS_ALONE = ("__init__", "language", "fields", "tables", "formats", "joining", "files")
_NAMED = re.compile(r"\b(?:workbook|tests|tools)(?:\.\w+)+\b")


@cache
def reached(module: str) -> tuple[str, ...]:
    """Return the paths, from the project's root, that a module's results depend on, in order.

    Imports are followed wherever they are written, also those within functions, and so is a module that is
    named in a text, as one is that runs in a process of its own. With a module come the data
    it may read: files beside it that are not Python, or the messages it says. With any of the server comes
    the whole product.
    """
    known: set[str] = set()
    to_read = list(_paths_of(module))
    while to_read:
        path = to_read.pop()
        if path in known or path in KEEPING:
            continue
        known.add(path)
        to_read += _named_in(path)
    found = known | {path for path in _data() if path not in KEEPING and _is_read(path, frozenset(known))}
    if any(path.startswith(_SERVER) for path in found):
        found |= {path for path in _listed() if path.startswith(_SERVED)}
    return tuple(sorted({*found, *ALWAYS}))


@cache
def _named_in(path: str) -> tuple[str, ...]:
    """The files of all modules that one file imports or names."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    package = str(Path(path).parent).replace("/", ".")
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) not in docstrings:
            for module in _modules(node, package):
                found.update(_paths_of(module))
    return tuple(sorted(found))


def _modules(node: ast.AST, package: str) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=module, names=names, level=level):
            base = module or ""
            if level:
                parts = package.split(".")
                base = ".".join([*parts[: len(parts) - level + 1], *([module] if module else [])])
            yield from (f"{base}.{alias.name}" for alias in names)
        case ast.Constant(value="workbook") if not package.startswith("workbook"):  # run as the command
            yield from ("workbook", "workbook.__main__")
        case ast.Constant(value=str(text)):
            yield from _NAMED.findall(text)


@cache
def _paths_of(module: str) -> tuple[str, ...]:
    """The file of a module with those of the packages around it; also of one that a name was taken from."""
    found, folder = [], ROOT
    for part in module.split("."):
        if (folder / f"{part}.py").is_file():
            found.append(folder / f"{part}.py")
        folder /= part
        if not folder.is_dir():
            break
        found += [one] if (one := folder / "__init__.py").is_file() else []
    return tuple(path.relative_to(ROOT).as_posix() for path in found)


@cache
def _listed() -> tuple[str, ...]:
    """All tracked and new files that a proof may need."""
    trees = ("workbook", "tests", "tools", "notebooks")
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard", *trees],
        capture_output=True,
        check=True,
    )
    paths = listed.stdout.decode("utf-8", "surrogateescape").split("\0")
    return tuple(one for one in paths if one and (ROOT / one).is_file())


def _data() -> Iterator[str]:
    """Those that no import reaches; what a process of a proof finds on its path lies beside the proofs."""
    return (one for one in _listed() if not one.endswith(".py") or _is_beside_proofs(one))


def _is_beside_proofs(path: str) -> bool:
    return path.startswith("tests/proofs/") and path.count("/") > 2


def _is_read(path: str, known: frozenset[str]) -> bool:
    """Tell whether any of the files that are known may read this one, which is data."""
    if _is_beside_proofs(path):
        return True
    if path.startswith(_MESSAGES):
        area = Path(path).stem
        return any(area in _areas(one) for one in known if not one.startswith("workbook/content/"))
    if path.startswith(_CONTENT) and not path.endswith("/language.toml"):
        return any(one.startswith(_CONTENT) and Path(one).stem not in _WORDS_ALONE for one in known)
    folders = {Path(one).parent for one in known}
    return next((above in folders for above in Path(path).parents if _has_modules(above)), False)


@cache
def _has_modules(folder: Path) -> bool:
    return any((ROOT / folder).glob("*.py"))


@cache
def _areas(path: str) -> frozenset[str]:
    """The areas of messages of which one file may say any: all first parts of its texts' dotted names."""
    nodes = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return frozenset(text.partition(".")[0] for text in texts)
