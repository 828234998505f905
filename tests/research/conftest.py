"""Data with exactly the moments asked for."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from workbook.research.moments import Moments

Build = Callable[..., pd.DataFrame]


def exact(
    n: int, means: Sequence[float], covariance: Sequence[Sequence[float]], names: Sequence[str], seed: int = 1
) -> pd.DataFrame:
    """Draw, whiten, colour: n rows whose sample means and covariances are exactly these."""
    drawn = np.random.default_rng(seed).normal(size=(n, len(names)))
    drawn -= drawn.mean(axis=0)
    white = drawn @ np.linalg.inv(np.linalg.cholesky(np.cov(drawn, rowvar=False))).T
    return pd.DataFrame(
        white @ np.linalg.cholesky(np.asarray(covariance)).T + np.asarray(means), columns=list(names)
    )


@pytest.fixture
def build() -> Build:
    return exact


PUBLISHED_MEANS = [4.281081081081078, 4.245945945945948, 3.6182432432432448, 3.591216216216215]
PUBLISHED_COVARIANCE = [
    [0.2246736532450819, 0.05801801801801797, 0.11052889624318182, 0.0941410798553656],
    [0.05801801801801797, 0.27324875896304474, 0.09611754611754603, 0.12185757185757183],
    [0.11052889624318182, 0.09611754611754603, 0.21324768646197229, 0.15259519723805434],
    [0.0941410798553656, 0.12185757185757183, 0.15259519723805434, 0.2809276112847541],
]


@pytest.fixture
def published() -> pd.DataFrame:
    """148 couples with the moments of Acitelli's (1997): husbands a, wives b."""
    return exact(148, PUBLISHED_MEANS, PUBLISHED_COVARIANCE, ["x_a", "x_b", "y_a", "y_b"])


@pytest.fixture
def published_moments() -> Moments:
    return Moments(148, PUBLISHED_MEANS, PUBLISHED_COVARIANCE)
