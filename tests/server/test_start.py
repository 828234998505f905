"""Starting the server skips imports that take seconds and that no page needs."""

import subprocess
import sys

IMPORTS = """
import sys
from unittest import mock
from workbook.server import launch

def opened(*_):
    raise SystemExit(" ".join(sorted({"lark", "rfc3987_syntax", "jsonschema"} & set(sys.modules))))

with mock.patch("workbook.server.context.open_context", opened):
    launch.start(0, open_browser=False, demo=True)
"""


def test_starting_the_server_does_not_import_the_url_grammar():
    run = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=False)
    assert run.stderr.strip() == "jsonschema", run.stderr  # imported, and without what builds grammars
