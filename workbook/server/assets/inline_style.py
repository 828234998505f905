"""The stylesheet within the first page itself: what a stranger sees first waits for no other file.

It is the same as the file that every other page links to, without what only its readers need. The policy
of the pages allows these very words and no others, by their digest.
"""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(r"\n\s*")


@cache
def inline_style() -> str:
    """Return the stylesheet as it stands within a page; its fonts are where the file would find them."""
    text = (files("workbook") / "ui" / "workbook.css").read_text(encoding="utf-8")
    return _INDENT.sub("\n", _COMMENT.sub("", text)).replace('url("fonts/', 'url("/static/fonts/').strip()


def inline_style_digest() -> str:
    """Return what the pages' policy names it by."""
    digest = base64.b64encode(hashlib.sha256(inline_style().encode()).digest()).decode()
    return f"'sha256-{digest}'"
