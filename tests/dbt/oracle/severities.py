"""Incidents by severity: the same count as total_incidents, split (definitions, section 5)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.dbt.account import Account
from tests.dbt.oracle.metrics import Scope
from tests.dbt.oracle.periods import GRAINS, Calendar

NO_SEVERITY = "No severity"


def incidents_by_severity(account: Account, scopes: list[Scope]) -> dict[Any, dict[str, Any]]:
    """(grain, scope type, scope id, rollup, period start, severity name, rank) -> total; only what happened."""
    totals: Counter[Any] = Counter()
    for grain in GRAINS.values():
        calendar = Calendar(account, grain)
        emitted = {period.start for period in calendar.spine(i.occurred_at for i in scopes[0].incidents)}
        for scope in scopes:
            for incident in scope.incidents:
                start = calendar.start_of(incident.occurred_at)
                if incident.occurred_at <= account.as_of and start in emitted:
                    severity = incident.severity or {"name": NO_SEVERITY, "rank": None}
                    totals[
                        (grain, scope.kind, scope.id, scope.rollup, start, severity["name"], severity["rank"])
                    ] += 1
    return {key: {"total_incidents": total} for key, total in totals.items()}
