"""What can be mapped: the account's custom fields and their values, from the published marts."""

from __future__ import annotations

import difflib
from typing import Any

import click

from apps.cli.marts import Marts, Rows
from apps.cli.tables import table
from pipelines.seeds.schema import fold

MAPPED = {"seed": "by team_mapping.csv", "auto": "by itself", "none": "no"}


def all_fields(marts: Marts) -> Rows:
    """Every custom field, those that most incidents carry first."""
    return marts.rows("""
        select
            custom_field_id, custom_field_name, field_type, catalog_type_name, count_values, count_offered_values,
            count_unmapped_values, count_incidents, mapped_by
        from marts.dim_custom_fields
        order by count_incidents desc, custom_field_name, custom_field_id
    """)


def find_field(marts: Marts, wanted: str) -> dict[str, Any]:
    """The field of an id or a name; several of one name and none at all are refused, naming ids or near names."""
    fields = all_fields(marts)
    found = [field for field in fields if field["custom_field_id"] == wanted.strip()] or [
        field for field in fields if fold(field["custom_field_name"] or "") == fold(wanted)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(sorted(field["custom_field_id"] for field in found))
        raise click.UsageError(f"several custom fields are called {wanted!r}; give one of the ids {ids}")
    names = {fold(field["custom_field_name"] or ""): field["custom_field_name"] for field in fields}
    near = difflib.get_close_matches(fold(wanted), names, n=3, cutoff=0.4) or list(names)[:3]
    hint = f"the nearest are {', '.join(repr(names[name]) for name in near)}" if near else "there are none"
    raise click.UsageError(f"no custom field has the id or name {wanted!r}; {hint}")


def values_of(marts: Marts, custom_field_id: str) -> Rows:
    """The values of a field, those of most incidents first, with the teams each leads to."""
    return marts.rows(
        """
        select
            field_value, option_id, catalog_entry_id, external_id, is_offered, count_incidents,
            count_incidents_to_gain, last_seen_at, team_ids
        from marts.dim_custom_field_values
        where custom_field_id = ?
        order by count_incidents desc, field_value, option_id, catalog_entry_id, external_id
        """,
        [custom_field_id],
    )


def fields_text(fields: Rows) -> str:
    """The fields as a table for people."""
    if not fields:
        return "The account has no custom fields, or the key may not read them (`incident-marts status`)."
    header = ["custom field", "id", "type", "values", "offered", "unmapped", "incidents", "mapped"]
    rows = [
        [
            field["custom_field_name"],
            field["custom_field_id"],
            _type(field),
            field["count_values"],
            field["count_offered_values"],
            field["count_unmapped_values"],
            field["count_incidents"],
            MAPPED[field["mapped_by"]],
        ]
        for field in fields
    ]
    next_step = "Next: incident-marts mapping fields --field NAME, or incident-marts mapping suggest"
    return f"{table(header, rows)}\n\n{next_step}"


def values_text(field: dict[str, Any], values: Rows) -> str:
    """One field and its values as a table for people."""
    title = (
        f"{field['custom_field_name']} ({field['custom_field_id']}, {_type(field)}), on"
        f" {field['count_incidents']:,} incidents, mapped: {MAPPED[field['mapped_by']]}"
    )
    if not values:
        return f"{title}\n\nNo incident carries a value of it, and it offers none."
    header = ["value", "incidents", "to gain", "last seen", "teams"]
    rows = [
        [
            value["field_value"],
            value["count_incidents"],
            value["count_incidents_to_gain"],
            value["last_seen_at"],
            _teams(field, value),
        ]
        for value in values
    ]
    legend = (
        "to gain: incidents that no custom field gives to a team yet. What a value that no incident carries leads"
        " to is known once one does."
    )
    return f"{title}\n\n{table(header, rows)}\n\n{legend}"


def _type(field: dict[str, Any]) -> str:
    catalog = f" of {field['catalog_type_name']}" if field["catalog_type_name"] else ""
    return f"{field['field_type']}{catalog}"


def _teams(field: dict[str, Any], value: dict[str, Any]) -> str | None:
    if value["team_ids"]:
        return ", ".join(value["team_ids"])
    return "none" if value["count_incidents"] and field["mapped_by"] != "none" else None
