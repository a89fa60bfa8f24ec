"""The source against the vendor's contract: every list, the least record and the fullest one, into a real file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from pipelines.incident_io import columns
from pipelines.incident_io.endpoints import ENDPOINTS, Endpoint
from pipelines.incident_io.participants import PARTICIPATIONS
from pipelines.settings import Settings
from tests.pipelines.fake_api import KEY, FakeApi
from tests.pipelines.raw_rows import as_instant, expected_row, stored_rows
from tests.pipelines.test_incident_io_load import run
from tests.pipelines.vendor_contract import (
    CONTRACT_FILE,
    DOCUMENTS,
    LISTS,
    Shape,
    as_text,
    condense,
    contract,
    enum_values,
    properties,
    required_keys,
)
from tests.pipelines.vendor_records import ODD_TEXTS, full_records, minimal_record

CONTRACT = contract()
# Columns that are not in the vendor's record because the request implies them.
IMPLIED = {
    "follow_ups": {"incident_mode"},
    "actions": {"incident_mode"},
    "incident_participants": {"id", "incident_id", "participation"},
}
# Properties of the vendor's records that are deliberately left to `extra_fields`, and why.
UNDECLARED: dict[str, dict[str, str]] = {}
COLUMN_TYPES = {"date-time": "timestamp", "integer": "bigint", "number": "double", "boolean": "bool"}
each_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)


def shape_of(table: str) -> dict[str, Shape]:
    return properties(CONTRACT[table]["record"])


def test_the_committed_facts_are_those_of_the_vendors_document() -> None:
    for document in DOCUMENTS:
        found = as_text(condense(json.loads(document.read_text(encoding="utf-8"))))
        assert found == CONTRACT_FILE.read_text(encoding="utf-8"), "python -m tests.pipelines.vendor_contract"


def test_the_facts_cover_every_list_that_is_read() -> None:
    assert {endpoint.name for endpoint in ENDPOINTS} <= LISTS.keys()


@each_endpoint
def test_an_endpoint_asks_as_the_contract_says(endpoint: Endpoint) -> None:
    facts = CONTRACT[endpoint.name]
    assert endpoint.path == facts["path"]
    assert not facts["is_deprecated"]
    assert facts["scopes"] in ([endpoint.scope], [])
    assert (endpoint.page_size is not None) == facts["is_paginated"]
    assert (endpoint.page_size or 0) <= (facts["largest_page"] or 0)
    assert (sorted(PARTICIPATIONS) if endpoint.unfold else []) == facts["lists"]


@each_endpoint
def test_every_column_is_in_the_vendors_record_with_a_fitting_type(endpoint: Endpoint) -> None:
    shape = shape_of(endpoint.name)
    implied = IMPLIED.get(endpoint.name, set())
    assert endpoint.columns.keys() - implied <= shape.keys()
    assert {name: column_type(shape[name]) for name in endpoint.columns.keys() - implied} == {
        name: data_type for name, data_type in endpoint.columns.items() if name not in implied
    }


@each_endpoint
def test_every_property_of_the_vendors_record_is_a_column_or_left_out_for_a_reason(endpoint: Endpoint) -> None:
    undeclared = shape_of(endpoint.name).keys() - endpoint.columns.keys()
    assert undeclared == UNDECLARED.get(endpoint.name, {}).keys()


@pytest.mark.parametrize("table", LISTS)
def test_json_columns_know_whether_they_hold_a_list(table: str) -> None:
    shapes = {name: shape for name, shape in shape_of(table).items() if isinstance(shape, dict | list)}
    assert {name for name, shape in shapes.items() if isinstance(shape, list)} == shapes.keys() & columns.LISTS


def column_type(shape: Shape) -> str:
    if isinstance(shape, dict | list):
        return "json"
    return "text" if enum_values(shape) else COLUMN_TYPES.get(shape, shape)


@pytest.fixture(scope="module")
def served() -> dict[str, list[dict[str, Any]]]:
    return served_records()


def served_records() -> dict[str, list[dict[str, Any]]]:
    """Per table one minimal record and the full ones, with the parents that children need to be asked for."""
    rows = {
        table: [*full_records(facts["record"]), minimal_record(facts["record"], 0)]
        for table, facts in CONTRACT.items()
    }
    rows["custom_fields"].append({**rows["custom_fields"][-1], "id": "parent", "field_type": "multi_select"})
    rows["catalog_types"].append({**rows["catalog_types"][-1], "id": "parent", "is_team_type": True})
    for child, column in (("custom_field_options", "custom_field_id"), ("catalog_entries", "catalog_type_id")):
        rows[child] = [{**row, column: "parent"} for row in rows[child]]
    some_incident = rows["incidents"][0]["id"]
    rows["incident_attachments"] = [{**row, "incident_id": some_incident} for row in rows["incident_attachments"]]
    # As they are stored, see `as_answered`.
    rows["incident_participants"] = [
        {
            "id": f"{some_incident}:{row['id']}",
            "incident_id": some_incident,
            "participation": ("active", "passive")[number % 2],
            "participant_type": row["participant_type"],
            "user": {**row["user"], "id": row["id"]},
        }
        for number, row in enumerate(rows["incident_participants"])
    ]
    # Oldest first, as asked for.
    rows["incidents"].sort(key=lambda row: as_instant(row["created_at"]))
    return rows


def as_answered(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Served records as the API has them: some columns are implied by the request or by the form of the answer."""
    if table in ("follow_ups", "actions"):
        return [{**row, "_mode": "standard"} for row in rows]
    if table != "incident_participants":
        return rows
    return [
        {
            "_incident_id": row["incident_id"],
            "_list": row["participation"],
            **{name: value for name, value in row.items() if name not in IMPLIED[table]},
        }
        for row in rows
    ]


