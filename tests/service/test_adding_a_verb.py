"""docs/adding-a-verb.md is followed once, word by word, on a copy: two files, and it works over the socket."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-verb.md"
BLOCK = re.compile(r"<!-- add to: (\S+), class (\w+) -->\n```python\n(.*?)```", re.DOTALL)
USE = """
from tests.service.household import answers, begin
from workbook.errors import AccessError
from workbook.service.link.calls import encode
from workbook.service.link.remote import reach
from workbook.service.link.socket import ServiceSocket

house = begin()
ada = house.local.seat_partner(house.actors[0])
ada.save_answers(answers(2, most=5))
socket = ServiceSocket(house.local)
remote = reach(*socket.ticket_for(house.actors[0]).values())
both = reach(*socket.ticket_for(house.together()[1]).values())
print(ada.count_answers("connection"), remote.count_answers("connection", occasion="assessment-2"))
print(remote.count_answers("connection"), hasattr(both, "count_answers"))
print(both._client.post("/verbs/count_answers", content=encode({"instrument": "connection"})).status_code)
for asked in ({"instrument": 3}, {}, {"instrument": "connection", "by": "B"}):
    print(remote._client.post("/verbs/count_answers", content=encode(asked)).status_code)
remote.close(), both.close(), socket.close(), house.local.close()
"""


def test_a_verb_is_added_in_two_files_and_goes_over_the_socket(tmp_path: Path) -> None:
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert [path for path, _, _ in blocks] == [
        "workbook/service/desks/roles.py",
        "workbook/service/desks/partner.py",
    ]
    for folder in ("workbook", "tests/service"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests" / "__init__.py", tmp_path / "tests")
    for path, kind, text in blocks:
        _add(tmp_path / path, kind, text)
    done = subprocess.run(
        [sys.executable, "-c", USE], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["5", "0", "5", "False", "403", "403", "403", "403"], done.stderr


def _add(path: Path, kind: str, text: str) -> None:
    """Put a method at the end of a class."""
    source = path.read_text(encoding="utf-8")
    classes = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    end = next(node.end_lineno for node in classes if node.name == kind)
    lines = source.splitlines(keepends=True)
    path.write_text("".join([*lines[:end], "\n", text, *lines[end:]]), encoding="utf-8")
