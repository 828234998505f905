"""What a notebook prints of a result: effects and counts, never a respondent's row."""

import importlib
import pkgutil
import typing
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd
import pytest

import workbook.research
from workbook.research.dyadic import apim
from workbook.research.dyadic.distinguish import align_roles
from workbook.research.dyadic.mediation import apimem

# Frames of estimates: a row is a term, a path or a pair of columns.
OF_ESTIMATES = {"Mediation.indirect", "TruthAndBias.table", "Moments.means", "Moments.covariance"}
MARKER = 7391.25
ALL = (("x_a", "x_b"), ("m_a", "m_b"), ("y_a", "y_b"))
FRAMES = (pd.DataFrame, pd.Series)


def result_classes() -> list[type]:
    """Return every dataclass that a module of research defines."""
    found = []
    for module in pkgutil.walk_packages(workbook.research.__path__, "workbook.research."):
        loaded = importlib.import_module(module.name)
        found += [
            one
            for one in vars(loaded).values()
            if isinstance(one, type) and is_dataclass(one) and one.__module__ == module.name
        ]
    return found


def shown_frames(of: type) -> list[str]:
    """Return the fields of rows that the generated ``repr`` would print."""
    if not of.__dataclass_params__.repr:
        return []
    types = typing.get_type_hints(of)
    held = [
        one.name
        for one in fields(of)
        if one.repr and any(kind in FRAMES for kind in (types[one.name], *typing.get_args(types[one.name])))
    ]
    return [name for name in held if f"{of.__name__}.{name}" not in OF_ESTIMATES]


@pytest.mark.parametrize("of", result_classes(), ids=lambda of: of.__qualname__)
def test_no_result_prints_the_rows_it_holds(of: type) -> None:
    assert shown_frames(of) == []


def test_a_result_with_a_frame_in_its_repr_is_noticed() -> None:
    from dataclasses import make_dataclass

    assert shown_frames(make_dataclass("Leaky", [("pairs", pd.DataFrame | None)])) == ["pairs"]


@pytest.fixture
def pairs() -> pd.DataFrame:
    generator = np.random.default_rng(8)
    columns = ["x_a", "x_b", "m_a", "m_b", "y_a", "y_b"]
    frame = pd.DataFrame(generator.normal(size=(40, 6)), columns=columns)
    return frame.assign(
        couple_id=[f"couple-{n}" for n in range(40)], note=MARKER, role_a="woman", role_b="man"
    )


def test_a_model_prints_its_effects_and_no_respondent(pairs: pd.DataFrame) -> None:
    model = apim(pairs, distinguishable=False)
    told = repr(model)
    assert f"{model.effect('actor')['estimate']:.3f}" in told and "40 couples" in told
    for shown in (told, repr(apimem(pairs, distinguishable=False)), repr(align_roles(pairs, columns=ALL))):
        assert "couple-" not in shown and str(MARKER) not in shown
