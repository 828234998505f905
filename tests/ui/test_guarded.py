"""ipywidgets swallows exceptions of callbacks, so every page's callback is guarded."""

import ast
from pathlib import Path

import workbook.ui

ROOT = Path(workbook.ui.__file__).parent
HANDS_OVER = {"observe", "on_press", "on_msg", "on_click", "on_fetch"}


def unguarded(source: str) -> list[str]:
    """Return the lines that give a callback to a widget without the guard."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    given = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in HANDS_OVER]
    return [ast.unparse(call) for call in given if "guard" not in ast.unparse(ast.Tuple(call.args))]


def test_every_callback_of_a_page_is_guarded() -> None:
    files = [path for path in ROOT.rglob("*.py") if "components" not in path.parts]
    found = {path.name: lines for path in files if (lines := unguarded(path.read_text(encoding="utf-8")))}
    assert found == {}
    n_given = sum(path.read_text(encoding="utf-8").count(".on_press(") for path in files)
    assert n_given > 8


def test_the_check_finds_a_bare_callback() -> None:
    """The control."""
    assert unguarded("self.buttons.on_press(self._pressed)") == ["self.buttons.on_press(self._pressed)"]
    assert unguarded("field.observe(lambda _: react(), 'value')")
    assert not unguarded("self.buttons.on_press(self.guard(self._pressed))")
