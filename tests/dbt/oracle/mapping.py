"""What can be mapped: custom fields, their values and the names of teams (marts dim_custom_fields and so on)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.dbt.account import Account
from tests.dbt.oracle.custom_fields import FieldMapping, FieldValue, field_values
from tests.dbt.oracle.incidents import Incident, timestamp_roles
from tests.dbt.oracle.teams import Teams, team_entries
from tests.dbt.oracle.text import fold, timestamp_key

ValueKey = tuple[str, str | None, str | None, str | None, str]


def custom_field_values(
    account: Account, incidents: list[Incident], steps: dict[str, str], teams: Teams
) -> dict[ValueKey, dict[str, Any]]:
    """Every value that is carried or offered; `steps` gives the winning step of each incident."""
    mapping = FieldMapping(account, teams)
    rows: dict[ValueKey, dict[str, Any]] = {}
    carriers: dict[ValueKey, dict[str, datetime]] = {}
    for key in _offered(account):
        rows[key] = _row(key, is_offered=True)
    for incident in incidents:
        for value in field_values(account, incident.row):
            if (value.is_free_text and incident.is_private) or not value.text:
                continue
            key = _key(value)
            row = rows.setdefault(key, _row(key, is_offered=False))
            row["team_ids"] = sorted({found.team_id for found in mapping.candidates(value)}) or None
            if incident.is_eligible:
                carriers.setdefault(key, {})[incident.id] = incident.occurred_at
    for key, carried_by in carriers.items():
        rows[key]["count_incidents"] = len(carried_by)
        rows[key]["count_incidents_to_gain"] = sum(steps[one] != "custom_field" for one in carried_by)
        rows[key]["last_seen_at"] = max(carried_by.values())
    return rows


def custom_fields(
    account: Account, incidents: list[Incident], values: dict[ValueKey, dict[str, Any]], teams: Teams
) -> dict[tuple[str], dict[str, Any]]:
    """Every field that is defined or that an incident names."""
    mapping = FieldMapping(account, teams)
    catalog_types = {kind["id"]: kind["name"] for kind in account.table("catalog_types")}
    carriers: dict[str, set[str]] = {}
    fields: dict[str, FieldValue] = {
        row["id"]: FieldValue(row["id"], row["name"], row.get("catalog_type_id"), None, None, None, "", False)
        for row in account.table("custom_fields")
    }
    for incident in incidents:
        for value in field_values(account, incident.row):
            fields.setdefault(value.field_id, value)
            if incident.is_eligible:
                carriers.setdefault(value.field_id, set()).add(incident.id)
    rows = {}
    for field_id, field in fields.items():
        own = [row for key, row in values.items() if key[0] == field_id]
        used = [row for row in own if row["count_incidents"]]
        by_seed, by_itself = bool(mapping.rows_of(field)), mapping.is_auto_mapped(field)
        rows[(field_id,)] = {
            "catalog_type_name": catalog_types.get(field.catalog_type_id or ""),
            "mapped_by": "seed" if by_seed else "auto" if by_itself else "none",
            "count_values": len(used),
            "count_offered_values": sum(row["is_offered"] for row in own),
            "count_unmapped_values": sum(row["team_ids"] is None for row in used),
            "count_incidents": len(carriers.get(field_id, ())),
        }
    return rows


def team_names(
    account: Account, teams: Teams, former_names: Mapping[str, set[str]]
) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Own names of all teams, and what incident.io calls, and called, those that stand for its teams."""
    found = {(team.team_id, "team_name", team.name) for team in teams.rows.values()}
    entries = {entry["id"]: entry for entry in team_entries(account)}
    for team in teams.catalog_teams:
        team_id = teams.team_of(team.id)
        if team_id not in teams.rows:
            continue
        found |= {(team_id, "incident_io_team_id", team.id), (team_id, "incident_io_name", team.name)}
        entry_id = team.entry_id
        found |= {(team_id, "catalog_entry_id", entry_id)} if entry_id else set()
        found |= {(team_id, "external_id", team.external_id)} if team.external_id else set()
        former = former_names.get(team.id, set()) - {team.name, team.external_id, None}
        found |= {(team_id, "former_name", name) for name in former}
    for entry in entries.values():
        team_id = teams.team_of(entry["id"])
        if team_id in teams.rows:
            found |= {(team_id, "alias", alias) for alias in entry.get("aliases") or []}
    return {key: {"name_key": fold(key[2])} for key in found}


def incident_timestamps(account: Account) -> dict[tuple[str], dict[str, Any]]:
    """Every timestamp that is defined, with the roles whose names, the user's or the usual ones, are its own."""
    roles = timestamp_roles(account)
    return {
        (row["id"],): {
            "timestamp_name": row["name"],
            "timestamp_name_key": timestamp_key(row["name"]),
            "roles": sorted(role for role, names in roles.items() if _names(names, row["name"])) or None,
            "deleted_at": row.get("deleted_at"),
        }
        for row in account.table("incident_timestamps")
    }


def _names(names: list[str], name: str) -> bool:
    return timestamp_key(name) in map(timestamp_key, names)


def _offered(account: Account) -> list[ValueKey]:
    offered: list[ValueKey] = []
    for field in account.table("custom_fields"):
        if field.get("deleted_at"):
            continue
        offered += [
            (field["id"], option["id"], None, None, option["value"])
            for option in account.table("custom_field_options")
            if option["custom_field_id"] == field["id"]
        ]
        offered += [
            (field["id"], None, entry["id"], entry.get("external_id"), entry["name"])
            for entry in account.table("catalog_entries")
            if field.get("catalog_type_id") == entry["catalog_type_id"]
            and not (entry.get("archived_at") or entry.get("deleted_at"))
        ]
    return offered


def _key(value: FieldValue) -> ValueKey:
    return value.field_id, value.option_id, value.entry_id, value.external_id, value.text


def _row(key: ValueKey, is_offered: bool) -> dict[str, Any]:
    return {
        "field_value_key": fold(key[4]),
        "is_offered": is_offered,
        "count_incidents": 0,
        "count_incidents_to_gain": 0,
        "last_seen_at": None,
        "team_ids": None,
    }
