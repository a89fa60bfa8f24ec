"""`Account`: everything one incident.io organisation would answer, and its form ready to serve.

Tests hand over plain lists of dicts, one list per resource, in the vendor's shape. The generator hands over
`RecordTable`s it has filled itself. `compile_account` turns either into the same `CompiledAccount`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.demo_api.records import RecordTable

Record = Mapping[str, Any]
Records = Sequence[Record] | RecordTable

RESOURCES = (
    "incidents",
    "incident_updates",
    "follow_ups",
    "custom_fields",
    "custom_field_options",
    "catalog_types",
    "catalog_entries",
    "teams",
    "users",
    "severities",
    "incident_statuses",
    "incident_types",
    "incident_roles",
    "incident_timestamps",
)

_COLUMNS = {
    "incidents": {
        "mode": "I",
        "status_category": "I",
        "status": "I",
        "severity": "I",
        "incident_type": "I",
        "private": "B",
        "created_day": "i",
        "updated_day": "i",
    },
    "incident_updates": {"incident": "I"},
    "follow_ups": {"incident": "I", "mode": "I", "assignee_team": "I", "created_at": "q", "updated_at": "q"},
    "custom_field_options": {"custom_field": "I"},
    "catalog_entries": {"catalog_type": "I"},
    "users": {"active": "B"},
}


def text_code(text: str | None) -> int:
    """A 32-bit code of a short text for index columns; 0 for none. Equal texts have equal codes."""
    return zlib.crc32(text.encode()) if text else 0


def epoch_micros(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 timestamp."""
    delta = datetime.fromisoformat(text).astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def epoch_day(text: str) -> int:
    """Days since 1970 of an RFC 3339 timestamp in UTC."""
    return epoch_micros(text) // 86_400_000_000


def new_table(resource: str) -> RecordTable:
    """An empty table with the index columns its endpoint filters by."""
    return RecordTable(_COLUMNS.get(resource))


def _index_incident(record: Record, incident_mode: str) -> dict[str, int]:
    status = record["incident_status"]
    return {
        "mode": text_code(record["mode"]),
        "status_category": text_code(status["category"]),
        "status": text_code(status["id"]),
        "severity": text_code(record.get("severity", {}).get("id")),
        "incident_type": text_code(record.get("incident_type", {}).get("id")),
        "private": record["visibility"] == "private",
        "created_day": epoch_day(record["created_at"]),
        "updated_day": epoch_day(record["updated_at"]),
    }


def _index_follow_up(record: Record, incident_mode: str) -> dict[str, int]:
    return {
        "incident": text_code(record["incident_id"]),
        "mode": text_code(incident_mode),
        "assignee_team": text_code(record.get("assignee_team", {}).get("id")),
        "created_at": epoch_micros(record["created_at"]),
        "updated_at": epoch_micros(record["updated_at"]),
    }


_INDEXERS: Mapping[str, Callable[[Record, str], dict[str, int]]] = {
    "incidents": _index_incident,
    "incident_updates": lambda record, mode: {"incident": text_code(record["incident_id"])},
    "follow_ups": _index_follow_up,
    "custom_field_options": lambda record, mode: {"custom_field": text_code(record["custom_field_id"])},
    "catalog_entries": lambda record, mode: {"catalog_type": text_code(record["catalog_type_id"])},
    "users": lambda record, mode: {"active": bool(record["is_active"])},
}


def add_record(table: RecordTable, resource: str, record: Record, incident_mode: str = "standard") -> None:
    """Append a record of a resource; `incident_mode` is for follow-ups, whose own record does not have it."""
    indexer = _INDEXERS.get(resource)
    table.append(record, **(indexer(record, incident_mode) if indexer else {}))


@dataclass
class Account:
    """One organisation. Every list may be empty, so `Account()` is an account with nothing in it."""

    name: str = "Demo organisation"
    dashboard_url: str = "https://app.incident.io/demo-organisation"
    incidents: Records = field(default_factory=list)
    incident_updates: Records = field(default_factory=list)
    follow_ups: Records = field(default_factory=list)
    custom_fields: Records = field(default_factory=list)
    custom_field_options: Records = field(default_factory=list)
    catalog_types: Records = field(default_factory=list)
    catalog_entries: Records = field(default_factory=list)
    teams: Records = field(default_factory=list)
    users: Records = field(default_factory=list)
    severities: Records = field(default_factory=list)
    incident_statuses: Records = field(default_factory=list)
    incident_types: Records = field(default_factory=list)
    incident_roles: Records = field(default_factory=list)
    incident_timestamps: Records = field(default_factory=list)


@dataclass(frozen=True)
class CompiledAccount:
    """An account ready to serve: one table per resource, and selections remembered by filter."""

    name: str
    dashboard_url: str
    tables: Mapping[str, RecordTable]
    selections: dict[Any, Any] = field(default_factory=dict)


def compile_account(account: Account) -> CompiledAccount:
    """Serialise hand-made lists in the order the API lists them; tables are taken as they are."""
    modes: dict[str, str] = {}
    if not isinstance(account.incidents, RecordTable):
        modes = {incident["id"]: incident["mode"] for incident in account.incidents}
    tables = {resource: _table(resource, getattr(account, resource), modes) for resource in RESOURCES}
    return CompiledAccount(account.name, account.dashboard_url, tables)


def _table(resource: str, records: Records, modes: Mapping[str, str]) -> RecordTable:
    if isinstance(records, RecordTable):
        return records
    ordered = list(records)
    if resource == "incidents":
        ordered.sort(key=lambda record: (epoch_micros(record["created_at"]), record["id"]))
    elif resource in ("follow_ups", "incident_updates"):
        ordered.sort(key=lambda record: record["id"])
    table = new_table(resource)
    for record in ordered:
        add_record(table, resource, record, modes.get(record.get("incident_id", ""), "standard"))
    return table
