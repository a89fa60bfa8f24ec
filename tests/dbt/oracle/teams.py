"""The teams of an account and today's tree of them (contract, section 6 and 9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.dbt.account import Account, Row
from tests.dbt.oracle.references import Reference, attributes_of, place_of, references, types_named
from tests.dbt.oracle.text import by_id


@dataclass(frozen=True)
class Team:
    """One row of dim_teams."""

    team_id: str
    name: str
    parent: str | None
    source: str
    path: tuple[str, ...]
    ended_at: datetime | None


@dataclass(frozen=True)
class IncidentIoTeam:
    """A team that incident.io knows: `ids` are its team id and catalog entry id, which may be equal."""

    id: str
    entry_id: str | None
    name: str
    external_id: str | None
    ended_at: datetime | None


class Teams:
    """All teams. `former_names`: names and external ids that the teams of incident.io had before, by their id."""

    def __init__(self, account: Account, former_names: Mapping[str, set[str]]) -> None:
        self.root: str = account.variable("root_team_id")
        self.catalog_teams = incident_io_teams(account)
        seeds = account.seed("teams")
        self._declared = _declared_for(self.catalog_teams, seeds, former_names)
        self.account_parents, self.circles = self._account_parents(account)
        flat: dict[str, tuple[str, str | None, str]] = {
            self.root: (account.variable("root_team_name"), None, "system")
        }
        for row in seeds:
            parent = None if row["team_id"] == self.root else row["parent_team_id"] or self.root
            flat[row["team_id"]] = (row["team_name"], parent, "seed")
        for team in self.catalog_teams:
            if team.id not in self._declared:
                parent = self.root
                if team.id in self.account_parents and team.id not in self.circles:
                    parent = self.account_parents[team.id][0]
                flat[team.id] = (team.name, parent, "incident_io")
        self.rows = {
            team_id: Team(team_id, *row, path=_path(team_id, flat), ended_at=self._ended_at(team_id))
            for team_id, row in flat.items()
        }

    def of_incident_io(self, any_id: str) -> tuple[str, str] | None:
        """(team, what matched) behind a team id or catalog entry id of incident.io, or None; the team id counts
        first."""
        for kind, of in (("team_id", lambda t: t.id), ("catalog_entry_id", lambda t: t.entry_id)):
            found = [self._declared.get(team.id, team.id) for team in self.catalog_teams if of(team) == any_id]
            if found:
                return min(found), kind
        return None

    def team_of(self, any_id: str | None) -> str | None:
        """The team behind a team id or catalog entry id of incident.io, or None."""
        known = self.of_incident_io(any_id) if any_id else None
        return known[0] if known else None

    def is_declared(self, entry_id: str) -> bool:
        """Whether a row of teams.csv stands for the team of a catalog entry."""
        return any(team.entry_id == entry_id and team.id in self._declared for team in self.catalog_teams)

    def _ended_at(self, team_id: str) -> datetime | None:
        """When all teams of incident.io that it is had ended; the root never has."""
        ends = [team.ended_at for team in self.catalog_teams if self._declared.get(team.id, team.id) == team_id]
        if team_id == self.root or not ends:
            return None
        known = [end for end in ends if end is not None]
        return max(known) if len(known) == len(ends) else None

    def _account_parents(self, account: Account) -> tuple[dict[str, tuple[str, Reference]], set[str]]:
        """Parents that the catalog names for teams without a row in teams.csv, and the teams on a circle."""
        parents: dict[str, tuple[str, Reference]] = {}
        named = parent_references(account)
        for team in self.catalog_teams:
            own = [reference for reference in named if reference.holder == team.entry_id and reference.targets]
            known = self.of_incident_io(min(own[0].targets)[0]) if own and team.id not in self._declared else None
            if known:
                parents[team.id] = (known[0], own[0])
        circles = set()
        for team_id in parents:
            above = parents[team_id][0]
            walked = set()
            while above in parents and above not in walked and above != team_id:
                walked.add(above)
                above = parents[above][0]
            if above == team_id:
                circles.add(team_id)
        return parents, circles


def team_types(account: Account) -> list[Row]:
    """The catalog types that hold teams."""
    return [kind for kind in account.table("catalog_types") if kind.get("is_team_type")]


def team_entries(account: Account) -> list[Row]:
    """Entries of the team type, ended ones too."""
    kinds = {kind["id"] for kind in team_types(account)}
    return [entry for entry in account.table("catalog_entries") if entry["catalog_type_id"] in kinds]


def parent_references(account: Account) -> list[Reference]:
    """References to parents in the team type, in the order in which they count."""
    wanted = account.variable("team_parent_attribute")
    found = []
    for kind in team_types(account):
        for attribute in attributes_of(kind):
            place = place_of(attribute, wanted)
            is_of_teams = any(target.get("is_team_type") for target in types_named(account, attribute["type"]))
            if place is not None and is_of_teams:
                found += [
                    ((place, attribute["id"], reference.place), reference)
                    for reference in references(account, kind, attribute)
                ]
    return [reference for _, reference in sorted(found, key=lambda pair: pair[0])]


def incident_io_teams(account: Account) -> list[IncidentIoTeam]:
    """Rows of the teams endpoint, and team entries without such a row; those that ended by the run say when."""

    def ended(instant: datetime | None) -> datetime | None:
        return instant if instant is not None and instant <= account.as_of else None

    entries = by_id(team_entries(account))
    teams = []
    covered: set[str] = set()
    for row in account.table("teams"):
        embedded = row.get("catalog_entry") or {}
        covered |= {row["id"], *([embedded["id"]] if embedded else [])}
        stored = [entries[known] for known in (embedded.get("id"), row["id"]) if known in entries]
        external = [entry["external_id"] for entry in [*stored, embedded] if entry.get("external_id")]
        entry_id = embedded.get("id") or (row["id"] if row["id"] in entries else None)
        archived_at = entries.get(entry_id or "", {}).get("archived_at")
        teams.append(
            IncidentIoTeam(
                row["id"],
                entry_id,
                row["name"],
                external[0] if external else None,
                ended(archived_at or row.get("deleted_at")),
            )
        )
    for entry in entries.values():
        if entry["id"] not in covered:
            end = ended(entry.get("archived_at") or entry.get("deleted_at"))
            teams.append(IncidentIoTeam(entry["id"], entry["id"], entry["name"], entry.get("external_id"), end))
    return teams


def _declared_for(
    teams: list[IncidentIoTeam], seeds: list[Row], former_names: Mapping[str, set[str]]
) -> dict[str, str]:
    """Id of an incident.io team -> the team of teams.csv that stands for it; the smallest id if several claim it.

    A link that no team answers to now means the teams that answered to it before.
    """
    current = {team.id: {team.id, team.entry_id, team.name.strip(), team.external_id} for team in teams}
    answered = set().union(*current.values())
    links = [(row["incident_io_team"], row["team_id"]) for row in seeds if row["incident_io_team"]]
    own_ids = {row["team_id"] for row in seeds}
    declared = {}
    for team in teams:
        now = [team_id for link, team_id in links if link in current[team.id]]
        now += [team.id] if team.id in own_ids else []
        former = {name.strip() for name in former_names.get(team.id, set())}
        before = [team_id for link, team_id in links if link not in answered and link in former]
        if now or before:
            declared[team.id] = min(now or before)
    return declared


def _path(team_id: str, flat: dict[str, tuple[str, str | None, str]]) -> tuple[str, ...]:
    parent = flat[team_id][1]
    return (team_id,) if parent is None else (*_path(parent, flat), team_id)
