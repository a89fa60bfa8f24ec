"""The period before, the change since, and 95 % intervals of counts (docs/metrics.md, Comparisons)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from math import hypot, sqrt
from statistics import NormalDist
from typing import Any

from tests.dbt.oracle.periods import Period

# Compared columns: what a period holds in which the scope had no part.
COUNTS = ("total_incidents", "incidents_resolved")
NUMBERS: dict[str, int | None] = {
    "incidents_per_week": 0,
    "open_at_period_end": 0,
    "time_to_resolve_p50_hours": None,
    "time_to_acknowledge_p50_hours": None,
}
SHARES = ("reopen_rate",)
Z = NormalDist().inv_cdf(0.975)


def add_comparisons(rows: dict[Any, dict[str, Any]], spine: list[Period]) -> None:
    """Put the comparison columns into the rows of one scope; keys end with the start of the period."""
    before = {later.start: earlier for earlier, later in pairwise(spine)}
    for (*scope, start), row in rows.items():
        add_change(row, row["is_complete"], *_earlier(rows, scope, before.get(start)))


def _earlier(
    rows: dict[Any, dict[str, Any]], scope: Iterable[str], period: Period | None
) -> tuple[bool, dict[str, Any]]:
    """Whether the period before is known, and the scope's row of it, empty where the scope had no part."""
    if period is None or not period.is_complete:
        return False, {}
    return True, rows.get((*scope, period.start), {})


def add_change(
    row: dict[str, Any],
    is_complete: bool,
    is_known: bool,
    earlier: dict[str, Any],
    columns: Iterable[str] = (*COUNTS, *NUMBERS, *SHARES),
) -> None:
    """Put previous value, change and intervals of `columns` into a row."""
    for name in columns:
        nothing = 0 if name in COUNTS else NUMBERS.get(name)
        value, previous = row[name], earlier.get(name, nothing) if is_known else None
        has_change = is_complete and value is not None and previous is not None
        row[f"{name}_previous"] = previous
        row[f"{name}_change"] = value - previous if has_change else None
        if name not in SHARES:
            row[f"{name}_change_ratio"] = (value - previous) / previous if has_change and previous else None
        if name in COUNTS:
            row[f"{name}_low"], row[f"{name}_high"] = poisson_interval(value)
            low, high = change_interval(value, previous) if has_change else (None, None)
            row[f"{name}_change_low"], row[f"{name}_change_high"] = low, high


def poisson_interval(count: int) -> tuple[float, float]:
    """95 % limits of the expectation behind a count of independent events, by Byar's approximation."""

    def cubed(events: int, side: float) -> float:
        return float(events * (1 - 1 / (9 * events) + side * Z / (3 * sqrt(events))) ** 3)

    return (cubed(count, -1) if count else 0.0), cubed(count + 1, 1)


def change_interval(count: int, before: int) -> tuple[float, float]:
    """95 % limits of the difference of the expectations behind two independent counts."""
    (low, high), (low_before, high_before) = poisson_interval(count), poisson_interval(before)
    change = count - before
    return change - hypot(count - low, high_before - before), change + hypot(high - count, before - low_before)
