"""Compare the messages with the code: no key asked for is missing, none is unused.

`say` and `lookup` take dotted keys. A key written out is looked up. Where part of a key is worked
out (``say(f"ui.status.{status}")``), at least one key has to fit, and a fitting key counts as used
if what fills the gap is a word of the code: a text, a name, an id. A function that only hands part
of a key on (``refuse("too_late")``) is followed to its callers.
"""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from tools.asks import GAP, Ask, Found, Reader, imported, is_module, wrappers_in
from workbook.content.formats import is_plural
from workbook.content.language import ABOUT, SOURCE

ROOT = Path(__file__).parents[1]
BACKSLASH = "\\"
DEPTH = 3  # how many words a gap may be put together from


@dataclass
class Scan(Found):
    """What one look through the package found."""

    keys: set[str] = field(default_factory=set)
    _asked: dict[tuple[str, int], bool] = field(default_factory=dict)

    @property
    def tables(self) -> set[str]:
        return {key.rpartition(".")[0] for key in self.keys}

    @cached_property
    def _pieces(self) -> list[re.Pattern[str]]:
        return [re.compile(piece) for piece in self.pieces]

    def is_word(self, text: str, depth: int = DEPTH) -> bool:
        """Tell whether the code could put ``text`` together from its own words."""
        if (text, depth) not in self._asked:
            self._asked[text, depth] = self._is_word(text, depth)
        return self._asked[text, depth]

    def _is_word(self, text: str, depth: int) -> bool:
        if text in self.words or text.isdigit():
            return True
        if depth and "." in text and all(self.is_word(part, depth - 1) for part in text.split(".")):
            return True
        found = (piece.fullmatch(text) for piece in self._pieces) if depth else ()
        return any(match and all(self.is_word(gap, depth - 1) for gap in match.groups()) for match in found)

    def unknown(self) -> list[str]:
        """Name every place that asks for a missing key."""
        known = self.keys | self.tables
        return sorted(
            f"{ask.where} asks for {ask.patterns[0].replace(GAP, '*').replace(BACKSLASH, '')}: there is none"
            for ask in self.asks
            if (ask.is_sure or self._is_in_a_table(ask.patterns[0]))
            and not any(re.fullmatch(pattern, key) for pattern in ask.patterns for key in known)
        )

    def _is_in_a_table(self, pattern: str) -> bool:
        """Tell a key from a file's name: the table it would stand in is there."""
        table = pattern.replace(BACKSLASH, "").rpartition(".")[0]
        return GAP not in pattern and "." in table and table in self.tables

    def unused(self) -> list[str]:
        """Name every key that nothing asks for."""
        used: set[str] = set()
        for pattern in {pattern for ask in self.asks for pattern in ask.patterns}:
            fits = re.compile(rf"{pattern}(?:\.{GAP})?")
            for key in self.keys - used:
                match = fits.fullmatch(key)
                if match and all(self.is_word(gap) for gap in match.groups() if gap):
                    used.add(key)
        return sorted(self.keys - used)


def flat(table: dict[str, Any], above: str) -> Iterator[str]:
    """List the keys of nested tables, dotted; a text in the forms that counts take is one key."""
    for name, value in table.items():
        if isinstance(value, dict) and not is_plural(value):
            yield from flat(value, f"{above}{name}.")
        else:
            yield above + name


def scan(root: Path) -> Scan:
    """Look through the package, its pages and its content."""
    package = root / "workbook"
    wording = sorted((package / "content" / "en" / "messages").glob("*.toml"))
    keys = {key for file in wording for key in flat(tomllib.loads(file.read_text("utf-8")), f"{file.stem}.")}
    found = Scan("|".join(file.stem for file in wording), keys=keys)
    trees = {file: ast.parse(file.read_text("utf-8")) for file in sorted(package.rglob("*.py"))}
    own = {file: wrappers_in(tree) for file, tree in trees.items()}
    for file, tree in trees.items():
        beside = {name: one for near in own if near.parent == file.parent for name, one in own[near].items()}
        known = {name: one for name, one in beside.items() if name.startswith("self.")} | own[file]
        taken = list(imported(tree))
        for defined, wrappers in own.items():
            known |= {
                name: wrappers[name]
                for module, name in taken
                if name in wrappers and is_module(defined, module)
            }
        Reader(found, str(file.relative_to(root)), known).visit(tree)
    pages = [*package.rglob("*.html"), *(root / "frontend" / "src").glob("*.js"), *package.glob("ui/**/*.js")]
    for file in pages:
        read_page(found, file, root)
    for file in set((package / "content" / "structure").rglob("*.toml")):
        found.words |= {file.stem, *re.findall(r"[\w.-]+", file.read_text("utf-8"))}
    return found


def read_page(found: Scan, file: Path, root: Path) -> None:
    """Take the keys and names of a template or script."""
    text = file.read_text("utf-8")
    found.words |= set(re.findall(r"\.(\w+)", text)) | set(re.findall(r"[\"'](\w+)[\"']", text))
    for match in re.finditer(rf"[\"']((?:{found.areas})\.[\w.]+)[\"'](\s*~)?", text):
        pattern = re.escape(match[1]) + (GAP if match[2] else "")
        where = f"{file.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}"
        found.asks.append(Ask((pattern,), where, is_sure=True))


def untranslated(source: Path, other: Path) -> list[str]:
    """Name what one language says and the other lacks, file by file and key by key.

    How many texts a list holds is each language's own matter; how many forms a count takes as well.
    """
    said = [{file.relative_to(folder): file for file in folder.rglob("*.toml")} for folder in (source, other)]
    problems = [f"{other.name} lacks {name}" for name in sorted(said[0].keys() - said[1].keys())]
    problems += [
        f"{other.name} has {name}, which {source.name} lacks"
        for name in sorted(said[1].keys() - said[0].keys())
    ]
    for name in sorted(said[0].keys() & said[1].keys()):
        mine, theirs = (set(flat(tomllib.loads(one[name].read_text("utf-8")), "")) for one in said)
        problems += [f"{other.name}/{name} lacks {key}" for key in sorted(mine - theirs)]
        problems += [
            f"{other.name}/{name} has {key}, which {source.name} lacks" for key in sorted(theirs - mine)
        ]
    return problems


def main(root: Path = ROOT) -> int:
    """Print what is wrong; 1 if anything is."""
    found = scan(root)
    problems = [*found.unknown(), *(f"{key} is said nowhere: delete it" for key in found.unused())]
    content = root / "workbook" / "content"
    for language in sorted(content.glob(f"*/{ABOUT}")):
        problems += untranslated(content / SOURCE, language.parent)
    print("\n".join(problems), end="\n" if problems else "", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
