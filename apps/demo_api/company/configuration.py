"""The company's settings in incident.io: severities, statuses, types, roles, timestamps, follow-up priorities."""

from __future__ import annotations

from typing import Any

from apps.demo_api.company.identifiers import named_ulid

MADE = {"created_at": "2022-01-10T09:00:00Z", "updated_at": "2022-11-28T14:31:07.5Z"}


def _made(kind: str, name: str, **values: Any) -> dict[str, Any]:
    return {"id": named_ulid(kind, name), "name": name, **values, **MADE}


# A larger rank is more severe. Median hours until resolved belong to the timeline, not to the API.
SEVERITIES = {
    "Minor": _made("severity", "Minor", rank=1, description="Little impact, a workaround exists."),
    "Major": _made("severity", "Major", rank=2, description="Several customers cannot work as usual."),
    "Critical": _made(
        "severity", "Critical", rank=3, description="A **core service** is down or data is at risk."
    ),
    "Kritisch – Größtschaden": _made(
        "severity", "Kritisch – Größtschaden", rank=4, description="Everything stops; the crisis team is called."
    ),
}

_STATUSES = (
    ("triage", "Triage", "triage", 0, "Someone has to decide whether this is an incident."),
    ("investigating", "Investigating", "live", 1, "We do not know the cause yet."),
    ("fixing", "Fixing", "live", 2, "The cause is known and a fix is on its way."),
    ("monitoring", "Monitoring", "live", 3, "A fix is out and we watch whether it holds."),
    (
        "documenting",
        "Documenting",
        "learning",
        4,
        "Impact is over; the timeline and causes are being written down.",
    ),
    ("reviewing", "Reviewing", "learning", 5, "The write-up is ready for the review meeting."),
    ("closed", "Closed", "closed", 6, "Nothing is left to do."),
    ("paused", "Paused", "paused", 7, "Work rests until something outside has happened."),
    ("declined", "Declined", "declined", -1, "This was not an incident."),
    ("merged", "Merged", "merged", -2, "The same as another incident, which goes on."),
    ("canceled", "Canceled", "canceled", -3, "Opened by mistake."),
)
STATUSES = {
    key: _made("status", name, category=category, rank=rank, description=text)
    for key, name, category, rank, text in _STATUSES
}

INCIDENT_TYPES = {
    name: _made(
        "incident_type",
        name,
        description=text,
        is_default=name == "Production",
        private_incidents_only=name == "Security",
        create_in_triage=triage,
    )
    for name, text, triage in (
        ("Production", "Customers notice it, or soon would.", "optional"),
        ("Internal tooling", "Only colleagues are affected.", "optional"),
        ("Security", "Confidentiality or integrity may be affected. Always private.", "always"),
    )
}

_ROLES = (
    (
        "Incident Lead",
        "lead",
        "lead",
        "Coordinates the response.",
        "Take the lead in the channel, and see to it that an update goes out every thirty minutes.",
    ),
    ("Reporter", "reporter", "reporter", "Noticed the problem.", "Describe what you saw, where and since when."),
    (
        "Expertin / Experte",
        "custom",
        "expert",
        "Knows the system in depth.",
        "Say aloud what you are about to change before you change it.",
    ),
)
ROLES = {
    short: _made("role", name, role_type=kind, shortform=short, description=text, instructions=instructions)
    for name, kind, short, text, instructions in _ROLES
}

# "Customer impact ended" is the company's own name for mitigation: the demo's timestamp_roles.csv says so.
TIMESTAMPS = {
    name: {"id": named_ulid("timestamp", name), "name": name, "rank": rank}
    for rank, name in enumerate(
        (
            "Reported at",
            "Accepted at",
            "Declined at",
            "Merged at",
            "Canceled at",
            "Resolved at",
            "Impact started at",
            "Identified at",
            "Fixed at",
            "Customer impact ended",
            "Closed at",
        )
    )
}

DURATION_METRICS = {
    name: {"id": named_ulid("duration_metric", name), "name": name}
    for name in ("Time to resolve", "Impact duration")
}

FOLLOW_UP_PRIORITIES = [
    {"id": named_ulid("priority", name), "name": name, "rank": rank, "description": text}
    for rank, (name, text) in enumerate(
        (("Urgent", "Before the next release."), ("Soon", "Within a month."), ("Someday", "When there is time.")),
        1,
    )
]
FOLLOW_UP_CATEGORIES = [
    {"id": named_ulid("category", name), "name": name, "rank": rank}
    for rank, name in enumerate(("Detection", "Prevention", "Process", "Dokumentation"), 1)
]
