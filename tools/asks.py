"""Find the message keys, and the words keys are made of, in a Python module."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

GAP = r"([\w.-]+)"
READERS = {"say", "lookup", "problem"}
Wrappers = dict[str, list[tuple[int, str]]]
"""By name of a function: which parameter is part of a key, and the key around it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A place that names a key, as patterns with gaps, one of which has to match."""

    patterns: tuple[str, ...]
    where: str
    is_sure: bool  # it is asked for, rather than a text that may be something else


@dataclass
class Found:
    """What was read so far, for messages with these ``areas`` (a pattern)."""

    areas: str
    asks: list[Ask] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    pieces: set[str] = field(default_factory=set)  # patterns of texts put together


def patterns(node: ast.expr) -> list[str]:
    """List the texts an expression can be, as patterns; what is not known is a gap."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [re.escape(node.value)]
    if isinstance(node, ast.IfExp):
        return patterns(node.body) + patterns(node.orelse)
    if isinstance(node, ast.JoinedStr):
        found = [""]
        for part in node.values:
            nexts = patterns(part.value if isinstance(part, ast.FormattedValue) else part)
            found = [before + after for before in found for after in nexts]
        return found
    return [GAP]


class Reader(ast.NodeVisitor):
    """Take one module's asks, words and pieces."""

    def __init__(self, found: Found, where: str, wrappers: Wrappers) -> None:
        self.found, self.where, self.wrappers = found, where, wrappers

    def _ask(self, found: Iterable[str], node: ast.expr, *, is_sure: bool) -> None:
        # What is asked for by a name alone, say(key), says nothing here: its texts stand elsewhere.
        is_key = (
            (lambda one: not one.startswith(GAP))
            if is_sure
            else re.compile(rf"(?:{self.found.areas})\\\.").match
        )
        keys = tuple(one for one in found if is_key(one))
        if keys:
            self.found.asks.append(Ask(keys, f"{self.where}:{node.lineno}", is_sure))

    def visit_Call(self, node: ast.Call) -> None:
        name = called(node)
        if name in READERS and node.args:
            for pattern in patterns(node.args[0]):
                self._ask([pattern], node.args[0], is_sure=True)
        around = [(place, outer) for place, outer in self.wrappers.get(name, []) if len(node.args) > place]
        for place in {place for place, _ in around}:
            for inner in patterns(node.args[place]):
                outers = [outer.replace("<>", inner) for where, outer in around if where == place]
                self._ask(outers, node.args[place], is_sure=True)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and re.fullmatch(r"[\w. -]{1,80}", node.value):
            self._ask([re.escape(node.value)], node, is_sure=False)
            self.found.words |= {node.value, node.value.replace(" ", "_"), *node.value.split(".")}

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        found = patterns(node)
        for pattern in found:
            self._ask([pattern], node, is_sure=False)
        self.found.pieces |= {
            one for one in found if re.fullmatch(r"[\w\\.-]+", one.replace(GAP, "")) and GAP in one
        }
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_arg(self, node: ast.arg) -> None:
        self.found.words.add(node.arg)

    def visit_keyword(self, node: ast.keyword) -> None:
        self.found.words.add(node.arg or "")
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.found.words.add(node.target.id)
        self.generic_visit(node)


def called(node: ast.Call) -> str:
    """Return what is called: ``f``, or ``self.f`` for a method of one's own."""
    if isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return f"self.{node.func.attr}" if node.func.value.id == "self" else ""
    return ""


def wrappers_in(tree: ast.Module) -> Wrappers:
    """Find functions that read a key made of a parameter: its place, and the key around it."""
    found: Wrappers = {}
    methods = {one for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for one in node.body}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        names = [one.arg for one in node.args.args if one.arg != "self"]
        for call in (one for one in ast.walk(node) if isinstance(one, ast.Call) and called(one) in READERS):
            for place, around in handed_on(call, names):
                name = f"self.{node.name}" if node in methods else node.name
                found.setdefault(name, []).append((place, around))
    return found


def handed_on(call: ast.Call, names: list[str]) -> Iterator[tuple[int, str]]:
    """Tell which parameter a key is made of, if it is made of just one, and what stands around it."""
    if not (call.args and isinstance(key := call.args[0], ast.JoinedStr)):
        return
    gaps = [part.value for part in key.values if isinstance(part, ast.FormattedValue)]
    own = [gap for gap in gaps if isinstance(gap, ast.Name) and gap.id in names]
    if len(own) == 1:
        parts = ["<>" if isinstance(part, ast.FormattedValue) and part.value is own[0]
                 else patterns(part.value if isinstance(part, ast.FormattedValue) else part)[0]
                 for part in key.values]  # fmt: skip
        yield names.index(own[0].id), "".join(parts)


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """List what a module takes from others: module and name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, one.name) for one in node.names)


def is_module(file: Path, module: str) -> bool:
    """Tell whether a file is the module of a dotted name."""
    return file.with_suffix("").parts[-module.count(".") - 1 :] == tuple(module.split("."))
