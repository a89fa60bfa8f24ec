"""Our own small description of every answer, as JSON Schemas: required keys, types, no nulls, no unknown keys.

Written from what the extractor relies on. A key ending in `?` may be absent; nothing may be null.
"""

from __future__ import annotations

from apps.demo_api.on_call_schemas import ON_CALL_RECORDS, WHOLE_ANSWERS
from apps.demo_api.schema_parts import (
    ACTOR,
    FLAG,
    ID,
    MADE,
    NAMED,
    NUMBER,
    TEXT,
    TIME,
    USER,
    WHOLE,
    Schema,
    by_key,
    choice,
    many,
    one,
)

CATEGORY = choice("triage", "declined", "merged", "canceled", "live", "learning", "closed", "paused")
STATUS = one({"id": ID, "name": TEXT, "description": TEXT, "category": CATEGORY, "rank": WHOLE, **MADE})
SEVERITY = one({"id": ID, "name": TEXT, "description": TEXT, "rank": WHOLE, **MADE})
_TYPE = {
    "id": ID,
    "name": TEXT,
    "description": TEXT,
    "is_default": FLAG,
    "private_incidents_only": FLAG,
    "create_in_triage": choice("always", "optional"),
    **MADE,
}
_ROLE = {
    "id": ID,
    "name": TEXT,
    "role_type": choice("lead", "reporter", "custom"),
    "shortform": TEXT,
    "description": ID,
    "instructions": TEXT,
    **MADE,
}
TIMESTAMP = one({"id": ID, "name": TEXT, "rank": WHOLE})
OPTION = one({"id": ID, "custom_field_id": ID, "value": TEXT, "sort_key": WHOLE})
FIELD_TYPE = choice("single_select", "multi_select", "text", "link", "numeric")
_FIELD = {"id": ID, "name": {"type": "string", "maxLength": 50}, "description": TEXT, "field_type": FIELD_TYPE}
EMBEDDED_ENTRY = one({"id": ID, "name": TEXT, "external_id?": TEXT, "aliases?": many(TEXT)})
FIELD_VALUE = one(
    {
        "value_option?": OPTION,
        "value_catalog_entry?": EMBEDDED_ENTRY,
        "value_text?": TEXT,
        "value_link?": TEXT,
        "value_numeric?": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    }
) | {"minProperties": 1, "maxProperties": 1}
ISSUE = one({"provider": TEXT, "issue_name": TEXT, "issue_permalink": TEXT})
DURATION = one(
    {
        "duration_metric": NAMED,
        "status": choice("success", "timestamps_missing", "calculating", "invalid_timestamps"),
        "value_seconds?": WHOLE,
    }
)
INCIDENT = one(
    {
        "id": ID,
        "reference": {"type": "string", "pattern": r"^INC-\d+$"},
        "name": TEXT,
        "summary?": TEXT,
        "mode": choice("standard", "retrospective", "test", "tutorial"),
        "visibility": choice("public", "private"),
        "incident_status": STATUS,
        "severity?": SEVERITY,
        "incident_type?": one(_TYPE),
        "creator": ACTOR,
        "incident_role_assignments": many(one({"role": one({**_ROLE, "required?": FLAG}), "assignee?": USER})),
        "custom_field_entries": many(
            one({"custom_field": one({**_FIELD, "options": many(OPTION)}), "values": many(FIELD_VALUE)})
        ),
        "incident_timestamp_values?": many(
            one({"incident_timestamp": TIMESTAMP, "value?": one({"value?": TIME})}),
        ),
        "duration_metrics?": many(DURATION),
        "team_ids": many(ID),
        "external_issue_reference?": ISSUE,
        "debriefs?": many(one({"id": ID, "start_at": TIME, "end_at": TIME})),
        "has_debrief?": FLAG,
        "postmortem_document_url?": TEXT,
        "postmortem_document_ids?": many(ID),
        **{f"workload_minutes_{part}?": NUMBER for part in ("total", "working", "late", "sleeping")},
        "permalink?": TEXT,
        "call_url?": TEXT,
        "slack_team_id": TEXT,
        "slack_channel_id": TEXT,
        "slack_channel_name?": TEXT,
        "slack_channel_url?": TEXT,
        "ms_teams_channel_url?": TEXT,
        **MADE,
        "last_activity_at": TIME,
    }
)
INCIDENT_UPDATE = one(
    {
        "id": ID,
        "incident_id": ID,
        "new_incident_status": STATUS,
        "new_severity?": SEVERITY,
        "message?": TEXT,
        "merged_into_incident_id?": ID,
        "updater": ACTOR,
        "created_at": TIME,
    }
)
RANKED = one({"id": ID, "name": TEXT, "rank": WHOLE, "description?": TEXT})
FOLLOW_UP = one(
    {
        "id": ID,
        "incident_id": ID,
        "title": TEXT,
        "description?": TEXT,
        "status": choice("outstanding", "completed", "not_doing", "deleted"),
        "labels": many(TEXT),
        "assignee?": USER,
        "assignee_team?": NAMED,
        "priority?": RANKED,
        "category?": RANKED,
        "external_issue_reference?": ISSUE,
        "creator": ACTOR,
        "completed_at?": TIME,
        **MADE,
    }
)
ATTRIBUTE = one(
    {
        "id": ID,
        "name": TEXT,
        "type": TEXT,
        "array": FLAG,
        "mode": TEXT,
        "backlink_attribute?": TEXT,
        "path?": many(by_key(TEXT)),
    }
)
CATALOG_TYPE = one(
    {
        "id": ID,
        "name": TEXT,
        "type_name": TEXT,
        "description": TEXT,
        "annotations": by_key(TEXT),
        "categories": many(TEXT),
        "color": TEXT,
        "icon": TEXT,
        "engine_resource_type": TEXT,
        "is_editable": FLAG,
        "is_team_type?": FLAG,
        "ranked": FLAG,
        "use_name_as_identifier": FLAG,
        "registry_type?": TEXT,
        "required_integrations?": many(TEXT),
        "source_repo_url?": TEXT,
        "owning_team_ids?": many(ID),
        "dynamic_resource_parameter?": TEXT,
        "estimated_count?": WHOLE,
        "last_synced_at?": TIME,
        "schema": one({"version": WHOLE, "attributes": many(ATTRIBUTE)}),
        **MADE,
    }
)
ATTRIBUTE_VALUE = one({"label": TEXT, "literal?": TEXT})
CATALOG_ENTRY = one(
    {
        "id": ID,
        "catalog_type_id": ID,
        "name": TEXT,
        "external_id?": TEXT,
        "aliases": many(TEXT),
        "rank": WHOLE,
        "attribute_values": by_key(one({"value?": ATTRIBUTE_VALUE, "array_value?": many(ATTRIBUTE_VALUE)})),
        "archived_at?": TIME,
        **MADE,
    }
)
TEAM = one(
    {
        "id": ID,
        "name": TEXT,
        "catalog_entry": one({"id": ID, "name": TEXT, "external_id?": TEXT}),
        "members": many(one({"id": ID, "name": TEXT, "email?": TEXT, "slack_user_id?": TEXT})),
    }
)
RBAC_ROLE = one({"id": ID, "name": TEXT, "slug": TEXT, "description?": TEXT})
SEAT = choice("full_access", "viewer_only", "none")
LISTED_USER = one(
    {
        "id": ID,
        "name": TEXT,
        "email?": TEXT,
        "slack_user_id?": TEXT,
        "role": TEXT,
        "base_role": RBAC_ROLE,
        "custom_roles": many(RBAC_ROLE),
        "seats": one({"on_call": SEAT, "response": SEAT}),
        "is_active": FLAG,
    }
)

