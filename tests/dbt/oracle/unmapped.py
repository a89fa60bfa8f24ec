"""Values of mapped fields that lead to no team (contract, sections 6 and 9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.dbt.account import Account
from tests.dbt.oracle.custom_fields import FieldMapping, field_values
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.teams import Teams
from tests.dbt.oracle.text import fold


def unmapped_values(
    account: Account, incidents: list[Incident], teams: Teams
) -> dict[tuple[str, str], dict[str, Any]]:
    """(field name, value) -> count of eligible incidents, when last seen, and the one team of that name."""
    mapping = FieldMapping(account, teams)
    seen: dict[tuple[str, str], dict[str, datetime]] = {}
    for incident in incidents:
        if not incident.is_eligible:
            continue
        for value in field_values(account, incident.row):
            is_masked = value.is_free_text and incident.is_private
            if mapping.is_mapped(value) and not mapping.candidates(value) and not is_masked:
                seen.setdefault((value.field_name, value.text), {})[incident.id] = incident.occurred_at
    rows = {}
    for (name, text), found in seen.items():
        living = [team for team in teams.rows.values() if team.ended_at is None]
        same_name = [team.team_id for team in living if fold(team.name) == fold(text)]
        rows[(name, text)] = {
            "count_incidents": len(found),
            "last_seen_at": max(found.values()),
            "suggested_team_id": same_name[0] if len(same_name) == 1 else None,
        }
    return rows
