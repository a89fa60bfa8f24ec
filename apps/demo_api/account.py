"""`Account`: everything one incident.io organisation would answer, and its form ready to serve.

Tests hand over plain lists of dicts, one list per resource, in the vendor's shape. The generator hands over
`RecordTable`s it has filled itself. `compile_account` turns either into the same `CompiledAccount`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from apps.demo_api.indexing import RESOURCES, epoch_micros, id_code, new_table, serialised
from apps.demo_api.records import RecordTable

Record = Mapping[str, Any]
Records = Sequence[Record] | RecordTable
_BY_ID = (
    "follow_ups",
    "incident_updates",
    "actions",
    "incident_attachments",
    "incident_participants",
    "incident_relationships",
    "alerts",
    "incident_alerts",
    "escalations",
    "schedules",
)


@dataclass
class Account:
    """One organisation. Every list may be empty, so `Account()` is an account with nothing in it.

    A relationship names its incident in a key `incident_id` that is not served. The participants of an incident
    are one record with its id, which is not served either. Every other record is as served.
    """

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
    actions: Records = field(default_factory=list)
    incident_attachments: Records = field(default_factory=list)
    incident_participants: Records = field(default_factory=list)
    incident_relationships: Records = field(default_factory=list)
    alerts: Records = field(default_factory=list)
    incident_alerts: Records = field(default_factory=list)
    escalations: Records = field(default_factory=list)
    schedules: Records = field(default_factory=list)


@dataclass(frozen=True)
class CompiledAccount:
    """An account ready to serve: one table per resource, and selections remembered by filter."""

    name: str
    dashboard_url: str
    tables: Mapping[str, RecordTable]
    selections: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def private_incidents(self) -> frozenset[int]:
        """`id_code`s of the incidents that only a key with global access may see."""
        table = self.tables["incidents"]
        private = table.columns["private"]
        return frozenset(
            id_code(table.load(position)["id"]) for position in range(len(table)) if private[position]
        )


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
    elif resource in _BY_ID:
        ordered.sort(key=lambda record: record["id"])
    table = new_table(resource)
    for record in ordered:
        table.add(serialised(resource, record, modes.get(record.get("incident_id", ""), "standard")))
    return table
