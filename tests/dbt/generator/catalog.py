"""The catalog of an account: teams, services, what lies between them, and the references from one to the other."""

from __future__ import annotations

from tests.dbt.account import Row
from tests.dbt.generator.chance import Chance

TEAM_TYPE = 'Custom["Team"]'
COMPONENT_TYPE = 'Custom["Component"]'
# Parents under several attributes and spellings; `peer` points at teams as well and is none of the usual names.
TEAM_ATTRIBUTES = (
    ("up", "Parent team", TEAM_TYPE, False),
    ("parents", " PARENT", TEAM_TYPE, True),
    ("peer", "Belongs to", TEAM_TYPE, False),
    ("channel", "Channel", "String", False),
)
SERVICE_ATTRIBUTES = (
    ("owner", "Owner", TEAM_TYPE, False),
    ("owners", "Owners", TEAM_TYPE, True),
    ("part", "Component", COMPONENT_TYPE, False),
    ("parts", "Components", COMPONENT_TYPE, True),
    ("tier", "Tier", "String", False),
)
COMPONENT_ATTRIBUTES = (("team", "Team", TEAM_TYPE, True), ("owner", "Owner", TEAM_TYPE, False))


class Catalog:
    """Types and entries of the catalog and the rows of the teams endpoint."""

    def __init__(self, chance: Chance) -> None:
        self.types: list[Row] = []
        self.entries: list[Row] = []
        self.teams: list[Row] = []
        if chance.happens(0.85):
            self._add_teams(chance)
        if chance.happens(0.7):
            kind = self._add_type(chance, "Component", [], COMPONENT_ATTRIBUTES)
            for _ in range(chance.number(0, 3)):
                self.entries.append(self._entry(chance, kind, chance.text()))
        for name, categories in (("Service", ["service"]), ("Product", []), ("Region", ["customer"])):
            if chance.happens(0.8):
                kind = self._add_type(chance, name, categories, SERVICE_ATTRIBUTES)
                for _ in range(chance.number(0, 4)):
                    self.entries.append(self._entry(chance, kind, chance.text()))
        for kind in self.types:
            for entry in self.entries_of(kind["type_name"]):
                entry["attribute_values"] = self.attribute_values(chance, kind)

    def entries_of(self, type_name: str) -> list[Row]:
        """Entries of a type, ended ones too."""
        kinds = {kind["id"] for kind in self.types if kind["type_name"] == type_name}
        return [entry for entry in self.entries if entry["catalog_type_id"] in kinds]

    def attribute_values(self, chance: Chance, kind: Row) -> Row:
        """What an entry of the type holds: references to what its attributes point at, or to nothing."""
        values: Row = {}
        for attribute in kind["schema"]["attributes"]:
            targets = self.entries_of(attribute["type"])
            if chance.happens(0.3):
                continue
            if attribute["type"] == "String":
                values[attribute["id"]] = {"value": {"label": "1", "literal": "1"}}
            elif attribute["array"]:
                held = [_reference(chance, targets) for _ in range(chance.number(0, 3))]
                if targets and chance.happens(0.3):  # one entry in all its writings
                    entry = chance.one(targets)
                    held += [
                        {"label": "", "literal": entry[key]} for key in ("name", "id", "external_id") if entry[key]
                    ]
                values[attribute["id"]] = {"array_value": held}
            else:
                values[attribute["id"]] = {"value": _reference(chance, targets)}
        return values

    def _add_type(
        self, chance: Chance, name: str, categories: list[str], attributes: tuple[tuple[str, str, str, bool], ...]
    ) -> Row:
        keys = ("id", "name", "type", "array")
        kind: Row = {
            "id": chance.new_id("ctype"),
            "name": name,
            "type_name": f'Custom["{name}"]',
            "is_team_type": False,
            "categories": categories,
            "use_name_as_identifier": chance.happens(0.5),
            "schema": {
                "version": 1,
                "attributes": [dict(zip(keys, attribute, strict=True)) for attribute in attributes],
            },
        }
        self.types.append(kind)
        return kind

    def _add_teams(self, chance: Chance) -> None:
        """Entries with and without a row of the teams endpoint, rows without an entry, equal and other ids."""
        kind = self._add_type(chance, "Team", ["team"], TEAM_ATTRIBUTES)
        kind["is_team_type"] = True
        for number in range(chance.number(0, 7)):
            name = f"Team {number} {chance.text().strip()}"
            others = self.entries_of(TEAM_TYPE)
            if others and chance.happens(0.1):
                name = chance.one(others)["name"]
            entry = self._entry(chance, kind, name)
            if others and chance.happens(
                0.3
            ):  # a reference that also fits another team, in a stronger way or as well
                other = chance.one(others)
                entry["aliases"].append(chance.one((other["external_id"] or other["id"], other["id"], "shared")))
                other["aliases"] += ["shared"] if chance.happens(0.3) else []
            if others and chance.happens(0.15):  # made anew under the external id of one that may have ended
                entry["external_id"] = chance.one(others)["external_id"]
            self.entries.append(entry)
            if chance.happens(0.7):
                self._add_team_of(chance, entry, others)
        if chance.happens(0.2):
            self._add_team(chance, chance.new_id("team"), "Loose team", None)

    def _add_team_of(self, chance: Chance, entry: Row, others: list[Row]) -> None:
        """Most teams embed a copy of their entry, which may be out of date; some share its id instead or as well.

        One may have the id of another team's entry.
        """
        linked = {key: entry[key] for key in ("id", "name", "external_id") if entry[key] is not None}
        if chance.happens(0.15):
            linked["external_id"] = f"stale-{entry['id']}"
        taken = {team["id"] for team in self.teams}
        if chance.happens(0.5) and entry["id"] not in taken:
            self._add_team(chance, entry["id"], entry["name"], linked if chance.happens(0.7) else None)
        elif others and others[0]["id"] not in taken and chance.happens(0.2):
            self._add_team(chance, others[0]["id"], entry["name"], linked)
        else:
            self._add_team(chance, chance.new_id("team"), entry["name"], linked)

    def _add_team(self, chance: Chance, team_id: str, name: str, linked: Row | None) -> None:
        deleted_at = chance.instant() if chance.happens(0.1) else None
        self.teams.append(
            {"id": team_id, "name": name, "catalog_entry": linked, "members": [], "deleted_at": deleted_at}
        )

    def _entry(self, chance: Chance, kind: Row, name: str) -> Row:
        entry_id = chance.new_id("entry")
        return {
            "id": entry_id,
            "catalog_type_id": kind["id"],
            "name": name,
            "external_id": f"ext-{entry_id}" if chance.happens(0.6) else None,
            "aliases": [f"alias-{entry_id}"] * chance.one((0, 0, 1, 1, 2)),
            "attribute_values": {},
            "rank": 0,
            "archived_at": chance.instant() if chance.happens(0.2) else None,
            "deleted_at": chance.instant() if chance.happens(0.1) else None,
        }


def _reference(chance: Chance, targets: list[Row]) -> Row:
    """An entry written as one of the ways the catalog allows, or as something nobody knows, or empty."""
    if not targets or chance.happens(0.1):
        return chance.one(
            ({"label": "Nobody", "literal": "nobody"}, {"label": "Nobody"}, {"label": "", "literal": ""})
        )
    entry = chance.one(targets)
    literal = chance.one([entry["id"], entry["external_id"], *entry["aliases"], entry["name"], None])
    return {"label": entry["name"]} if literal is None else {"label": entry["name"], "literal": literal}
