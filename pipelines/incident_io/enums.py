"""The enumerations that the marts or the reading rely on, and the search for values nobody knew of.

The vendor may add values at any time. Such records are loaded as they are and fall into a bucket of their own; a
warning says so, because a rule that names values does not know what the new one means.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.incident_io.endpoints import MODES, STATUS_CATEGORIES

# `IncidentSlim` objects spell two categories their own way.
CATEGORIES = frozenset({*STATUS_CATEGORIES, "active", "post-incident"})
TASK_STATUSES = frozenset({"outstanding", "completed", "not_doing", "deleted"})
ALERT_STATUSES = frozenset({"firing", "resolved"})

# table -> path -> known values. A path is a column and the keys below it; `[]` stands for every entry of a list.
# Only small nested values: each distinct one is parsed.
ENUMS: dict[str, dict[str, frozenset[str]]] = {
    "incidents": {
        "mode": frozenset(MODES),
        "visibility": frozenset({"public", "private"}),
        "incident_status.category": CATEGORIES,
    },
    "incident_updates": {"new_incident_status.category": CATEGORIES},
    "incident_attachments": {
        "resource.resource_type": frozenset(
            {
                *("github_pull_request", "gitlab_merge_request", "jira_issue", "sentry_issue", "zendesk_ticket"),
                *("pager_duty_incident", "opsgenie_alert", "datadog_monitor_alert", "jsm_alert", "slack_file"),
                *("atlassian_statuspage_incident", "statuspage_incident", "salesforce_case", "pylon_issue"),
                *("google_calendar_event", "outlook_calendar_event", "arbitrary_url", "scrubbed"),
            }
        )
    },
    "incident_participants": {"participant_type": frozenset({"observer", "collaborator", "responder"})},
    "follow_ups": {"status": TASK_STATUSES},
    "actions": {"status": TASK_STATUSES},
    "custom_fields": {"field_type": frozenset({"single_select", "multi_select", "text", "link", "numeric"})},
    "catalog_types": {
        "categories[]": frozenset(
            {"customer", "issue-tracker", "product-feature", "service", "on-call", "team", "user"}
        )
    },
    "incident_statuses": {"category": CATEGORIES},
    "incident_roles": {"role_type": frozenset({"lead", "reporter", "custom"})},
    "alerts": {"status": ALERT_STATUSES},
    "incident_alerts": {"alert.status": ALERT_STATUSES, "incident.status_category": CATEGORIES},
    "escalations": {
        "status": frozenset(
            {
                *("pending", "triggered", "acked", "resolved", "expired", "cancelled", "snoozed", "delayed"),
                "pending_repeat",
            }
        )
    },
}

# What an unknown value means for the numbers, where that is more than a bucket of its own.
EFFECTS = {
    "incidents.mode": "count like standard incidents",
    "incidents.visibility": "are treated as private",
    "incidents.incident_status.category": "count as neither open nor resolved",
    "incident_updates.new_incident_status.category": "neither open nor close an incident",
    "incident_participants.participant_type": "make nobody involved",
    "incident_roles.role_type": "make nobody a lead or reporter",
}
USUAL_EFFECT = "keep it as it is"
LONGEST_VALUE_SHOWN = 60


def unknown_values(table: str, batch: pa.RecordBatch) -> Iterator[tuple[str, str, str]]:
    """(`table.path`, value, sentence) for every value in the batch that is not among the known ones, in order."""
    for path, known in ENUMS.get(table, {}).items():
        column, *keys = path.replace("[]", ".[]").split(".")
        if column not in batch.schema.names:
            continue
        field = f"{table}.{path}"
        for value in sorted(_found(batch.column(column), keys) - known):
            yield field, value, _sentence(field, value)


def _sentence(field: str, value: str) -> str:
    shown = value if len(value) <= LONGEST_VALUE_SHOWN else f"{value[:LONGEST_VALUE_SHOWN]}..."
    return (
        f"{field}: the API sent {shown!r}, which this version does not know; the records are loaded and "
        f"{EFFECTS.get(field, USUAL_EFFECT)}"
    )


def _found(column: pa.Array, keys: list[str]) -> set[str]:
    """The distinct values of a column, or of a place below it, as text; absent ones and nulls are not values."""
    texts = column.storage if isinstance(column, pa.ExtensionArray) else column
    distinct = [value for value in pc.unique(texts).to_pylist() if value is not None]
    if not keys:
        return set(distinct)
    return {
        value if isinstance(value, str) else orjson.dumps(value).decode()
        for nested in map(orjson.loads, distinct)
        for value in _below(nested, keys)
    }


def _below(value: Any, keys: list[str]) -> Iterator[Any]:
    if value is None:
        return
    if not keys:
        yield value
    elif keys[0] == "[]" and isinstance(value, list):
        for entry in value:
            yield from _below(entry, keys[1:])
    elif isinstance(value, dict):
        yield from _below(value.get(keys[0]), keys[1:])
