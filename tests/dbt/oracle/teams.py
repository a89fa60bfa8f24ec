"""The teams of an account and their tree (contract, section 6 and 9)."""

from __future__ import annotations

from dataclasses import dataclass

from tests.dbt.account import Account, Row
from tests.dbt.oracle.text import by_id


@dataclass(frozen=True)
class Team:
    """One row of dim_teams."""

    team_id: str
    name: str
    parent: str | None
    source: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class IncidentIoTeam:
    """A team that incident.io knows: `ids` are its team id and catalog entry id, which may be equal."""

    id: str
    name: str
    ids: frozenset[str]
    external_id: str | None
    entry_id: str | None


class Teams:
    """All teams; `of_incident_io` gives the team that stands for an incident.io team id or catalog entry id."""

    def __init__(self, account: Account) -> None:
        self.root: str = account.variable("root_team_id")
        self.catalog_teams = incident_io_teams(account)
        seeds = account.seed("teams")
        self._stands_for = {team.id: _seed_for(team, seeds) or team.id for team in self.catalog_teams}
        root_row = next((row for row in seeds if row["team_id"] == self.root), None)
        flat: dict[str, tuple[str, str | None, str]] = {
            self.root: (root_row["team_name"], None, "seed")
            if root_row
            else (account.variable("root_team_name"), None, "system")
        }
        for row in seeds:
            if row["team_id"] != self.root:
                flat[row["team_id"]] = (row["team_name"], row["parent_team_id"] or self.root, "seed")
        for team in self.catalog_teams:
            if self._stands_for[team.id] == team.id and team.id not in flat:
                flat[team.id] = (team.name, self.root, "incident_io")
        self.rows = {team_id: Team(team_id, *row, path=_path(team_id, flat)) for team_id, row in flat.items()}

    def of_incident_io(self, any_id: str) -> str | None:
        """The known team behind a team id or catalog entry id of incident.io, or None."""
        return next((self._stands_for[team.id] for team in self.catalog_teams if any_id in team.ids), None)

    def subtree(self, team_id: str) -> set[str]:
        """The team and all its descendants."""
        return {team.team_id for team in self.rows.values() if team_id in team.path}


def team_types(account: Account) -> list[Row]:
    """The catalog types that hold teams."""
    return [kind for kind in account.table("catalog_types") if kind.get("is_team_type")]


def team_entries(account: Account) -> list[Row]:
    """Entries of the team type, archived ones too."""
    kinds = {kind["id"] for kind in team_types(account)}
    return [entry for entry in account.table("catalog_entries") if entry["catalog_type_id"] in kinds]


def incident_io_teams(account: Account) -> list[IncidentIoTeam]:
    """Rows of the teams endpoint, and team entries without such a row unless archived."""
    entries = by_id(team_entries(account))
    teams = []
    covered: set[str] = set()
    for row in account.table("teams"):
        embedded = row.get("catalog_entry") or {}
        ids = {row["id"], embedded["id"]} if embedded else {row["id"]}
        covered |= ids
        stored = [entries[known] for known in (embedded.get("id"), row["id"]) if known in entries]
        external = [entry["external_id"] for entry in [*stored, embedded] if entry.get("external_id")]
        # Teams and their entries may share their id where no link is given.
        own_entry = embedded.get("id") or (row["id"] if row["id"] in entries else None)
        teams.append(
            IncidentIoTeam(row["id"], row["name"], frozenset(ids), external[0] if external else None, own_entry)
        )
    for entry in entries.values():
        if entry["id"] not in covered and entry.get("archived_at") is None:
            teams.append(
                IncidentIoTeam(
                    entry["id"], entry["name"], frozenset({entry["id"]}), entry.get("external_id"), entry["id"]
                )
            )
    return teams


def _seed_for(team: IncidentIoTeam, seeds: list[Row]) -> str | None:
    """The seed row that stands for the team; the smallest id if several claim it."""
    keys = {*team.ids, team.name.strip(), team.external_id}
    claims = [
        row["team_id"]
        for row in seeds
        if row["team_id"] == team.id or (row["incident_io_team"] and row["incident_io_team"] in keys)
    ]
    return min(claims, default=None)


def _path(team_id: str, flat: dict[str, tuple[str, str | None, str]]) -> tuple[str, ...]:
    parent = flat[team_id][1]
    return (team_id,) if parent is None else (*_path(parent, flat), team_id)
