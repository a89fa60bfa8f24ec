"""The run log: one row per run, kept by the run and published with the marts."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.publish import publish
from pipelines.run_log import RunRecord, installed_versions, record_run
from pipelines.settings import Settings
from pipelines.warehouse import read_only

START = datetime(2026, 1, 31, 9, tzinfo=UTC)


def run_named(run_id: str, status: str = "succeeded") -> RunRecord:
    return RunRecord(
        run_id=run_id,
        started_at=START,
        finished_at=START + timedelta(minutes=1),
        as_of=START,
        status=status,
        rows_per_resource={"incidents": 3},
        missing_scopes={"users": "users.view"},
        checks={"passed": 10, "warned": 1, "failed": 0},
        versions=installed_versions(),
        warnings=["Zoë's value maps to no team"],
    )


def test_a_run_is_one_row_even_when_it_is_recorded_twice(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    record_run(warehouse, run_named("one"))
    record_run(warehouse, run_named("two", "failed"))
    record_run(warehouse, run_named("two"))
    with read_only(warehouse) as connection:
        rows = connection.execute("select run_id, status from marts.run_log order by run_id").fetchall()
    assert rows == [("one", "succeeded"), ("two", "succeeded")]


def test_every_value_comes_back_as_it_was_given(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    record_run(warehouse, run_named("one"))
    with read_only(warehouse) as connection:
        (row,) = connection.execute(
            "select epoch(started_at), epoch(finished_at), rows_per_resource, missing_scopes, checks,"
            " versions ->> 'duckdb', warnings from marts.run_log"
        ).fetchall()
    assert row[:2] == (START.timestamp(), START.timestamp() + 60)
    assert [json.loads(value) for value in (*row[2:5], row[6])] == [
        {"incidents": 3},
        {"users": "users.view"},
        {"failed": 0, "passed": 10, "warned": 1},
        ["Zoë's value maps to no team"],
    ]
    assert row[5] == duckdb.__version__


def test_the_log_is_described_and_published_with_the_marts(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, seeds=tmp_path, as_of=START)
    record_run(settings.warehouse, run_named("one"))
    assert publish(settings, "one").tables == {"run_log": 1}
    with read_only(settings.marts) as connection:
        comments = connection.execute(
            "select column_name, comment from duckdb_columns() where schema_name = 'marts'"
        )
        assert all(comment for _, comment in comments.fetchall())
        assert connection.execute("select comment from duckdb_tables()").fetchone() == (
            "One row per run: when, for which instant, with which result. Written by the run, not by a model.",
        )
