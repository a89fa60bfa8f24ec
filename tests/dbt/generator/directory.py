"""Definitions of an account: people, statuses, teams, the catalog and custom fields."""

from __future__ import annotations

from tests.dbt.account import Row
from tests.dbt.generator.catalog import Catalog
from tests.dbt.generator.chance import Chance

TIMESTAMP_NAMES = (
    ("Reported at", "reported"),
    ("Accepted at", "accepted"),
    ("Acknowledged at", "Acknowledged"),
    ("Resolved at", "RESOLVED AT", "resolved"),
    ("Closed at",),
    ("Impact started at", "Impact started"),
    ("Fixed at", "FIXED"),
    ("Mitigated at", "Mitigated"),
    ("Declared at",),
    ("Identified at",),
)
CATEGORIES = (
    "triage",
    "live",
    "active",
    "paused",
    "learning",
    "post-incident",
    "closed",
    "declined",
    "merged",
    "canceled",
    "weird",
)


class Directory:
    """Rows of every definition table; generation order matters for the seed only."""

    def __init__(self, chance: Chance) -> None:
        self.users = [self._user(chance) for _ in range(chance.number(1, 5))]
        self.roles = [
            {"id": chance.new_id("role"), "name": kind.title(), "role_type": kind, "shortform": kind}
            for kind in ("lead", "reporter", "custom")
        ]
        self.severities = [
            {"id": chance.new_id("sev"), "name": name, "description": "", "rank": rank}
            for rank, name in enumerate(("Minor", "Major", "Critical"), start=1)
        ]
        self.statuses = [
            {
                "id": chance.new_id("status"),
                "name": category.title(),
                "description": "",
                "category": category,
                "rank": rank,
            }
            for rank, category in enumerate(CATEGORIES)
        ]
        self.types = [
            {"id": chance.new_id("type"), "name": name, "is_default": False} for name in ("Default", "Security")
        ]
        self.timestamps = [
            {"id": chance.new_id("ts"), "name": chance.one(names), "rank": rank}
            for rank, names in enumerate(TIMESTAMP_NAMES)
            if chance.happens(0.85)
        ]
        catalog = Catalog(chance)
        self.catalog_types, self.catalog_entries, self.teams = catalog.types, catalog.entries, catalog.teams
        self.duration_metrics = [
            {"id": chance.new_id("duration"), "name": name}
            for name in ("Time to resolve", "Impact-duration ", "Lasted", "Time to first coffee")
            if chance.happens(0.7)
        ]
        self.fields: list[Row] = []
        # The copies that incidents carry; some were made before the field was renamed.
        self.embedded_fields: dict[str, Row] = {}
        self._copies: dict[str, Row] = {}
        self.options: dict[str, list[Row]] = {}
        self._add_fields(chance)

    @property
    def team_entries(self) -> list[Row]:
        """Entries of the team type."""
        kinds = {kind["id"] for kind in self.catalog_types if kind["is_team_type"]}
        return [entry for entry in self.catalog_entries if entry["catalog_type_id"] in kinds]

    @property
    def services(self) -> list[Row]:
        """Entries of every other type."""
        kinds = {kind["id"] for kind in self.catalog_types if not kind["is_team_type"]}
        return [entry for entry in self.catalog_entries if entry["catalog_type_id"] in kinds]

    def raw(self) -> dict[str, list[Row]]:
        """The definition tables."""
        return {
            "users": self.users,
            "incident_roles": self.roles,
            "severities": self.severities,
            "incident_statuses": self.statuses,
            "incident_types": self.types,
            "incident_timestamps": self.timestamps,
            "catalog_types": self.catalog_types,
            "catalog_entries": self.catalog_entries,
            "teams": self.teams,
            "custom_fields": self.fields,
            "custom_field_options": [option for options in self.options.values() for option in options],
        }

    def copy_of(self, chance: Chance, definition: Row, text: str) -> Row:
        """What incidents carry of an option or entry, possibly under an old name; the same on all of them."""
        if definition["id"] not in self._copies:
            old = {text: chance.text()} if chance.happens(0.15) else {}
            self._copies[definition["id"]] = {**definition, **old}
        return self._copies[definition["id"]]

    def _user(self, chance: Chance) -> Row:
        user_id = chance.new_id("user")
        email = f"{user_id.lower()}@example.com" if chance.happens(0.8) else None
        return {"id": user_id, "name": chance.text().strip(), "email": email, "is_active": chance.happens(0.8)}

    def _add_fields(self, chance: Chance) -> None:
        kinds = ["single_select", "multi_select", "text", "link", "numeric"]
        kinds += [kind["id"] for kind in self.catalog_types for _ in range(chance.number(0, 2))]
        for kind in kinds:
            if chance.happens(0.2):
                continue
            field: Row = {
                "id": chance.new_id("field"),
                "name": chance.text() if chance.happens(0.4) else f"Field {len(self.fields)}",
                "field_type": kind
                if kind in ("single_select", "multi_select", "text", "link", "numeric")
                else "multi_select",
                "catalog_type_id": kind if kind.startswith("01") else None,
            }
            self.fields.append(field)
            name = chance.text() if chance.happens(0.15) else field["name"]
            self.embedded_fields[field["id"]] = {
                "id": field["id"],
                "name": name,
                "field_type": field["field_type"],
            }
            if kind.endswith("_select"):
                texts = {chance.text(): None for _ in range(chance.number(0, 5))}
                self.options[field["id"]] = [
                    {"id": chance.new_id("option"), "custom_field_id": field["id"], "value": text, "sort_key": 10}
                    for text in texts
                ]
