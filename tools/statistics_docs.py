"""docs/statistics.md: every statistic's formula, assumptions, missing rule, source and check.

Made from the docstrings, so that the page cannot say what the code does not. A statistic that
leaves one of the sections out stops the build.
"""

import inspect
import re
import textwrap
from collections.abc import Callable
from typing import Any

from workbook.research import change, dyadic, reliability, risk

SECTIONS = ("Formula", "Assumptions", "Missing", "Source", "Checked against")

CHAPTERS: dict[str, tuple[Callable[..., Any], ...]] = {
    "Reliability": (reliability.cronbach_alpha, reliability.mcdonald_omega, reliability.item_statistics),
    "Couples": (
        dyadic.dyadic_icc,
        dyadic.apim,
        dyadic.distinguishability,
        dyadic.moderated_apim,
        dyadic.apimem,
        dyadic.truth_and_bias,
        dyadic.profile_similarity,
        dyadic.perceptual_accuracy,
    ),
    "Change": (change.reliable_change, change.clinical_cutoff, change.couple_change),
    "Anonymity": (risk.measure_anonymity,),
}


def write_statistics(note: str) -> str:
    """Return the whole page; ``note`` says at its head that it is generated.

    Raises
    ------
    ValueError
        Naming every statistic that leaves a section out.
    """
    parts = [
        note,
        "# The statistics\n",
        "What `workbook.research` computes, and on what it rests. Every figure below is held by a test in",
        "`tests/research`; those said to agree with R are compared by `make prove ONLY=statistics`, and",
        "[`notebooks/methods.ipynb`](../notebooks/methods.ipynb) shows them beside published numbers.",
        "Input that a statistic cannot use is refused with a `StatisticsError` that names every problem by",
        "row and column, and never shows a value.\n",
    ]
    absent: list[str] = []
    for chapter, functions in CHAPTERS.items():
        parts.append(f"## {chapter}\n")
        for function in functions:
            parts += _describe(function, absent)
    if absent:
        raise ValueError("; ".join(absent))
    return "\n".join(parts)


def _describe(function: Callable[..., Any], absent: list[str]) -> list[str]:
    text = inspect.getdoc(function) or ""
    sections = read_sections(text)
    name = function.__name__
    absent += [f"{name} has no section {wanted!r}" for wanted in SECTIONS if wanted not in sections]
    lines = [f"### `{name}`\n", f"{text.splitlines()[0]} (`{function.__module__}`)\n"]
    lines += ["```python", _signature(function), "```\n"]
    for wanted in SECTIONS:
        lines.append(f"- **{wanted}.** {_flat(sections.get(wanted, ''))}")
    return [*lines, ""]


def read_sections(text: str) -> dict[str, str]:
    r"""Return a numpy docstring's sections by name.

    >>> read_sections("What.\n\nFormula\n-------\na + b\n\nSource\n------\nUs.")
    {'Formula': 'a + b', 'Source': 'Us.'}
    """
    pieces = re.split(r"^([A-Z][\w ]+)\n-{3,}\n", text, flags=re.MULTILINE)
    return {name: body.strip() for name, body in zip(pieces[1::2], pieces[2::2], strict=True)}


def _signature(function: Callable[..., Any]) -> str:
    names = []
    starred = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            names.append("*")
            starred = True
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        names.append(f"{parameter.name}{default}")
    return "\n".join(textwrap.wrap(f"{function.__name__}({', '.join(names)})", 100, subsequent_indent="    "))


def _flat(text: str) -> str:
    """Return one paragraph, bars outside code kept as they are, code marks as Markdown's."""
    return " ".join(text.replace("``", "`").split())
