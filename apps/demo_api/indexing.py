"""What a table remembers of each record besides its JSON: integer columns that the filters of its list look at.

Settings and short texts are kept as `text_code`, ids of which there are many as `id_code`, days as days since 1970
and instants as microseconds since 1970.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from apps.demo_api.records import RecordTable, Serialised, serialise

Record = Mapping[str, Any]

_COLUMNS: dict[str, dict[str, str]] = {
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
    "incident_updates": {"incident": "Q"},
    "follow_ups": {"incident": "Q", "mode": "I", "assignee_team": "I", "created_at": "q", "updated_at": "q"},
    "custom_fields": {},
    "custom_field_options": {"custom_field": "I"},
    "catalog_types": {},
    "catalog_entries": {"catalog_type": "I"},
    "teams": {},
    "users": {"active": "B"},
    "severities": {},
    "incident_statuses": {},
    "incident_types": {},
    "incident_roles": {},
    "incident_timestamps": {},
    "actions": {"incident": "Q", "mode": "I", "created_at": "q", "updated_at": "q"},
    "incident_attachments": {"incident": "Q", "resource": "Q"},
    "incident_participants": {},
    "incident_relationships": {"incident": "Q", "other": "Q"},
    "alerts": {"status": "I", "alert_source": "I", "created_at": "q", "updated_at": "q"},
    "incident_alerts": {"incident": "Q", "alert": "Q"},
    "escalations": {
        "incident": "Q",
        "status": "I",
        "escalation_path": "I",
        "created_day": "i",
        "updated_day": "i",
    },
    "schedules": {},
}
RESOURCES = tuple(_COLUMNS)


def text_code(text: str | None) -> int:
    """A 32-bit code of a short text for index columns; 0 for none. Equal texts have equal codes."""
    return zlib.crc32(text.encode()) if text else 0


def id_code(text: str | None) -> int:
    """A 64-bit code for index columns, wide enough that no two of a million ids share one; 0 for none."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") if text else 0


def epoch_micros(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 timestamp."""
    delta = datetime.fromisoformat(text).astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def epoch_day(text: str) -> int:
    """Days since 1970 of an RFC 3339 timestamp in UTC."""
    return epoch_micros(text) // 86_400_000_000


def resource_key(resource_type: str, external_id: str) -> int:
    """The code by which the attachments of one external resource are found."""
    return id_code(f"{resource_type}/{external_id}")


def new_table(resource: str) -> RecordTable:
    """An empty table with the index columns its endpoint filters by."""
    return RecordTable(_COLUMNS[resource])


def _days(record: Record) -> dict[str, int]:
    return {"created_day": epoch_day(record["created_at"]), "updated_day": epoch_day(record["updated_at"])}


def _instants(record: Record) -> dict[str, int]:
    return {"created_at": epoch_micros(record["created_at"]), "updated_at": epoch_micros(record["updated_at"])}


def _index_incident(record: Record, incident_mode: str) -> dict[str, int]:
    status = record["incident_status"]
    return {
        "mode": text_code(record["mode"]),
        "status_category": text_code(status["category"]),
        "status": text_code(status["id"]),
        "severity": text_code(record.get("severity", {}).get("id")),
        "incident_type": text_code(record.get("incident_type", {}).get("id")),
        "private": record["visibility"] == "private",
        **_days(record),
    }


def _index_follow_up(record: Record, incident_mode: str) -> dict[str, int]:
    return {
        "incident": id_code(record["incident_id"]),
        "mode": text_code(incident_mode),
        "assignee_team": text_code(record.get("assignee_team", {}).get("id")),
        **_instants(record),
    }


def _index_action(record: Record, incident_mode: str) -> dict[str, int]:
    return {"incident": id_code(record["incident_id"]), "mode": text_code(incident_mode), **_instants(record)}


def _index_attachment(record: Record, incident_mode: str) -> dict[str, int]:
    resource = record["resource"]
    return {
        "incident": id_code(record["incident_id"]),
        "resource": resource_key(resource["resource_type"], resource["external_id"]),
    }


def _index_alert(record: Record, incident_mode: str) -> dict[str, int]:
    return {
        "status": text_code(record["status"]),
        "alert_source": text_code(record["alert_source_id"]),
        **_instants(record),
    }


def _index_escalation(record: Record, incident_mode: str) -> dict[str, int]:
    """An escalation of several incidents is as private as its first one."""
    return {
        "incident": id_code(next((incident["id"] for incident in record["related_incidents"]), None)),
        "status": text_code(record["status"]),
        "escalation_path": text_code(record.get("escalation_path_id")),
        **_days(record),
    }


_INDEXERS: Mapping[str, Callable[[Record, str], dict[str, int]]] = {
    "incidents": _index_incident,
    "incident_updates": lambda record, mode: {"incident": id_code(record["incident_id"])},
    "follow_ups": _index_follow_up,
    "custom_field_options": lambda record, mode: {"custom_field": text_code(record["custom_field_id"])},
    "catalog_entries": lambda record, mode: {"catalog_type": text_code(record["catalog_type_id"])},
    "users": lambda record, mode: {"active": bool(record["is_active"])},
    "actions": _index_action,
    "incident_attachments": _index_attachment,
    "incident_relationships": lambda record, mode: {
        "incident": id_code(record["incident_id"]),
        "other": id_code(record["incident"]["id"]),
    },
    "alerts": _index_alert,
    "incident_alerts": lambda record, mode: {
        "incident": id_code(record["incident"]["id"]),
        "alert": id_code(record["alert"]["id"]),
    },
    "escalations": _index_escalation,
}


def serialised(resource: str, record: Record, incident_mode: str = "standard") -> Serialised:
    """A record of a resource as its table keeps it.

    `incident_mode` is for follow-ups and actions, whose own record does not have it. A relationship names its
    incident in `incident_id`, which is not served.
    """
    indexer = _INDEXERS.get(resource)
    index = indexer(record, incident_mode) if indexer else {}
    if resource == "incident_relationships":
        record = {name: value for name, value in record.items() if name != "incident_id"}
    return serialise(record, tuple([index[name] for name in _COLUMNS[resource]]))
