"""Seed files of an account, as validation leaves them: trimmed, known teams, no cycles, no inverted intervals."""

from __future__ import annotations

from datetime import timedelta

from tests.dbt.account import Row
from tests.dbt.generator.chance import Chance
from tests.dbt.generator.directory import Directory

OWN_TEAMS = ("payments", "core", "Ops-1", "straße", "data", "platform")


def generate_seeds(chance: Chance, directory: Directory, incidents: list[Row], root: str) -> dict[str, list[Row]]:
    """All six files; any of them may be empty."""
    teams = _teams(chance, directory, root)
    known = sorted({row["team_id"] for row in teams} | {root} | _teams_of_their_own(directory, teams))
    return {
        "teams": teams,
        "team_mapping": _mapping(chance, directory, incidents, known),
        "service_ownership": _ownership(chance, directory, known),
        "incident_owners": _owners(chance, incidents, known),
        "team_members": [],
        "timestamp_roles": _timestamp_roles(chance, directory),
    }


def _teams(chance: Chance, directory: Directory, root: str) -> list[Row]:
    rows: list[Row] = []
    linked: set[str] = set()
    names = list(OWN_TEAMS[: chance.number(0, len(OWN_TEAMS))])
    if directory.teams and chance.happens(0.3):
        names.append(chance.one(directory.teams)["id"])
    for team_id in names:
        parents = [row["team_id"] for row in rows] + [root]
        row = {
            "team_id": team_id,
            "team_name": chance.text().strip() if chance.happens(0.5) else f"Team {team_id}",
            "parent_team_id": chance.one(parents) if chance.happens(0.6) else None,
            "incident_io_team": _link(chance, directory, linked) if chance.happens(0.6) else None,
        }
        rows.append(row)
        # A team that stands for several teams of incident.io has a row for each.
        other = _link(chance, directory, linked) if row["incident_io_team"] and chance.happens(0.3) else None
        rows += [{**row, "incident_io_team": other}] if other else []
    if chance.happens(0.3):
        link = _link(chance, directory, linked) if chance.happens(0.3) else None
        rows.append({"team_id": root, "team_name": "The Whole", "parent_team_id": None, "incident_io_team": link})
    chance.random.shuffle(rows)
    return rows


def _link(chance: Chance, directory: Directory, linked: set[str]) -> str | None:
    """One of the four ways to name a team of incident.io that no other row names."""
    entries = {entry["id"]: entry for entry in directory.team_entries}
    free = [team for team in directory.teams if team["id"] not in linked]
    covered = {(team["catalog_entry"] or {}).get("id") for team in directory.teams}
    lone = [entry for key, entry in entries.items() if key not in covered and key not in linked]
    if not free + lone:
        return None
    team = chance.one(free + lone)
    linked.add(team["id"])
    entry = entries.get((team.get("catalog_entry") or team)["id"])
    writings = [team["id"], team["name"]]
    if entry:
        writings += [entry["id"], *([entry["external_id"]] if entry["external_id"] else [])]
    return chance.one(writings)


def _teams_of_their_own(directory: Directory, seeds: list[Row]) -> set[str]:
    """Ids of incident.io teams that certainly stay teams of their own: no seed row links anything."""
    if any(row["incident_io_team"] for row in seeds):
        return set()
    return {team["id"] for team in directory.teams}


def _mapping(chance: Chance, directory: Directory, incidents: list[Row], known: list[str]) -> list[Row]:
    rows: dict[tuple[str, str, str], Row] = {}
    for _ in range(chance.number(0, 8) if directory.fields else 0):
        field = chance.one(directory.fields)
        named = field["id"] if chance.happens(0.4) else chance.variant_of(field["name"]).strip()
        value = _mapped_value(chance, directory, field, incidents)
        if value.strip():
            priority = chance.one((None, None, 1, 2, 3))
            row = {
                "custom_field": named,
                "field_value": value.strip(),
                "team_id": chance.one(known),
                "field_priority": priority,
            }
            rows.setdefault((named, row["field_value"], row["team_id"]), row)
    return list(rows.values())


def _mapped_value(chance: Chance, directory: Directory, field: Row, incidents: list[Row]) -> str:
    used = [
        value
        for incident in incidents
        for entry in incident["custom_field_entries"]
        if entry["custom_field"]["id"] == field["id"]
        for value in entry["values"]
    ]
    if not used or chance.happens(0.2):
        return chance.text()
    value = chance.one(used)
    option, entry = value.get("value_option"), value.get("value_catalog_entry")
    if option:
        return chance.one((option["id"], chance.variant_of(option["value"])))
    if entry:
        return chance.one(
            (entry["id"], entry.get("external_id") or entry["name"], chance.variant_of(entry["name"]))
        )
    return chance.variant_of(next(iter(value.values()), ""))


def _ownership(chance: Chance, directory: Directory, known: list[str]) -> list[Row]:
    rows = []
    for service in directory.services:
        if chance.happens(0.5):
            continue
        for _ in range(chance.number(1, 3)):
            writings = [
                service["id"],
                chance.variant_of(service["name"]).strip(),
                service["external_id"] or service["id"],
            ]
            first = chance.local_date() if chance.happens(0.7) else None
            last = None
            if chance.happens(0.6):
                last = (first or chance.local_date()) + timedelta(days=chance.one((1, 5, 30)))
            named = chance.one(writings)
            rows.append({"service": named, "team_id": chance.one(known), "valid_from": first, "valid_to": last})
    return rows


def _owners(chance: Chance, incidents: list[Row], known: list[str]) -> list[Row]:
    rows: dict[tuple[str, str], Row] = {}
    for incident in incidents:
        for _ in range(chance.number(1, 2) if chance.happens(0.15) else 0):
            reference = incident["reference"]
            named = chance.one((incident["id"], reference, reference.lower()))
            team_id = chance.one(known)
            rows[(named, team_id)] = {"incident": named, "team_id": team_id}
    if chance.happens(0.3):
        rows[("INC-99999", known[0])] = {"incident": "INC-99999", "team_id": known[0]}
    return list(rows.values())


def _timestamp_roles(chance: Chance, directory: Directory) -> list[Row]:
    if chance.happens(0.6) or not directory.timestamps:
        return []
    rows = []
    for role in chance.some(
        ("declared", "reported", "acknowledged", "accepted", "impact_started", "mitigated", "resolved", "closed"),
        4,
    ):
        if role == "accepted" and any(row["role"] == "acknowledged" for row in rows):
            continue
        for priority, timestamp in enumerate(chance.some(directory.timestamps, 2), start=1):
            name = chance.one(
                (timestamp["name"], timestamp["name"].upper(), timestamp["name"].removesuffix(" at"))
            )
            rows.append({"role": role, "timestamp_name": name, "priority": None if priority == 1 else priority})
    return rows
