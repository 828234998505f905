"""A problem is a key with values; only the edge renders it as a sentence."""

import ast
import pickle
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from workbook import errors
from workbook.content import say, sentence, sentences
from workbook.errors import AccessError, ConflictError, DefectError, Problem, WorkbookError, problem
from workbook.service.link.errors import Refusal, error_of, refusal_of

PACKAGE = Path(__file__).parents[1] / "workbook"
EDGE = {"ui", "cli"}  # whole packages that speak to a person
SPEAKS = {
    "content/__init__.py": "renders problems",
    "server/web/error_pages.py": "an error page",
    "server/kernels/websocket.py": "the sentence a page shows when its kernel failed",
    "session/drawer.py": "the question about a need of one's own",
    "service/demo.py": "names of the made-up couple",
    "service/demo_practice.py": "names and notes of the made-up practice",
    "service/studies/study.py": "the heading of a file a person reads",
    "service/studies/dataset.py": "name and purpose of the made-up study",
    "research/export/packaging.py": "descriptions in an exported package",
    "research/export/writing.py": "the exported package's README",
    "research/export/release.py": "the risk report's table as a person reads it",
}
OURS = {"ExerciseError"} | {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, WorkbookError)
}
DRAWN = {"plots", "research/plots", "server/pages"}  # axis labels, sentences and tables of a plot; forms


def speaking(file: Path) -> bool:
    """Tell whether a module of the package may fetch sentences."""
    name = file.relative_to(PACKAGE).as_posix()
    return name in SPEAKS or name.split("/")[0] in EDGE or any(name.startswith(f"{one}/") for one in DRAWN)


@cache
def calls(source: str) -> list[tuple[str, ast.Call]]:
    """List every call of a plain name, with the name."""
    found = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [(node.func.id, node) for node in found if isinstance(node.func, ast.Name)]


def said_in(source: str) -> Iterator[int]:
    """List the lines on which a module calls `say`."""
    yield from (node.lineno for name, node in calls(source) if name == "say")


def raised_with_sentence(source: str) -> Iterator[int]:
    """List the lines that raise one of our errors with a sentence fetched on the spot."""
    for name, node in calls(source):
        if name in OURS and any(
            isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "say"
            for argument in node.args
            for inner in ast.walk(argument)
        ):
            yield node.lineno


def modules() -> list[Path]:
    return [file for file in sorted(PACKAGE.rglob("*.py")) if "static" not in file.parts]


def test_only_edge_modules_render_sentences() -> None:
    below = {file: list(said_in(file.read_text("utf-8"))) for file in modules() if not speaking(file)}
    assert {str(file.relative_to(PACKAGE)): lines for file, lines in below.items() if lines} == {}


def test_every_module_allowed_to_render_still_does() -> None:
    silent = [name for name in SPEAKS if not list(said_in((PACKAGE / name).read_text("utf-8")))]
    assert [name for name in silent if name != "content/__init__.py"] == []


def test_no_error_is_raised_with_a_sentence() -> None:
    found = {file: list(raised_with_sentence(file.read_text("utf-8"))) for file in modules()}
    assert {str(file.relative_to(PACKAGE)): lines for file, lines in found.items() if lines} == {}


def test_the_two_checks_find_what_they_look_for() -> None:
    source = 'raise AccessError([say("errors.access.ended") for _ in range(2)])'
    assert list(said_in(source)) == [1] == list(raised_with_sentence(source))


def test_an_error_crosses_the_link_as_key_and_values_and_is_rendered_at_the_page() -> None:
    error = AccessError([problem("errors.answers.too_many", most=500), "as written"])
    sent = msgspec.json.encode(refusal_of(error))
    assert b"errors.answers.too_many" in sent and b"500" in sent
    assert say("errors.answers.too_many", most=500).encode() not in sent

    again = error_of(msgspec.json.decode(sent, type=Refusal))
    assert type(again) is AccessError
    assert again.problems == error.problems
    assert (
        sentences(again) == [say("errors.answers.too_many", most=500), "as written"] == str(again).split("\n")
    )


def test_a_nested_problem_is_rendered_too() -> None:
    inner = problem("research.risk.yes")
    outer = Problem("research.risk.unsafe", {"what": inner, "value": "3", "bound": 2})
    assert sentence(outer) == say("research.risk.unsafe", what=sentence(inner), value="3", bound=2)
    sent = msgspec.json.encode(refusal_of(AccessError(outer)))
    assert error_of(msgspec.json.decode(sent, type=Refusal)).problems == (outer,)


@pytest.mark.parametrize(
    ("value", "kept"), [(Path("a") / "b", "a/b"), (True, True), (None, None), (2.5, 2.5)]
)
def test_values_are_plain(value: object, kept: object) -> None:
    assert problem("errors.defect", value=value).values == {"value": kept}


def test_an_error_survives_being_pickled() -> None:
    error = ConflictError(problem("errors.storage.conflict"), about=["name"], logs=["drawer/1"])
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.problems, again.about, again.logs) == (
        ConflictError,
        error.problems,
        error.about,
        error.logs,
    )


def test_a_traceback_shows_the_sentence_and_loads_messages_only_then() -> None:
    code = (
        "import sys; from workbook.errors import DefectError, problem\n"
        "error = DefectError(problem('errors.defect'))\n"
        "assert 'workbook.content' not in sys.modules\n"
        "raise error"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert say("errors.defect") in done.stderr


def test_programming_errors_are_shown_as_written() -> None:
    assert str(WorkbookError("alpha needs 2 items")) == "alpha needs 2 items"
    assert sentences(DefectError(["one", "two"])) == ["one", "two"]
