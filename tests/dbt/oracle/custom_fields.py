"""Values of custom fields, and the teams they map to (contract, sections 6 and 8, step custom_field)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.dbt.account import Account, Row
from tests.dbt.oracle.candidates import Candidate
from tests.dbt.oracle.teams import Teams, team_types
from tests.dbt.oracle.text import by_id, fold


@dataclass(frozen=True)
class FieldValue:
    """One value of one field of an incident. `text` is what a person reads; `is_free_text` for text and links."""

    field_id: str
    field_name: str
    catalog_type_id: str | None
    option_id: str | None
    entry_id: str | None
    external_id: str | None
    text: str
    is_free_text: bool


def field_values(account: Account, incident: Row) -> Iterator[FieldValue]:
    """Every value of every field on the incident; fields without a value give nothing."""
    definitions = by_id(account.table("custom_fields"))
    options = by_id(account.table("custom_field_options"))
    entries = by_id(account.table("catalog_entries"))
    for entry in incident.get("custom_field_entries") or []:
        embedded = entry["custom_field"]
        definition = definitions.get(embedded["id"], embedded)
        for value in entry["values"]:
            option = _current(options, value.get("value_option"))
            linked = _current(entries, value.get("value_catalog_entry"))
            free = value.get("value_text") or value.get("value_link")
            yield FieldValue(
                field_id=embedded["id"],
                field_name=definition["name"],
                catalog_type_id=definition.get("catalog_type_id"),
                option_id=option.get("id"),
                entry_id=linked.get("id"),
                external_id=linked.get("external_id"),
                text=option.get("value") or linked.get("name") or free or value.get("value_numeric") or "",
                is_free_text=free is not None,
            )


def _current(definitions: dict[str, Row], embedded: Row | None) -> Row:
    """The account renames options and entries without touching the incidents that carry them."""
    return definitions.get(embedded["id"], embedded) if embedded else {}


class FieldMapping:
    """The user's mapping rows and the fields that map by themselves."""

    def __init__(self, account: Account, teams: Teams) -> None:
        self._rows = list(enumerate(account.seed("team_mapping"), start=2))
        self._teams = teams
        self._auto = account.variable("auto_map_team_fields")
        self._team_types = {kind["id"] for kind in team_types(account)}

    def rows_of(self, value: FieldValue) -> list[tuple[int, Row]]:
        """Mapping rows that name the value's field, with their lines."""
        names = fold(value.field_name)
        return [
            (line, row)
            for line, row in self._rows
            if row["custom_field"] == value.field_id or fold(row["custom_field"]) == names
        ]

    def is_auto_mapped(self, value: FieldValue) -> bool:
        """Whether the field maps by itself."""
        return bool(self._auto) and value.catalog_type_id in self._team_types and not self.rows_of(value)

    def is_mapped(self, value: FieldValue) -> bool:
        """Whether anything is expected to come out of the field."""
        return bool(self.rows_of(value)) or self.is_auto_mapped(value)

    def candidates(self, value: FieldValue) -> list[Candidate]:
        """Known teams of one value; nothing when no row knows it."""
        found = []
        source = (value.field_name, value.text)
        for line, row in self.rows_of(value):
            matched_by = _match(row["field_value"], value)
            if matched_by and row["team_id"] in self._teams.rows:
                priority = 1 if row["field_priority"] is None else row["field_priority"]
                found.append(
                    Candidate(
                        row["team_id"],
                        *source,
                        matched_by,
                        priority,
                        value.is_free_text,
                        seed_file="team_mapping.csv",
                        seed_line=line,
                    )
                )
        if self.is_auto_mapped(value) and value.entry_id:
            known = self._teams.of_incident_io(value.entry_id)
            if known:
                found.append(Candidate(known[0], *source, "auto", 1))
        return found


def _match(wanted: str, value: FieldValue) -> str | None:
    exact = {"option_id": value.option_id, "catalog_entry_id": value.entry_id, "external_id": value.external_id}
    for kind, key in exact.items():
        if key is not None and key == wanted:
            return kind
    return "text" if value.text and fold(value.text) == fold(wanted) else None
