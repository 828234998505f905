"""What every peer shows: the same twenty-five statements, five choices each, and the same radar."""

from typing import Any

N_ITEMS = 25
CHOICES = ["Never", "Rarely", "Sometimes", "Often", "Almost always"]
STATEMENTS = [
    f"Statement {n}: we found a quiet moment for each other this week." for n in range(1, N_ITEMS + 1)
]
TOPICS = ["Closeness", "Listening", "Trust", "Time", "Repair"]
MEANS = [2.4, 3.1, 1.8, 2.9, 2.2]
SHOW = "Show the picture"


def echo(number: int, choice: str) -> str:
    """Return what the server says once it has heard an answer to a statement (from 0)."""
    return f"kept {number}: {choice}"


def radar() -> Any:
    """Return the picture."""
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatterpolar(r=[*MEANS, MEANS[0]], theta=[*TOPICS, TOPICS[0]], fill="toself"))
    figure.update_layout(polar={"radialaxis": {"range": [0, 4]}}, height=420)
    return figure
