"""Check the notebooks: no outputs committed, and a served one is a heading, an import and a call.

An output may hold an answer, and logic in a notebook is logic no test sees.
"""

import ast
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
SERVED = frozenset({"couple.ipynb", "therapist.ipynb", "research.ipynb"})
KEEPS_OUTPUTS = frozenset({"methods.ipynb"})  # its outputs are its claims, compared by nbval


def find_problems(path: Path) -> list[str]:
    """Return everything wrong with one notebook, a sentence each.

    Parameters
    ----------
    path : Path
        A notebook. Its name decides whether it is a served one, and may keep outputs.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except (ValueError, OSError) as error:
        return [f"{path.name}: not a notebook ({error})"]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    problems = []
    if path.name not in KEEPS_OUTPUTS and any(cell.outputs or cell.execution_count for cell in code):
        problems.append(f"{path.name}: has outputs; clear them with `nbstripout notebooks/{path.name}`")
    if path.name in SERVED:
        problems += _find_logic(path.name, notebook.cells)
    return problems


def _find_logic(name: str, cells: list[nbformat.NotebookNode]) -> list[str]:
    problems = []
    if not (cells and cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")):
        problems.append(f"{name}: a served notebook begins with its heading")
    statements = [
        statement for cell in cells if cell.cell_type == "code" for statement in ast.parse(cell.source).body
    ]
    imported = {
        alias.asname or alias.name
        for statement in statements
        if _is_import(statement)
        for alias in statement.names
    }
    problems += [
        f"{name}: a served notebook holds only an import from workbook and a call: {ast.unparse(statement)!r}"
        for statement in statements
        if not (_is_import(statement) or _is_call(statement, imported))
    ]
    return problems


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and (statement.module or "").split(".")[0] == "workbook"


def _is_call(statement: ast.stmt, imported: set[str]) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and not (call.args or call.keywords)
        and isinstance(call.func, ast.Name)
        and call.func.id in imported
    )


def main() -> int:
    """Print every problem of every notebook; 1 if there is any."""
    problems = [problem for path in sorted(FOLDER.glob("*.ipynb")) for problem in find_problems(path)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
