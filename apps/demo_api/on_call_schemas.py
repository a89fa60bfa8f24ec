"""JSON Schemas of what surrounds an incident: actions, attachments, relationships, alerts, escalations, shifts."""

from __future__ import annotations

from apps.demo_api.schema_parts import (
    ACTOR,
    FLAG,
    ID,
    MADE,
    NAMED,
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

ACTION = one(
    {
        "id": ID,
        "incident_id": ID,
        "description": TEXT,
        "status": choice("outstanding", "completed", "not_doing", "deleted"),
        "assignee?": USER,
        "creator": ACTOR,
        "completed_at?": TIME,
        **MADE,
    }
)
ATTACHMENT = one(
    {
        "id": ID,
        "incident_id": ID,
        "resource": one({"resource_type": ID, "external_id": TEXT, "title": TEXT, "permalink": TEXT}),
    }
)
_PARTICIPANTS = many(one({"participant_type": choice("observer", "collaborator", "responder"), "user": USER}))
PARTICIPANTS = one({"active": _PARTICIPANTS, "passive": _PARTICIPANTS})
RELATIONSHIP = one({"id": ID, "incident": one({"id": ID, "name": TEXT, "external_id": WHOLE})})

INCIDENT_SLIM = one(
    {
        "id": ID,
        "external_id": WHOLE,
        "name": TEXT,
        "reference": {"type": "string", "pattern": r"^INC-\d+$"},
        "visibility": choice("public", "private"),
        "status_category": choice(
            "triage", "declined", "merged", "canceled", "active", "post-incident", "closed", "paused"
        ),
        "summary?": TEXT,
    }
)
_ALERT = {
    "id": ID,
    "alert_source_id": ID,
    "status": choice("firing", "resolved"),
    "title": TEXT,
    "description?": TEXT,
    "deduplication_key": ID,
    "source_url?": TEXT,
    "alert_group_ids?": many(ID),
    "resolved_at?": TIME,
    **MADE,
}
ALERT_SLIM = one(_ALERT)
_ATTRIBUTE_VALUE = one(
    {"label?": TEXT, "literal?": TEXT, "catalog_entry?": one({"id": ID, "catalog_type_id": ID, "name": TEXT})}
)
_ALERT_ATTRIBUTE = one(
    {
        "attribute": one(
            {"id": ID, "name": TEXT, "type": TEXT, "array": FLAG, "required": FLAG, "emoji?": TEXT},
        ),
        "value?": _ATTRIBUTE_VALUE,
        "array_value?": many(_ATTRIBUTE_VALUE),
    }
)
ALERT = one({**_ALERT, "attributes": many(_ALERT_ATTRIBUTE), "tags?": many(NAMED)})
INCIDENT_ALERT = one({"id": ID, "alert_route_id?": ID, "alert": ALERT_SLIM, "incident": INCIDENT_SLIM})

ESCALATION_EVENT = one(
    {
        "id": ID,
        "event": choice(
            "entered_grace_period",
            "triggered",
            "notified_users",
            "notified_channels",
            "acked",
            "cancelled",
            "resolved",
            "expired",
        ),
        "occurred_at": TIME,
        "urgency?": choice("high", "low"),
        "users?": many(USER),
        "channels?": many(by_key(TEXT)),
    }
)
ESCALATION = one(
    {
        "id": ID,
        "title": TEXT,
        "description": TEXT,
        "status": choice(
            "pending",
            "triggered",
            "acked",
            "resolved",
            "expired",
            "cancelled",
            "snoozed",
            "delayed",
            "pending_repeat",
        ),
        "priority": one({"name": ID}),
        "creator": ACTOR,
        "escalation_path_id?": ID,
        "events": many(ESCALATION_EVENT),
        "related_incidents": many(INCIDENT_SLIM),
        "related_alerts": many(ALERT_SLIM),
        **MADE,
    }
)

_SHIFT = one(
    {"entry_id?": ID, "fingerprint?": ID, "rotation_id?": ID, "start_at": TIME, "end_at": TIME, "user?": USER}
)
_ROTATION = one(
    {
        "id": ID,
        "name": TEXT,
        "effective_from?": TIME,
        "handover_start_at": TIME,
        "handovers": many(one({"interval": WHOLE, "interval_type": choice("hourly", "daily", "weekly")})),
        "layers": many(one({"id?": ID, "name?": TEXT})),
        "scheduling_mode?": choice("fair", "sequential"),
        "users": many(USER),
        "working_intervals": many(one({"weekday": TEXT, "start_time": TEXT, "end_time": TEXT})),
    }
)
SCHEDULE = one(
    {
        "id": ID,
        "name": TEXT,
        "timezone": TEXT,
        "team_ids": many(ID),
        "permalink": TEXT,
        "annotations": by_key(TEXT),
        "config?": one({"rotations": many(_ROTATION)}),
        "current_shifts?": many(_SHIFT),
        "next_shifts?": many(_SHIFT),
        "holidays_public_config?": one({"country_codes": many(TEXT)}),
        **MADE,
    }
)

# An answer holds one of these, not a list of them.
WHOLE_ANSWERS = frozenset({"incident_participants"})
ON_CALL_RECORDS: dict[str, Schema] = {
    "actions": ACTION,
    "incident_attachments": ATTACHMENT,
    "incident_participants": PARTICIPANTS,
    "incident_relationships": RELATIONSHIP,
    "alerts": ALERT,
    "incident_alerts": INCIDENT_ALERT,
    "escalations": ESCALATION,
    "schedules": SCHEDULE,
}