@pytest.fixture(scope="module")
def loaded(
    served: dict[str, list[dict[str, Any]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Any]]:
    """The warehouse after one run over the served records, and the run's report."""
    home = tmp_path_factory.mktemp("contract")
    with FakeApi() as api:
        api.most_per_page = 7
        for table, rows in served.items():
            api.rows[table] = as_answered(table, rows)
        settings = Settings(
            home=home / "home",
            seeds=home,
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
            api_url=api.url,
            api_key=KEY,
            attachment_days=36_500,
            participant_days=36_500,
        )
        report = run(settings)
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection, report


def test_a_run_over_every_shape_loads_every_record_without_a_warning(
    loaded: tuple[duckdb.DuckDBPyConnection, Any], served: dict[str, list[dict[str, Any]]]
) -> None:
    report = loaded[1]
    assert report.warnings == []
    assert report.rows == {endpoint.name: len(served[endpoint.name]) for endpoint in ENDPOINTS}


@each_endpoint
def test_values_survive_the_way_into_the_warehouse(
    endpoint: Endpoint,
    loaded: tuple[duckdb.DuckDBPyConnection, Any],
    served: dict[str, list[dict[str, Any]]],
) -> None:
    implied = IMPLIED.get(endpoint.name, set())
    records = sorted(served[endpoint.name], key=lambda row: row["id"])
    for found, record in zip(stored_rows(loaded[0], endpoint), records, strict=True):
        for name, value in expected_row(endpoint.columns, record).items():
            assert (name in implied and name not in record) or found[name] == value, f"{name} of {record['id']}"


@each_endpoint
def test_what_is_always_sent_is_never_null(
    endpoint: Endpoint, loaded: tuple[duckdb.DuckDBPyConnection, Any]
) -> None:
    always = sorted(required_keys(CONTRACT[endpoint.name]["record"]) & endpoint.columns.keys())
    nulls = loaded[0].execute(
        f"select {', '.join(f'count(*) - count({name})' for name in always)} from raw_incident_io.{endpoint.name}"
    )
    assert dict(zip(always, nulls.fetchone() or (), strict=True)) == dict.fromkeys(always, 0)


def test_full_records_hold_every_enumerated_value_and_every_odd_text() -> None:
    for table, facts in CONTRACT.items():
        text = json.dumps(full_records(facts["record"]))
        for shape in shapes_within(facts["record"]):
            assert all(json.dumps(value) in text for value in enum_values(shape)), table
    assert all(json.dumps(odd) in json.dumps(full_records(CONTRACT["incidents"]["record"])) for odd in ODD_TEXTS)


def shapes_within(shape: Shape) -> Iterator[Shape]:
    yield shape
    for inner in shape.values() if isinstance(shape, dict) else shape if isinstance(shape, list) else ():
        yield from shapes_within(inner)
