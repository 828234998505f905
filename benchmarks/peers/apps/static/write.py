"""Write the form as one page of plain HTML: the limit that no server can be quicker than."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from common import CHOICES, STATEMENTS

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Form</title></head><body>
<p id="heard"></p>{rows}<script>addEventListener("change", (event) => {{
const {{ name, value }} = event.target;
document.getElementById("heard").textContent = `kept ${{name.slice(1)}}: ${{value}}`; }});
</script></body></html>"""


def main(path: str) -> None:
    """Write it to a path."""
    rows = "".join(
        f"<fieldset><legend>{statement}</legend>"
        + "".join(f'<label><input type="radio" name="q{n}" value="{one}">{one}</label>' for one in CHOICES)
        + "</fieldset>"
        for n, statement in enumerate(STATEMENTS)
    )
    Path(path).write_text(PAGE.format(rows=rows), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
