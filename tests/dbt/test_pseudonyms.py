"""`pii_mode: hashed` over generated accounts with people everywhere: nobody is named, and every number stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import pytest

from pipelines.pseudonyms import pseudonym
from tests.dbt.account import Account, Row
from tests.dbt.building import built
from tests.dbt.comparison import rows_of
from tests.dbt.conftest import Compile
from tests.dbt.generator import generate_account
from tests.dbt.loading import SALT

SEEDS = (0, 3, 4, 7)
HASHED = {"pii_mode": "hashed", "person_rows_include_private": True}
# Columns that hold names of people or texts that can; all others are equal in both modes.
TEXTS = {
    "dim_people": {"name", "email"},
    "fct_incidents": {"name"},
    "fct_follow_ups": {"title", "external_issue_permalink"},
    "fct_incident_custom_fields": {"field_value", "is_masked"},
    "fct_attribution_evidence": {"source_value", "evidence_number"},
    "rpt_metrics_by_dimension": {"field_value"},
    "dim_custom_fields": {"count_values", "count_unmapped_values"},
    "dim_custom_field_values": {"field_value", "field_value_key"},
    "rpt_unmapped_values": {"field_value"},
    **{
        f"rpt_metrics_{name}": {"scope_name"}
        for name in ("weekly", "monthly", "quarterly", "by_severity", "trailing", "by_duration")
    },
}


def peopled(account: Account) -> Account:
    """The account with names that nothing else has, also in titles, custom fields and the catalog."""
    names = {user["id"]: f"Zorblax Quimby {number}" for number, user in enumerate(account.table("users"))}
    mails = {key: f"Zorblax.{key}@Quimby.example" for key in names}

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get("id") in names:
            return {**value, "name": names[value["id"]], "email": mails[value["id"]]}
        return {key: named(item) for key, item in value.items()}

    raw = {table: [named(row) for row in rows] for table, rows in account.raw.items()}
    told = list(names.values()) or ["Zorblax Quimby"]
    raw["incidents"] = [_told(row, told[number % len(told)]) for number, row in enumerate(raw["incidents"])]
    raw["follow_ups"] = [{**row, "title": f"Ask {told[0]}"} for row in raw["follow_ups"]]
    raw["custom_field_options"] = [
        {**row, "value": f" {told[0].upper()} " if number % 3 == 0 else row["value"]}
        for number, row in enumerate(raw["custom_field_options"])
    ]
    users = {"id": "01USERS", "name": "People", "type_name": "User", "is_team_type": False, "categories": []}
    raw["catalog_types"] = [*raw["catalog_types"], users]
    raw["catalog_entries"] = [*raw["catalog_entries"], _entry("01E1", "Zorblax Quimby the Elder")]
    field = {"id": "01CONTACT", "name": "Contact", "field_type": "single_select", "catalog_type_id": "01USERS"}
    raw["custom_fields"] = [*raw["custom_fields"], field]
    return replace(account, raw=raw)


def _entry(entry_id: str, name: str) -> Row:
    return {"id": entry_id, "catalog_type_id": "01USERS", "name": name, "aliases": [], "attribute_values": {}}


def _told(incident: Row, person: str) -> Row:
    note = {"id": "01NOTE", "name": "Note", "field_type": "text"}
    contact = {"id": "01CONTACT", "name": "Contact", "field_type": "single_select"}
    return {
        **incident,
        "name": f"{person} dropped a table",
        "custom_field_entries": [
            *incident["custom_field_entries"],
            {"custom_field": note, "values": [{"value_text": f"see {person}"}]},
            {
                "custom_field": contact,
                "values": [{"value_catalog_entry": {"id": "01E1", "name": "Zorblax Quimby the Elder"}}],
            },
        ],
    }


def marts_of(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Row]]:
    names = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
    return {name: rows_of(connection, name) for (name,) in names}


@pytest.fixture(scope="module", params=SEEDS)
def both(
    request: pytest.FixtureRequest, compile_project: Compile
) -> tuple[dict[str, list[Row]], dict[str, list[Row]]]:
    """The marts of one account, plain and hashed."""
    account = peopled(generate_account(request.param, "defaults"))
    plain_rules = {"person_rows_include_private": True}
    with (
        built(compile_project(plain_rules), account) as plain,
        built(compile_project(HASHED), account) as hashed,
    ):
        return marts_of(plain), marts_of(hashed)


def test_nobody_is_named_anywhere(both) -> None:
    plain, hashed = both
    assert "zorblax" in repr(plain).casefold()
    named = [
        name
        for name, rows in hashed.items()
        if "zorblax" in repr(rows).casefold() or "quimby" in repr(rows).casefold()
    ]
    assert named == []


def test_every_number_and_key_stays(both) -> None:
    plain, hashed = both
    assert plain.keys() == hashed.keys()
    for name in plain:
        assert _without_texts(name, plain[name]) == _without_texts(name, hashed[name]), name


def test_pseudonyms_are_those_of_the_salt_and_tell_people_apart(both) -> None:
    plain, hashed = both
    people = {row["person_id"]: row for row in hashed["dim_people"]}
    for row in plain["dim_people"]:
        assert people[row["person_id"]]["name"] == pseudonym(row["name"], SALT)
        assert people[row["person_id"]]["email"] == (pseudonym(row["email"], SALT) if row["email"] else None)
    assert len({row["name"] for row in people.values()}) == len({row["name"] for row in plain["dim_people"]})


def _without_texts(mart: str, rows: list[Row]) -> list[str]:
    hidden = TEXTS.get(mart, set())
    if mart == "dim_custom_field_values":  # free text is not listed at all
        rows = [row for row in rows if row["option_id"] or row["catalog_entry_id"]]
    return sorted(repr({name: value for name, value in row.items() if name not in hidden}) for row in rows)
