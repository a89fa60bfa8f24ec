"""Follow-ups: which count, which were completed in time, and what is masked (definitions, sections 2 and 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tests.dbt.account import Account, Row
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.teams import Teams

IN_TIME = timedelta(days=30)


@dataclass(frozen=True)
class FollowUp:
    """One row of fct_follow_ups as far as it is derived; `incident` is None where the key cannot see it."""

    row: Row
    incident: Incident | None
    team_id: str | None

    @property
    def is_masked(self) -> bool:
        """An incident nobody can see may well be private."""
        return self.incident is None or self.incident.is_private

    @property
    def is_counted(self) -> bool:
        """Neither deleted nor given up."""
        return self.row["status"] not in ("deleted", "not_doing") and self.row["deleted_at"] is None

    @property
    def is_in_time(self) -> bool:
        """Completed within 30 days of its creation."""
        completed_at = self.row["completed_at"]
        return (
            self.row["status"] == "completed"
            and completed_at is not None
            and completed_at - self.row["created_at"] <= IN_TIME
        )

    @property
    def seconds(self) -> int | None:
        """Whole seconds from creation to completion."""
        start, end = self.row["created_at"], self.row["completed_at"]
        return None if end is None or end < start else (end - start) // timedelta(seconds=1)


def derive_follow_ups(account: Account, incidents: list[Incident], teams: Teams) -> list[FollowUp]:
    """Every follow-up of the account."""
    by_id = {incident.id: incident for incident in incidents}
    return [
        FollowUp(
            row,
            by_id.get(row["incident_id"]),
            teams.team_of(row["assignee_team"]["id"]) if row["assignee_team"] else None,
        )
        for row in account.table("follow_ups")
    ]
