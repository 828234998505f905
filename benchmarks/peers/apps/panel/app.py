"""The form in Panel."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import panel as pn
from common import CHOICES, SHOW, STATEMENTS, echo, radar

pn.extension("plotly")
heard = pn.pane.Str("")
rows: list[object] = [heard]
for number, statement in enumerate(STATEMENTS):
    choice = pn.widgets.RadioBoxGroup(name=statement, options=CHOICES, value=None, inline=True)
    choice.param.watch(lambda event, n=number: setattr(heard, "object", echo(n, str(event.new))), "value")
    rows += [pn.pane.Str(statement), choice]
picture = pn.Column()
show = pn.widgets.Button(name=SHOW)
show.on_click(lambda _event: picture.append(pn.pane.Plotly(radar())))
pn.Column(*rows, show, picture).servable()
