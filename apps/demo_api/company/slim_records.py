"""How an incident and an alert look inside other records: `IncidentSlimV2` and `AlertSlimV2`."""

from __future__ import annotations

from typing import Any

from apps.demo_api.company.incident_records import Incident

# The embedded form spells two categories like the product and not like the incident list.
_CATEGORIES = {"live": "active", "learning": "post-incident"}


def slim_incident(incident: Incident) -> dict[str, Any]:
    """The incident as alerts and escalations embed it; its number is an integer here."""
    record = incident.record
    category = record["incident_status"]["category"]
    slim = {
        "id": record["id"],
        "external_id": incident.profile.index + 1,
        "name": record["name"],
        "reference": record["reference"],
        "visibility": record["visibility"],
        "status_category": _CATEGORIES.get(category, category),
    }
    return slim | {"summary": record["summary"]} if "summary" in record else slim


def slim_alert(alert: dict[str, Any]) -> dict[str, Any]:
    """The alert as links and escalations embed it."""
    return {name: value for name, value in alert.items() if name not in ("attributes", "tags")}
