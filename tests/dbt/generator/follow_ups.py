"""Follow-ups of an account: of every status, completed just inside and just outside the 30 days."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.dbt.account import Row
from tests.dbt.generator.chance import Chance
from tests.dbt.generator.directory import Directory

STATUSES = ("completed",) * 5 + ("outstanding", "outstanding", "not_doing", "deleted", "parked")
LIMIT = timedelta(days=30)
DELAYS = (
    timedelta(),
    timedelta(hours=1),
    timedelta(days=3),
    LIMIT - timedelta(microseconds=1),
    LIMIT,
    LIMIT + timedelta(microseconds=1),
    timedelta(days=90),
    timedelta(seconds=-5),
)


def generate_follow_ups(chance: Chance, directory: Directory, incidents: list[Row]) -> list[Row]:
    """Rows of the follow-ups table; some belong to incidents that the key cannot see."""
    rows = []
    for incident in incidents:
        for _ in range(chance.one((0, 0, 1, 1, 2, 4))):
            rows.append(_follow_up(chance, directory, incident["id"], incident["mode"], incident["created_at"]))
    for _ in range(chance.one((0, 0, 1))):
        rows.append(_follow_up(chance, directory, "01UNSEEN", "standard", chance.instant()))
    return rows


def _follow_up(chance: Chance, directory: Directory, incident_id: str, mode: str, after: datetime) -> Row:
    created_at = chance.instant() if chance.happens(0.5) else chance.later(after)
    status = chance.one(STATUSES)
    is_stamped = chance.happens(0.9) if status == "completed" else chance.happens(0.15)
    known_teams = [*directory.teams, *directory.team_entries]
    team = {"id": chance.one(known_teams)["id"], "name": "A team"} if known_teams and chance.happens(0.5) else None
    return {
        "id": chance.new_id("followup"),
        "incident_id": incident_id,
        "incident_mode": mode,
        "title": chance.text(),
        "status": status,
        "assignee": chance.one(directory.users) if chance.happens(0.6) else None,
        "assignee_team": {"id": "01UNKNOWN", "name": "Gone"} if chance.happens(0.1) else team,
        "external_issue_reference": {
            "provider": "jira",
            "issue_name": "OPS-1",
            "issue_permalink": "https://j.example/1",
        }
        if chance.happens(0.3)
        else None,
        "completed_at": created_at + chance.one(DELAYS) if is_stamped else None,
        "created_at": created_at,
        "updated_at": created_at,
        "deleted_at": created_at + timedelta(days=1) if chance.happens(0.05) else None,
    }
