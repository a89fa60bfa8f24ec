"""Trailing windows of complete weeks (docs/metrics.md, Trailing windows)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from tests.dbt.account import Account
from tests.dbt.oracle.comparisons import COUNTS, add_change
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.metrics import LOW_SAMPLE, Scope, percentile
from tests.dbt.oracle.periods import Calendar, Period

WINDOWS = (4, 13, 52)


def trailing_metrics(account: Account, scopes: list[Scope]) -> dict[Any, dict[str, Any]]:
    """(weeks, scope type, scope id, rollup, start of the last week) -> columns."""
    calendar = Calendar(account, "week")
    complete = [week for week in calendar.spine(i.occurred_at for i in scopes[0].incidents) if week.is_complete]
    shown = range(max(len(complete) - account.variable("trailing_history_weeks"), 0), len(complete))
    rows = {}
    for scope in scopes:
        seen = [incident for incident in scope.incidents if incident.occurred_at <= account.as_of]
        begin = min((calendar.start_of(i.occurred_at) for i in seen), default=None)
        for weeks in WINDOWS:
            for end in shown:
                if end + 1 < weeks:
                    continue
                last = complete[end]
                if scope.kind == "person" and (begin is None or last.start < begin):
                    continue
                window = complete[end + 1 - weeks : end + 1]
                row = _row(account, calendar, scope, window)
                has_previous = end + 1 >= 2 * weeks
                before = complete[end + 1 - 2 * weeks : end + 1 - weeks] if has_previous else []
                add_change(row, True, has_previous, _counts(account, calendar, scope, before), COUNTS)
                rows[(weeks, scope.kind, scope.id, scope.rollup, last.start)] = row
    return rows


def _row(account: Account, calendar: Calendar, scope: Scope, window: list[Period]) -> dict[str, Any]:
    resolved = _resolved(account, calendar, scope, window)
    is_measured = scope.kind != "person" or account.variable("person_durations")
    lengths = [incident.durations["time_to_resolve"] for incident in resolved] if is_measured else []
    hours = sorted(Fraction(length, 3600) for length in lengths if length is not None)
    median = percentile(hours, Fraction(1, 2))
    counts = _counts(account, calendar, scope, window)
    return {
        **counts,
        "window_start": window[0].start,
        "period_end": window[-1].end,
        "incidents_per_week": counts["total_incidents"] / len(window),
        "time_to_resolve_n_hours": len(hours),
        "time_to_resolve_mean_hours": float(sum(hours, Fraction()) / len(hours)) if hours else None,
        "time_to_resolve_p50_hours": None if median is None else float(median),
        "time_to_resolve_low_sample": len(hours) < LOW_SAMPLE,
    }


def _counts(account: Account, calendar: Calendar, scope: Scope, window: list[Period]) -> dict[str, Any]:
    seen = [incident for incident in scope.incidents if incident.occurred_at <= account.as_of]
    if scope.kind == "person":  # has no weeks before the first incident, not even for a resolution dated too early
        begin = min((calendar.start_of(incident.occurred_at) for incident in seen), default=None)
        window = [week for week in window if begin is not None and week.start >= begin]
    starts = {week.start for week in window}
    return {
        "total_incidents": sum(calendar.start_of(incident.occurred_at) in starts for incident in seen),
        "incidents_resolved": len(_resolved(account, calendar, scope, window)),
    }


def _resolved(account: Account, calendar: Calendar, scope: Scope, window: list[Period]) -> list[Incident]:
    starts = {week.start for week in window}
    return [
        incident
        for incident in scope.incidents
        if incident.resolved_at is not None
        and incident.resolved_at <= account.as_of
        and calendar.start_of(incident.resolved_at) in starts
    ]
