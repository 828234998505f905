"""What a start leaves out: imports that take seconds and that no page needs."""

import subprocess
import sys

import pytest

REPORT = """
import sys
from unittest import mock

def opened(*_, **__):
    raise SystemExit(" ".join(sorted({"lark", "rfc3987_syntax", "jsonschema"} & set(sys.modules))))
"""
STARTS = {
    "the workbook": """
from workbook.server import launch
with mock.patch("workbook.server.context.open_context", opened):
    launch.start(0, open_browser=False, demo=True)
""",
    "the researcher's page": """
from workbook.cli.research import research
with mock.patch("workbook.server.network.bind", opened):
    research(["--no-browser"], standalone_mode=False)
""",
}


@pytest.mark.parametrize("start", STARTS)
def test_starting_the_server_does_not_import_the_url_grammar(start: str) -> None:
    code = REPORT + STARTS[start]
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.strip() == "jsonschema", run.stderr  # imported, but not what builds grammars
