"""What the runs over an account saw (definitions, section 4, "as-of" and "before history").

A run whose instant lies before that of an earlier run does not look: it would see a later day.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from tests.dbt.account import Account
from tests.dbt.oracle.owners import Owner, owners_of_listed_services
from tests.dbt.oracle.teams import Teams, incident_io_teams
from tests.dbt.oracle.timelines import Timeline

Owners = dict[str, Owner]


class Seen:
    """Owners of services, names of teams and the chart of teams over time, the last run included.

    `owners`: service id -> states, each the owning team entries by id. `details`: service id and first instant of
    a state -> how the owners were referred to. `parents`: team id -> states. `names`: id of an incident.io team ->
    states of (name, external id).
    """

    def __init__(self, account: Account) -> None:
        self.owners: dict[str, Timeline[frozenset[str]]] = defaultdict(Timeline)
        self.details: dict[tuple[str, datetime], Owners] = {}
        self.parents: dict[str, Timeline[str]] = defaultdict(Timeline)
        self.names: dict[str, Timeline[tuple[str, str | None]]] = defaultdict(Timeline)
        latest: datetime | None = None
        for run in (*account.earlier, account):
            if latest is None or run.as_of >= latest:
                latest = run.as_of
                self._look(run)
        self._look_at_new_services(account)
        self.teams = Teams(account, self.former_names())

    def former_names(self) -> dict[str, set[str]]:
        """Every name and external id that an incident.io team was seen under."""
        return {
            team_id: {text for *_, names in timeline.states() for text in names if text}
            for team_id, timeline in self.names.items()
        }

    def above(self, team_id: str, instant: datetime) -> set[str]:
        """The known teams above a team on the chart of that instant, itself included; the root is above all."""
        found = {team_id, self.teams.root}
        parent = self._parent(team_id, instant)
        while parent is not None and parent not in found:
            found.add(parent)
            parent = self._parent(parent, instant)
        return found & set(self.teams.rows)

    def _parent(self, team_id: str, instant: datetime) -> str | None:
        if team_id in self.parents:
            return self.parents[team_id].at(instant)
        return self.teams.rows[team_id].parent if team_id in self.teams.rows else None

    def _look(self, run: Account) -> None:
        for service_id, owners in owners_of_listed_services(run).items():
            self._look_at_owners(service_id, run.as_of, owners)
        for team in incident_io_teams(run):
            self.names[team.id].look(run.as_of, (team.name, team.external_id))
        for team in Teams(run, self.former_names()).rows.values():
            if team.parent is not None:
                self.parents[team.team_id].look(run.as_of, team.parent)

    def _look_at_owners(self, service_id: str, instant: datetime, owners: Owners) -> None:
        before = self.owners[service_id].at(instant)
        self.owners[service_id].look(instant, frozenset(owners))
        # How an owner was referred to is kept from the look that first found these owners.
        if before != frozenset(owners):
            self.details[(service_id, instant)] = owners

    def _look_at_new_services(self, run: Account) -> None:
        """A run that goes back in time may still meet services that no run has seen."""
        for service_id, owners in owners_of_listed_services(run).items():
            if service_id not in self.owners:
                self._look_at_owners(service_id, run.as_of, owners)
