"""Incidents by severity: the same count as total_incidents, split (definitions, section 5)."""

from __future__ import annotations

from typing import Any

from tests.dbt.account import Account
from tests.dbt.oracle.metrics import Key, Scope
from tests.dbt.oracle.periods import GRAINS, Calendar

NO_SEVERITY = ("No severity", None)


def incidents_by_severity(
    account: Account, scopes: list[Scope], metrics: dict[str, dict[Key, dict[str, Any]]]
) -> dict[Any, dict[str, Any]]:
    """(grain, scope type, scope id, rollup, period start, severity name, rank) -> total.

    A row for every severity that any eligible incident has, wherever the marts have a row of metrics; 0 included.
    """
    severities = {_severity(incident) for incident in scopes[0].incidents}
    totals: dict[Any, int] = {}
    for mart, grain in GRAINS.items():
        calendar = Calendar(account, grain)
        for key in metrics[mart]:
            totals.update({(grain, *key, *severity): 0 for severity in severities})
        for scope in scopes:
            for incident in scope.incidents:
                key = (scope.kind, scope.id, scope.rollup, calendar.start_of(incident.occurred_at))
                if incident.occurred_at <= account.as_of and key in metrics[mart]:
                    totals[(grain, *key, *_severity(incident))] += 1
    return {key: {"total_incidents": total} for key, total in totals.items()}


def _severity(incident: Any) -> tuple[str, int | None]:
    severity = incident.severity
    return (severity["name"], severity["rank"]) if severity else NO_SEVERITY