RECORDS: dict[str, Schema] = {
    "incidents": INCIDENT,
    "incident_updates": INCIDENT_UPDATE,
    "follow_ups": FOLLOW_UP,
    "custom_fields": one({**_FIELD, "catalog_type_id?": ID, **MADE}),
    "custom_field_options": OPTION,
    "catalog_types": CATALOG_TYPE,
    "catalog_entries": CATALOG_ENTRY,
    "teams": TEAM,
    "users": LISTED_USER,
    "severities": SEVERITY,
    "incident_statuses": STATUS,
    "incident_types": one({**_TYPE, "owning_team_ids?": many(ID)}),
    "incident_roles": one(_ROLE),
    "incident_timestamps": TIMESTAMP,
    **ON_CALL_RECORDS,
}

_META = one(
    {"page_size": {"type": "integer", "minimum": 1, "maximum": 250}, "after?": ID, "total_record_count?": WHOLE}
)


def answer_schema(resource: str, pages: bool) -> Schema:
    """The whole answer of a list endpoint."""
    record = RECORDS[resource]
    properties: dict[str, Schema] = {resource: record if resource in WHOLE_ANSWERS else many(record)}
    if pages:
        properties["pagination_meta?"] = _META
    if resource == "catalog_entries":
        properties["catalog_type"] = CATALOG_TYPE
    return one(properties)


IDENTITY = one(
    {
        "identity": one(
            {
                "name": TEXT,
                "roles": many(TEXT),
                "team_roles": many(TEXT),
                "teams": many(NAMED),
                "dashboard_url": TEXT,
            }
        )
    }
)

ERROR = one(
    {
        "type": TEXT,
        "status": {"type": "integer", "minimum": 400},
        "request_id": ID,
        "errors": many(
            one(
                {
                    "code": TEXT,
                    "message": TEXT,
                    "metadata?": by_key(TEXT),
                    "source?": one({"field": TEXT, "pointer": TEXT}),
                }
            )
        )
        | {"minItems": 1},
        "rate_limit?": one({"name": TEXT, "limit": WHOLE, "remaining": WHOLE, "retry_after": TIME}),
    }
)
