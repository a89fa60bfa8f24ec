"""How far the numbers can be trusted, per period of the organisation (definitions, section 9)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from tests.dbt.account import Account
from tests.dbt.oracle.attribution import Credit
from tests.dbt.oracle.custom_fields import FieldMapping, field_values
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.periods import GRAINS, Calendar
from tests.dbt.oracle.teams import Teams

STEPS = ("custom_field", "explicit_owner", "service", "organisation")


def trust(
    account: Account, incidents: list[Incident], credits: dict[str, Credit], teams: Teams
) -> dict[Any, dict[str, Any]]:
    """(grain, period start) -> columns; the lag stands in the newest period alone."""
    mapping = FieldMapping(account, teams)
    happened = [incident for incident in incidents if incident.occurred_at <= account.as_of]
    first = min((i.occurred_at for i in happened if i.is_eligible), default=None)
    rows = {}
    for grain in GRAINS.values():
        calendar = Calendar(account, grain)
        spine = calendar.spine(first)
        for period in spine:
            within = [i for i in happened if calendar.start_of(i.occurred_at) == period.start]
            rows[(grain, period.start)] = {
                "period_end": period.end,
                "is_complete": period.is_complete,
                **_row(account, within, credits, mapping),
                "source_lag_minutes": _lag(account) if period is spine[-1] else None,
                "last_full_sweep_at": account.swept_at,
            }
    return rows


def _row(
    account: Account, within: list[Incident], credits: dict[str, Credit], mapping: FieldMapping
) -> dict[str, Any]:
    eligible = [incident for incident in within if incident.is_eligible]
    steps = Counter(credits[incident.id].step for incident in eligible)
    assumed = [i for i in eligible if any(found.assumed for found in credits[i.id].winners)]
    statuses = Counter(incident.duration_status for incident in eligible)
    reasons = Counter(incident.excluded for incident in within if not incident.is_eligible)

    def share(count: int) -> float | None:
        return count / len(eligible) if eligible else None

    unmapped = {
        (value.field_name, value.text)
        for incident in eligible
        for value in field_values(account, incident.row)
        if mapping.is_mapped(value)
        and not mapping.candidates(value)
        and not (value.is_free_text and incident.is_private)
    }
    return {
        "total_incidents": len(eligible),
        "fallback_share": share(steps["organisation"]),
        **{f"attribution_step_share_{step}": share(steps[step]) for step in STEPS},
        "unmapped_values": len(unmapped),
        "ownership_assumed_share": share(len(assumed)),
        "invalid_timestamps": statuses["invalid_timestamps"],
        "timestamps_missing": statuses["timestamps_missing"],
        "excluded_incidents": sum(reasons.values()),
        "excluded_by_reason": dict(reasons),
    }


def _lag(account: Account) -> float | None:
    """Minutes since the incidents were read; a run that reads them itself has none."""
    if account.read_at is None:
        return None
    return max(account.as_of - account.read_at, timedelta()) / timedelta(minutes=1)
