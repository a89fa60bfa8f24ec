"""`marts.run_log`: one row per run, written by the run itself.

dbt does not own the table, so a full refresh of the models keeps it; publishing copies it with the other marts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

PACKAGES = ("incident-marts", "duckdb", "dlt", "dbt-core", "dbt-duckdb", "dagster")

COLUMNS = {
    "run_id": ("varchar primary key", "Id of the run; a run that records itself twice has one row."),
    "started_at": ("timestamptz not null", "When the run began (UTC)."),
    "finished_at": ("timestamptz", "When its work before publishing ended (UTC)."),
    "as_of": ("timestamptz not null", "The instant the marts were computed for (UTC)."),
    "status": ("varchar not null", "succeeded or failed."),
    "rows_per_resource": ("json not null", "Object of raw table to its rows after loading."),
    "missing_scopes": ("json not null", "Object of raw table to the scope the key lacks."),
    "checks": ("json not null", "Object with the number of checks passed, warned and failed."),
    "versions": ("json not null", "Object of package to version."),
    "warnings": ("json not null", "Array of sentences: seeds that match nothing, schema surprises and the like."),
}
DESCRIPTION = "One row per run: when, for which instant, with which result. Written by the run, not by a model."


@dataclass(frozen=True)
class RunRecord:
    """What a run says about itself; instants are aware."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    as_of: datetime
    status: str
    rows_per_resource: Mapping[str, int] = field(default_factory=dict)
    missing_scopes: Mapping[str, str] = field(default_factory=dict)
    checks: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()


def installed_versions() -> dict[str, str]:
    """Versions of the packages that shape a run, by name; packages that are not installed are left out."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def record_run(warehouse: Path, run: RunRecord) -> None:
    """Write the row of `run`, replacing the one it wrote before. The caller holds the run lock."""
    values: list[Any] = [
        run.run_id,
        run.started_at,
        run.finished_at,
        run.as_of,
        run.status,
        *(
            json.dumps(value, sort_keys=True, ensure_ascii=False)
            for value in (
                dict(run.rows_per_resource),
                dict(run.missing_scopes),
                dict(run.checks),
                dict(run.versions),
                list(run.warnings),
            )
        ),
    ]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("begin")
        _create_table(connection)
        marks = ", ".join("?" for _ in COLUMNS)
        connection.execute(f"insert or replace into marts.run_log ({', '.join(COLUMNS)}) values ({marks})", values)
        connection.execute("commit")


def _create_table(connection: duckdb.DuckDBPyConnection) -> None:
    exists = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'run_log'"
    ).fetchone()
    if exists:
        return
    columns = ", ".join(f"{name} {data_type}" for name, (data_type, _) in COLUMNS.items())
    connection.execute("create schema if not exists marts")
    connection.execute(f"create table marts.run_log ({columns})")
    connection.execute(f"comment on table marts.run_log is '{DESCRIPTION}'")
    for name, (_, description) in COLUMNS.items():
        connection.execute(f"comment on column marts.run_log.{name} is '{description}'")
