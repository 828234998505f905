"""docs/adding-a-view.md is followed once, word by word, on a copy of the workbook."""

import json

import pytest

from tests.following import ROOT, apply_change, copy_of_the_workbook, follow, run_in

PAGE = (ROOT / "docs" / "adding-a-view.md").read_text(encoding="utf-8")
SEEN = """
import json, pandas, workbook
from workbook.content import say
from workbook.frames import check
from workbook.service.demo import open_demo
from workbook.session import Session
from workbook.ui.app import App

household, service = open_demo()
app = App(Session(service))
app.go("together:now")
menu = [line["title"] for line in app._open.menu.parts[0]["steps"]]
app.go("results")
own = [line["title"] for line in app._open.menu.parts[0]["steps"]] if app._open.kind == "results" else []
app.go("view:apart")
from workbook.plots.apart import CONTRACT, sentence_apart
far = pandas.DataFrame({"facet": ["x", "y", "z"], "title": ["Trust", "Time", "Talk"], "apart": [3.0, 3.0, 4.0],
                        "is_claimed": [True, True, None], "most": 4.0})
told = " ".join(say(key, **values) for key, values in sentence_apart(check(far, CONTRACT)))
chart, table = app._open.view.chart, app._open.view.below.blocks[0]["blocks"][0]
print(json.dumps({
    "at": workbook.__file__, "menu": menu, "own": own, "drawn": len(chart.figures[0]["data"]),
    "sentence": chart.sentence, "told": told, "columns": table["head"], "lines": len(table["rows"]),
}))
household.close()
"""


@pytest.mark.timeout(300)
def test_following_the_page_adds_a_view_in_two_files_plus_messages(tmp_path):
    folder = copy_of_the_workbook(tmp_path)
    touched = follow(PAGE, folder)
    seen = json.loads(run_in(folder, SEEN))

    assert [path for path in touched if path.endswith(".py")] == [
        "workbook/plots/__init__.py",
        "workbook/plots/apart.py",
    ]
    assert [path for path in touched if not path.endswith(".py")] == [
        "workbook/content/en/messages/results.toml",
        "workbook/content/en/messages/ui.toml",
    ]
    assert seen["at"].startswith(str(folder))
    assert seen["menu"][1:3] == ["Every topic, exactly", "How far apart you are"]
    assert "How far apart you are" not in seen["own"]
    assert seen["drawn"] == 2
    assert seen["sentence"] == "No topic is clearly apart, as far as these scores can tell."
    assert seen["told"] == "Clearly apart, and the furthest: “Trust” and “Time”."
    assert seen["columns"][1] == "Points apart"
    assert seen["lines"] == 24


def test_a_page_that_is_out_of_step_with_the_code_is_noticed():
    assert apply_change("a\nb\nc\n", " a\n+new\n b\n+too\n") == "a\nnew\nb\ntoo\nc\n"
    with pytest.raises(ValueError, match="not found"):
        apply_change("a\nb\n", " b\n+new\n a\n")
