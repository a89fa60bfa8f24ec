"""The intervals of counts against exact Poisson probabilities, which need no closed form to be computed here."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tests.dbt.oracle.comparisons import change_interval, poisson_interval

TOLERANCE = 0.03  # events; what docs/metrics.md promises
COUNTS = (*range(31), 40, 55, 80, 120, 250, 600, 1500, 5000)
MEANS = (0.2, 0.7, 1.5, 3.0, 6.0, 12.0, 30.0)


def at_most(count: int, mean: float) -> float:
    """Probability of at most `count` events."""
    if mean == 0:
        return 1.0
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def bisect(is_below: Callable[[float], bool], high: float) -> float:
    """The value in [0, high] up to which `is_below` holds."""
    low = 0.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return low


def exact_interval(count: int) -> tuple[float, float]:
    """The means for which this count or more, or this count or fewer, has probability 2.5 %."""
    ceiling = count + 10 * math.sqrt(count + 1) + 10
    low = bisect(lambda mean: 1 - at_most(count - 1, mean) < 0.025, ceiling) if count else 0.0
    return low, bisect(lambda mean: at_most(count, mean) > 0.025, ceiling)


@pytest.mark.parametrize("count", COUNTS)
def test_the_interval_of_a_count_is_the_exact_one_within_the_stated_tolerance(count: int) -> None:
    assert poisson_interval(count) == pytest.approx(exact_interval(count), abs=TOLERANCE)


def test_a_known_interval_from_the_tables() -> None:
    """Ten events: 4.80 to 18.39 in every table of exact Poisson limits."""
    assert exact_interval(10) == pytest.approx((4.7954, 18.3904), abs=1e-4)
    assert poisson_interval(0)[0] == 0


@pytest.mark.parametrize("before", MEANS)
@pytest.mark.parametrize("now", MEANS)
def test_the_interval_of_a_change_holds_the_true_change_in_at_least_95_of_100_cases(
    before: float, now: float
) -> None:
    chances_before, chances_now = _chances(before), _chances(now)
    holds = 0.0
    for count_before, chance_before in enumerate(chances_before):
        for count, chance in enumerate(chances_now):
            low, high = change_interval(count, count_before)
            holds += chance * chance_before * (low <= now - before <= high)
    assert holds >= 0.95


def test_a_change_within_the_noise_holds_no_change_and_a_clear_one_does_not() -> None:
    low, high = change_interval(12, 9)
    assert low < 0 < high
    low, high = change_interval(40, 15)
    assert 0 < low < 25 < high
    low, high = change_interval(0, 20)
    assert low < -20 < high < 0


def _chances(mean: float) -> list[float]:
    most = int(mean + 9 * math.sqrt(mean) + 9)
    return [math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(most)]
