"""docs/adding-an-instrument.md is followed once, word by word."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "adding-an-instrument.md"
FILE = re.compile(r"<!-- file: (?P<path>\S+) -->\n```toml\n(?P<text>.*?)```", re.DOTALL)
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_whoever_follows_the_page_adds_an_instrument_that_is_answered_and_scored(tmp_path, monkeypatch):
    page = PAGE.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    files = list(FILE.finditer(page))
    for file in files:
        path = Path(file["path"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file["text"], encoding="utf-8")
    steps = CODE.findall(page)
    assert (len(files), len(steps)) == (1, 2)
    shared: dict[str, object] = {}
    for step in steps:
        exec(compile(step, str(PAGE), "exec"), shared)
    assert shared["kindness"].id == "kindness"
    assert len(shared["scores"]) == 20 * 2 * 2
