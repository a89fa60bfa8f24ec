"""What staging picks out of the records around an incident, against those records as the API served them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb
import pytest

from apps.demo_api.account import compile_account
from apps.demo_api.company import REFERENCE_END, build_account
from tests.dbt.account import RAW_TABLES, Account, Row
from tests.dbt.building import built
from tests.dbt.conftest import Compile

SPELLED = {"active": "live", "post-incident": "learning"}
TABLES = (
    *("actions", "incident_attachments", "incident_participants", "alerts", "incident_alerts", "escalations"),
    "schedules",
)
WITHOUT_TIMES = ("incident_attachments", "incident_participants", "incident_alerts")


@pytest.fixture(scope="module")
def served() -> dict[str, list[Row]]:
    tables = compile_account(build_account(incidents=300, until=REFERENCE_END)).tables
    rows = {name: [tables[name].load(position) for position in range(len(tables[name]))] for name in TABLES}
    rows["incident_participants"] = [
        {
            **entry,
            "id": f"{answer['id']}:{entry['user']['id']}",
            "incident_id": answer["id"],
            "participation": held,
        }
        for answer in rows["incident_participants"]
        for held in ("active", "passive")
        for entry in answer[held]
    ]
    return rows


@pytest.fixture(scope="module")
def warehouse(served: dict[str, list[Row]], compile_project: Compile) -> Any:
    raw = {name: [_as_loaded(name, row) for row in rows] for name, rows in served.items()}
    with built(compile_project({}), Account(raw=raw, as_of=REFERENCE_END)) as connection:
        yield connection


def _as_loaded(table: str, record: Row) -> Row:
    kinds = RAW_TABLES[table]
    assert record.keys() <= kinds.keys()
    return {
        name: datetime.fromisoformat(value) if kinds[name] == "timestamp" else value
        for name, value in record.items()
    }


def _instant(record: Row, name: str) -> datetime | None:
    return datetime.fromisoformat(record[name]) if name in record else None


def _action(record: Row) -> Row:
    assignee = record.get("assignee", {})
    return {
        "incident_id": record["incident_id"],
        "assignee_person_id": assignee.get("id"),
        "assignee_name": assignee.get("name"),
        "assignee_email": assignee.get("email"),
        "creator_person_id": record["creator"].get("user", {}).get("id"),
        "action_description": record["description"],
        "status": record["status"],
        "completed_at": _instant(record, "completed_at"),
    }


def _attachment(record: Row) -> Row:
    texts = {name: value or None for name, value in record["resource"].items()}
    return {"incident_id": record["incident_id"], **texts}


def _participant(record: Row) -> Row:
    return {
        "incident_id": record["incident_id"],
        "person_id": record["user"]["id"],
        "participation": record["participation"],
        "participant_type": record["participant_type"],
        "person_name": record["user"]["name"],
        "email": record["user"].get("email"),
    }


def _alert(record: Row) -> Row:
    return {
        "alert_source_id": record["alert_source_id"],
        "alert_group_ids": record["alert_group_ids"],
        "deduplication_key": record["deduplication_key"],
        "alert_title": record["title"],
        "alert_description": record.get("description"),
        "status": record["status"],
        "source_url": record.get("source_url"),
        "attributes": record["attributes"],
        "tags": record["tags"],
        "resolved_at": _instant(record, "resolved_at"),
    }


def _link(record: Row) -> Row:
    category = record["incident"]["status_category"]
    return {
        "incident_id": record["incident"]["id"],
        "alert_id": record["alert"]["id"],
        "alert_route_id": record.get("alert_route_id"),
        "incident_status_category": SPELLED.get(category, category),
        "alert_status": record["alert"]["status"],
    }


def _escalation(record: Row) -> Row:
    creator = record["creator"]
    return {
        "escalation_path_id": record["escalation_path_id"],
        "creator_person_id": creator.get("user", {}).get("id"),
        "creator_alert_id": creator.get("alert", {}).get("id"),
        "creator_workflow_id": creator.get("workflow", {}).get("id"),
        "escalation_title": record["title"],
        "status": record["status"],
        "priority_name": record["priority"]["name"],
        "events": record["events"],
        "related_incidents": record["related_incidents"],
        "related_alerts": record["related_alerts"],
    }


def _schedule(record: Row) -> Row:
    return {
        "team_ids": record["team_ids"],
        "schedule_name": record["name"],
        "timezone": record["timezone"],
        "permalink": record["permalink"],
        "holiday_country_codes": record.get("holidays_public_config", {}).get("country_codes"),
        "annotations": record["annotations"],
        "config": record["config"],
        "current_shifts": record["current_shifts"],
    }


EXPECTED: dict[str, tuple[str, Callable[[Row], Row]]] = {
    "actions": ("action_id", _action),
    "incident_attachments": ("incident_attachment_id", _attachment),
    "incident_participants": ("incident_participant_id", _participant),
    "alerts": ("alert_id", _alert),
    "incident_alerts": ("incident_alert_id", _link),
    "escalations": ("escalation_id", _escalation),
    "schedules": ("schedule_id", _schedule),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_field_that_staging_picks_is_the_one_that_was_served(
    warehouse: duckdb.DuckDBPyConnection, served: dict[str, list[Row]], table: str
) -> None:
    key, expected = EXPECTED[table]
    relation = warehouse.sql(f"select * from staging.stg_incident_io__{table}")
    nested = {name for name, kind in zip(relation.columns, relation.types, strict=True) if str(kind) == "JSON"}
    staged = {}
    for values in relation.fetchall():
        row = dict(zip(relation.columns, values, strict=True))
        staged[row[key]] = {name: json.loads(value) if name in nested else value for name, value in row.items()}
    assert staged.keys() == {record["id"] for record in served[table]}
    for record in served[table]:
        wanted = expected(record)
        if table not in WITHOUT_TIMES:
            wanted |= {name: _instant(record, name) for name in ("created_at", "updated_at")}
        found = staged[record["id"]]
        assert {name: found[name] for name in wanted} == wanted
        assert found["deleted_at"] is None
