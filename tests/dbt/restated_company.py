"""A home in which one small company is built and published run after run, and the rows that change it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publish import publish
from pipelines.restatements import Restated, log_restatements
from pipelines.settings import Settings
from pipelines.warehouse import read_only
from tests.dbt.account import Account, Row
from tests.dbt.building import run_values
from tests.dbt.compiled_project import CompiledProject
from tests.dbt.conftest import Compile
from tests.dbt.loading import SALT, load_account, new_warehouse
from tests.dbt.small_accounts import at, incident, small_account, teams

AS_OF = "2026-11-10 12:00"
TEAM_TYPE = 'Custom["Team"]'
OWNER = {"id": "f-owner", "name": "Owner", "field_type": "single_select"}
SERVICE = {"id": "f-service", "name": "Service", "field_type": "single_select", "catalog_type_id": "services"}
SQUAD = {"id": "f-squad", "name": "Squad", "field_type": "single_select", "catalog_type_id": "teams"}


class Home:
    """A home whose marts are built from accounts and published, run after run."""

    def __init__(self, folder: Path, compile_project: Compile, runs: int = 0) -> None:
        self.settings = Settings(home=folder, seeds=folder, as_of=at(AS_OF))
        self._compile = compile_project
        self._number = runs

    def build(self, account: Account) -> None:
        compiled: CompiledProject = self._compile(account.variables)
        path = str(self.settings.warehouse)
        if self.settings.warehouse.exists():
            connection = duckdb.connect()
            connection.execute(f"attach '{path}' as warehouse")
            connection.execute("use warehouse")
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"set variable pii_salt = '{SALT}'")
        else:
            connection = new_warehouse(path)
        with connection:
            load_account(connection, account)
            compiled.run(connection, run_values(account), views_as_tables=True)

    def log(self, account: Account) -> Restated:
        self._number += 1
        return log_restatements(self.settings, f"run-{self._number}", account.as_of)

    def run(self, account: Account) -> list[Row]:
        """Builds, logs and publishes; returns what the run added to the log, from the published copy."""
        self.build(account)
        restated = self.log(account)
        publish(self.settings, f"run-{self._number}")
        found = [row for row in self.published() if row["run_id"] == f"run-{self._number}"]
        assert restated.total == len(found)
        assert [row["restatement_number"] for row in found] == list(range(1, len(found) + 1))
        return found

    def published(self) -> list[Row]:
        with read_only(self.settings.marts) as connection:
            cursor = connection.execute("select * from marts.rpt_restatements order by run_id, restatement_number")
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def entry(field: Row, **value: Row) -> Row:
    return {"custom_field": {key: field[key] for key in ("id", "name", "field_type")}, "values": [value]}


def owned(value: str) -> Row:
    return entry(OWNER, value_option={"id": f"o-{value}", "value": value})


def linked(service: str) -> Row:
    return entry(SERVICE, value_catalog_entry={"id": f"s-{service}", "name": service})


def squad(team: str) -> Row:
    return entry(SQUAD, value_catalog_entry={"id": f"t-{team}", "name": team})


def catalog_entry(kind: str, entry_id: str, name: str, **other: Any) -> Row:
    return {"id": entry_id, "catalog_type_id": kind, "name": name, "aliases": [], "attribute_values": {}, **other}


def catalog_type(kind: str, name: str, is_team_type: bool, attributes: list[Row]) -> Row:
    return {
        "id": kind,
        "name": name,
        "type_name": f'Custom["{name}"]',
        "is_team_type": is_team_type,
        "categories": ["team" if is_team_type else "service"],
        "use_name_as_identifier": False,
        "schema": {"version": 1, "attributes": attributes},
    }


def company(**changes: Any) -> Account:
    """Four incidents in September, each credited by another step, and one of the running month.

    INC-1 by Owner = Pay (payments), INC-2 by incident_owners.csv (search), INC-3 by the service API that payments
    owns, INC-4 by Squad = core (maps by itself), INC-5 by Owner = Pay, in the period that has not ended.
    """
    rows = [
        incident(1, "2026-09-07 10:00", "2026-09-07 12:00", custom_field_entries=[owned("Pay")]),
        incident(2, "2026-09-08 10:00", "2026-09-08 11:00"),
        incident(3, "2026-09-09 10:00", "2026-09-09 14:00", custom_field_entries=[linked("API")]),
        incident(4, "2026-09-10 10:00", "2026-09-10 18:00", custom_field_entries=[squad("core")]),
        incident(5, "2026-11-09 10:00", custom_field_entries=[owned("Pay")]),
    ]
    account = small_account(
        rows,
        AS_OF,
        seeds={
            "teams": teams("payments", "search", "platform"),
            "team_mapping": [mapping("Pay", "payments")],
            "incident_owners": [{"incident": "INC-2", "team_id": "search"}],
            "service_ownership": [ownership("API", "payments")],
        },
        coverage_start=date(2026, 7, 1),
    )
    owner = {"id": "owner", "name": "Owner", "type": TEAM_TYPE, "array": False, "mode": ""}
    account.raw.update(
        custom_fields=[OWNER, SERVICE, SQUAD],
        custom_field_options=[
            {"id": f"o-{value}", "custom_field_id": "f-owner", "value": value, "sort_key": 1}
            for value in ("Pay", "Find")
        ],
        catalog_types=[
            catalog_type("teams", "Team", True, []),
            catalog_type("services", "Service", False, [owner]),
        ],
        catalog_entries=[
            catalog_entry("teams", "t-core", "core"),
            catalog_entry("services", "s-API", "API"),
            catalog_entry(
                "services", "s-Mail", "Mail", attribute_values={"owner": {"value": {"literal": "t-core"}}}
            ),
        ],
    )
    return replace(account, **changes)


def mapping(value: str, team_id: str, field: str = "Owner", priority: int | None = None) -> Row:
    return {"custom_field": field, "field_value": value, "team_id": team_id, "field_priority": priority}


def ownership(service: str, team_id: str, start: date | None = None, end: date | None = None) -> Row:
    return {"service": service, "team_id": team_id, "valid_from": start, "valid_to": end}


def edited(account: Account, number: int, **changes: Any) -> Account:
    """The same account with one incident changed in incident.io, which moves its updated_at."""
    rows = [
        {**row, "updated_at": at("2026-11-10 09:00"), **changes} if row["id"] == f"01INC{number:03d}" else row
        for row in account.table("incidents")
    ]
    return account.with_rows("raw", "incidents", rows)


def resolved(row: Row, when: str) -> list[Row]:
    return [
        {**value, "value": {"value": at(when).isoformat()}}
        if value["incident_timestamp"]["name"] == "Resolved at"
        else value
        for value in row["incident_timestamp_values"]
    ]
