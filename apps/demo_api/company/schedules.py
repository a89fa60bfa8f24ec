"""On-call schedules: who is on duty now depends on the instant, the rest is a setting."""

from __future__ import annotations

from typing import Any

from apps.demo_api.company.calendar import HISTORY_START
from apps.demo_api.company.configuration import MADE
from apps.demo_api.company.identifiers import DAY, named_ulid, rfc3339, to_micros
from apps.demo_api.company.organisation import MEMBERS, TEAMS, Person

_HANDOVER = to_micros(HISTORY_START) + DAY // 3  # Mondays at 08:00 UTC
_SHIFT = 7 * DAY
_ON_CALL = {
    "Cloud Foundation": ("Europe/Berlin", ["DE"]),
    "Databases": ("Europe/Berlin", ["DE", "PL"]),
    "Payments": ("Europe/Copenhagen", ["DK"]),
    "Parcel Tracking": ("Europe/Copenhagen", []),
    "Tri & Centres Québec": ("America/Toronto", ["CA"]),
}


def schedule_records(until: int) -> list[dict[str, Any]]:
    """`/v2/schedules` as they stand at `until`, ordered by id."""
    return sorted((_schedule(team, until) for team in _ON_CALL), key=lambda record: record["id"])


def _schedule(team: str, until: int) -> dict[str, Any]:
    zone, countries = _ON_CALL[team]
    people = [person for person in MEMBERS[team] if person.is_active]
    schedule_id, rotation_id = named_ulid("schedule", team), named_ulid("rotation", team)
    week = (until - _HANDOVER) // _SHIFT
    record: dict[str, Any] = {
        "id": schedule_id,
        "name": f"{team} on call",
        "timezone": zone,
        "team_ids": [TEAMS[team].team_id],
        "permalink": f"https://app.incident.io/havn/on-call/schedules/{schedule_id}",
        "annotations": {"havn.example/rota": TEAMS[team].external_id or "none"},
        "config": {
            "rotations": [
                {
                    "id": rotation_id,
                    "name": "Weekly",
                    "handover_start_at": rfc3339(_HANDOVER),
                    "handovers": [{"interval": 1, "interval_type": "weekly"}],
                    "layers": [{"id": named_ulid("layer", team), "name": "Primary"}],
                    "scheduling_mode": "sequential",
                    "users": [person.embedded for person in people],
                    "working_intervals": [],
                }
            ]
        },
        "current_shifts": _shift(people, rotation_id, week),
        "next_shifts": _shift(people, rotation_id, week + 1),
        **MADE,
    }
    return record | {"holidays_public_config": {"country_codes": countries}} if countries else record


def _shift(people: list[Person], rotation_id: str, week: int) -> list[dict[str, Any]]:
    """The shift of one week; there was none before the rotation began."""
    if week < 0:
        return []
    begin = _HANDOVER + week * _SHIFT
    return [
        {
            "entry_id": named_ulid("shift", f"{rotation_id}/{week}"),
            "fingerprint": named_ulid("fingerprint", f"{rotation_id}/{week}"),
            "rotation_id": rotation_id,
            "start_at": rfc3339(begin),
            "end_at": rfc3339(begin + _SHIFT),
            "user": people[week % len(people)].embedded,
        }
    ]
