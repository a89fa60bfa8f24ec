"""Incidents of an account and their histories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.dbt.account import Row
from tests.dbt.generator.chance import Chance
from tests.dbt.generator.directory import Directory

MODES = ("standard",) * 8 + ("retrospective", "retrospective", "test", "tutorial", "stream")
# Where a status category usually goes next; now and then the history jumps anywhere.
NEXT = {
    "triage": ("live", "active", "declined", "merged"),
    "live": ("paused", "learning", "closed", "active", "post-incident", "canceled"),
    "paused": ("live", "closed", "paused"),
    "learning": ("closed", "live", "closed"),
    "closed": ("live", "active", "triage", "paused", "learning"),
}

# A wrong year. No further back, so that a spine that begins there by mistake is noticed and not only endless.
MISTYPED_BY = timedelta(days=10_500)


def generate_incidents(chance: Chance, directory: Directory) -> tuple[list[Row], list[Row]]:
    """(incidents, incident updates)."""
    incidents: list[Row] = []
    updates: list[Row] = []
    for number in range(chance.one((0, 1, 3, 8, 8, 20, 35))):
        created_at = chance.instant()
        incident_id = chance.new_id("inc")
        history = _history(chance, directory, incident_id, created_at)
        status = (
            history[-1]["new_incident_status"] if history and chance.happens(0.8) else _status(chance, directory)
        )
        merged = [update for update in history if chance.happens(0.05)]
        for update in merged:
            update["merged_into_incident_id"] = chance.one(
                [incident["id"] for incident in incidents] or [incident_id]
            )
        status = status or _status(chance, directory)
        updates += history
        kind = chance.one(directory.types) if chance.happens(0.7) else None
        severity = chance.one(directory.severities) if chance.happens(0.8) else None
        incidents.append(
            {
                "id": incident_id,
                "reference": f"INC-{number + 1}",
                "name": chance.text(),
                "mode": chance.one(MODES),
                "visibility": _visibility(chance),
                "permalink": f"https://app.example.com/{number + 1}",
                "incident_status": status,
                "severity": _stale(chance, severity, {"name": "Old name", "rank": 99}),
                "incident_type": _stale(chance, kind, {"name": "Old type"}),
                "creator": {},
                "incident_role_assignments": _assignments(chance, directory),
                "custom_field_entries": _field_entries(chance, directory),
                "incident_timestamp_values": _timestamps(chance, directory, created_at, history),
                "duration_metrics": _durations(chance, directory, created_at, history),
                "team_ids": _team_ids(chance, directory),
                **_workload(chance),
                "created_at": created_at,
                "updated_at": chance.later(created_at),
                "last_activity_at": created_at,
                "deleted_at": created_at + timedelta(days=1) if chance.happens(0.04) else None,
            }
        )
    chance.random.shuffle(updates)
    return incidents, updates


def _status(chance: Chance, directory: Directory, category: str | None = None) -> Row:
    named = [status for status in directory.statuses if status["category"] == category]
    status = chance.one(named or directory.statuses)
    if chance.happens(0.05):
        return {**status, "id": chance.new_id("gone")}
    return _stale(chance, status, {"category": "live", "name": "Old status"}) or status


def _stale(chance: Chance, definition: Row | None, old: Row) -> Row | None:
    """The embedded copy of a definition; sometimes as it was before someone edited the definition."""
    if definition is not None and chance.happens(0.1):
        return {**definition, **old}
    return definition


def _history(chance: Chance, directory: Directory, incident_id: str, created_at: datetime) -> list[Row]:
    rows: list[Row] = []
    moment = created_at
    category = chance.one(("triage", "live", "active"))
    for _ in range(chance.one((0, 1, 2, 3, 4, 6, 9))):
        rows.append(
            {
                "id": chance.new_id("update"),
                "incident_id": incident_id,
                "merged_into_incident_id": None,
                "message": None,
                "new_incident_status": None if chance.happens(0.03) else _status(chance, directory, category),
                "updater": {},
                "created_at": moment,
            }
        )
        moment = chance.later(moment)
        onward = NEXT.get({"active": "live", "post-incident": "learning"}.get(category, category), ("live",))
        category = chance.one(
            [status["category"] for status in directory.statuses] if chance.happens(0.1) else onward
        )
    return rows


def _timestamps(chance: Chance, directory: Directory, created_at: datetime, history: list[Row]) -> list[Row]:
    """Every defined timestamp, set or not; it agrees with the history, contradicts it or lies before creation."""
    moments = [update["created_at"] for update in history] or [created_at]
    values = []
    for definition in directory.timestamps:
        entry: Row = {"incident_timestamp": _stale(chance, definition, {"name": "Renamed since"})}
        if chance.happens(0.6):
            moment = chance.one(moments)
            if chance.happens(0.5):
                moment = chance.later(moment)
            elif chance.happens(0.2):
                moment = created_at - timedelta(seconds=chance.one((1, 3600, 86_400 * 3, 86_400 * 20)))
            if chance.happens(0.01):
                moment -= MISTYPED_BY
            entry["value"] = {"value": _written(chance, moment)}
        elif chance.happens(0.5):
            entry["value"] = {}
        values.append(entry)
    return values


def _written(chance: Chance, moment: datetime) -> str:
    """RFC 3339 as the API writes it: fractions with trailing zeros cut, now and then another offset."""
    if chance.happens(0.1):
        return moment.isoformat()
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    return f"{text}Z"


def _durations(chance: Chance, directory: Directory, created_at: datetime, history: list[Row]) -> list[Row]:
    """Native duration metrics: what the history says, little over a minute off, or far away; not all computed."""
    values = []
    span = int(((history[-1]["created_at"] if history else created_at) - created_at).total_seconds())
    for definition in directory.duration_metrics:
        if chance.happens(0.2):
            continue
        value: Row = {"duration_metric": _stale(chance, definition, {"name": "Old metric"})}
        value["status"] = chance.one(("success", "success", "success", "calculating", "timestamps_missing"))
        if chance.happens(0.9):
            value["value_seconds"] = span + chance.one((0, 0, 60, -60, 61, -61, 5_000, -span))
        values.append(value)
    return values


def _workload(chance: Chance) -> Row:
    """Minutes with fractions; now and then not computed yet."""
    if chance.happens(0.15):
        return {}
    parts = {name: chance.one((0, 0.1, 7, 33.3, 1234.56)) for name in ("working", "late", "sleeping")}
    return {
        "workload_minutes_total": sum(parts.values()),
        **{f"workload_minutes_{name}": minutes for name, minutes in parts.items()},
    }


def _assignments(chance: Chance, directory: Directory) -> list[Row]:
    rows: list[Row] = []
    for role in directory.roles:
        if chance.happens(0.6):
            embedded = _stale(chance, role, {"role_type": "custom"})
            rows.append({"role": embedded, "assignee": chance.one(directory.users)})
        elif chance.happens(0.5):
            rows.append({"role": role})
    return rows


def generate_participants(chance: Chance, directory: Directory, incidents: list[Row]) -> list[Row]:
    """Of some incidents, those who take part; the list and the type need not agree, and some have left."""
    if chance.happens(0.4):
        return []
    rows = []
    for incident in incidents:
        for user in chance.some(directory.users, 3) if chance.happens(0.6) else []:
            rows.append(
                {
                    "id": f"{incident['id']}:{user['id']}",
                    "incident_id": incident["id"],
                    "participation": chance.one(("active", "passive")),
                    "participant_type": chance.one(("responder", "collaborator", "observer", "observer", "weird")),
                    "user": user,
                    "deleted_at": incident["created_at"] if chance.happens(0.1) else None,
                }
            )
    return rows


def _visibility(chance: Chance) -> str | None:
    """Mostly public; the vendor may add values."""
    roll = chance.random.random()
    return "private" if roll < 0.15 else "restricted" if roll < 0.18 else None if roll < 0.2 else "public"


def _field_entries(chance: Chance, directory: Directory) -> list[Row]:
    rows = []
    for field in directory.fields:
        if chance.happens(0.3):
            continue
        most = 3 if field["field_type"] == "multi_select" else 1
        values = [_value(chance, directory, field) for _ in range(chance.number(0, most))]
        embedded = {**directory.embedded_fields[field["id"]], "options": []}
        different = {repr(value): value for value in values if value}
        rows.append({"custom_field": embedded, "values": list(different.values())})
    return rows


def _value(chance: Chance, directory: Directory, field: Row) -> Row | None:
    if field["catalog_type_id"]:
        entries = [e for e in directory.catalog_entries if e["catalog_type_id"] == field["catalog_type_id"]]
        if not entries:
            return None
        entry = chance.one(entries)
        entry = directory.copy_of(chance, entry, "name")
        return {
            "value_catalog_entry": {
                k: entry[k] for k in ("id", "name", "external_id", "aliases") if entry[k] is not None
            }
        }
    if field["field_type"].endswith("_select"):
        options = directory.options.get(field["id"])
        return {"value_option": directory.copy_of(chance, chance.one(options), "value")} if options else None
    plain: dict[str, Any] = {
        "text": chance.text(),
        "link": f"https://example.com/{chance.number(1, 3)}",
        "numeric": str(chance.number(1, 42)),
    }
    return {f"value_{field['field_type']}": plain[field["field_type"]]}


def forget_definitions(chance: Chance, directory: Directory) -> None:
    """Delete some definitions that incidents still carry copies of."""
    for rows in (directory.fields, directory.roles, directory.users, directory.timestamps, directory.severities):
        rows[:] = [row for row in rows if chance.happens(0.95)]
    directory.catalog_entries[:] = [entry for entry in directory.catalog_entries if chance.happens(0.93)]
    for options in directory.options.values():
        options[:] = [option for option in options if chance.happens(0.95)]


def _team_ids(chance: Chance, directory: Directory) -> list[str] | None:
    if chance.happens(0.1):
        return None
    known = [team["id"] for team in directory.teams] + [entry["id"] for entry in directory.team_entries]
    return [*chance.some(known, 2), *(["01UNKNOWN"] if chance.happens(0.2) else [])] if chance.happens(0.5) else []
