"""Hand-made accounts for examples: only what a case is about has to be said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.dbt.account import Account, Row

STATUSES = {
    category: {"id": f"01{category}", "name": category.title(), "category": category}
    for category in (
        "triage",
        "live",
        "paused",
        "learning",
        "closed",
        "declined",
        "canceled",
        "merged",
    )
}
TIMESTAMPS = (
    "Declared at",
    "Reported at",
    "Accepted at",
    "Impact started at",
    "Mitigated at",
    "Resolved at",
    "Closed at",
)


def at(text: str) -> datetime:
    """An instant, UTC unless the text says otherwise: `at('2026-11-23 04:59')`."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def incident(number: int, declared: str | datetime, resolved: str | datetime | None = None, **other: Any) -> Row:
    """One standard, public incident; `timestamps` in `other` sets further timestamps by name."""
    declared_at = at(declared) if isinstance(declared, str) else declared
    named = {"Declared at": declared_at, "Resolved at": resolved, **other.pop("timestamps", {})}
    values = []
    for name in TIMESTAMPS:
        moment = named.get(name)
        moment = at(moment) if isinstance(moment, str) else moment
        value = {"value": {"value": moment.isoformat()}} if moment else {}
        values.append({"incident_timestamp": {"id": f"01{name}", "name": name, "rank": 1}, **value})
    return {
        "id": f"01INC{number:03d}",
        "reference": f"INC-{number}",
        "name": f"Incident {number}",
        "mode": "standard",
        "visibility": "public",
        "incident_status": STATUSES["closed" if resolved else "live"],
        "creator": {},
        "incident_role_assignments": [],
        "custom_field_entries": [],
        "incident_timestamp_values": values,
        "team_ids": [],
        "created_at": declared_at,
        "updated_at": declared_at,
        "last_activity_at": declared_at,
        **other,
    }


def update(incident_id: str, number: int, category: str, when: str) -> Row:
    """One entry of an incident's history."""
    return {
        "id": f"{incident_id}-{number}",
        "incident_id": incident_id,
        "new_incident_status": STATUSES[category],
        "updater": {},
        "created_at": at(when),
    }


def small_account(
    incidents: list[Row],
    as_of: str | datetime,
    updates: list[Row] | None = None,
    seeds: dict[str, list[Row]] | None = None,
    coverage_start: date | None = None,
    **variables: Any,
) -> Account:
    """An account of these incidents with the usual definitions."""
    raw = {
        "incidents": incidents,
        "incident_updates": updates or [],
        "incident_statuses": list(STATUSES.values()),
        "incident_timestamps": [{"id": f"01{name}", "name": name, "rank": 1} for name in TIMESTAMPS],
    }
    moment = at(as_of) if isinstance(as_of, str) else as_of
    return Account(raw, moment, seeds or {}, variables, coverage_start)


def teams(*team_ids: str, **parents: str) -> list[Row]:
    """Rows of teams.csv, directly under the root unless a parent is given."""
    return [
        {"team_id": name, "team_name": name.title(), "parent_team_id": parents.get(name), "incident_io_team": None}
        for name in team_ids
    ]


def hours_after(moment: str, hours: float) -> datetime:
    """The instant some hours after another."""
    return at(moment) + timedelta(hours=hours)
