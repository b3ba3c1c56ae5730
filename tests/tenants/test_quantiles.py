"""Quantiles of very many values: the same as of few, only sooner."""

import math

import numpy as np
import pytest
from scipy import special

from tenants.quantiles import harrell_davis_span, harrell_davis_weights


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("n", [999, 1000, 4321])
def test_weights_of_very_many_values_are_those_of_the_definition(n: int, p: float) -> None:
    steps = special.betainc((n + 1) * p, (n + 1) * (1 - p), np.arange(n + 1) / n)
    assert harrell_davis_weights(n, p) == pytest.approx(np.diff(steps), abs=1e-11)


def test_of_very_many_values_only_those_near_the_quantile_have_weight() -> None:
    first, weights = harrell_davis_span(1_000_000, 0.5)
    assert len(weights) < 13_000
    assert first + len(weights) / 2 == pytest.approx(500_000, abs=1)
    assert math.fsum(weights) == pytest.approx(1, abs=1e-12)
