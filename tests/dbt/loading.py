"""Puts an account into a DuckDB database the way dlt and `dbt seed` would: same schemas, tables and types."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from tests.dbt.account import RAW_TABLES, SEED_TABLES, SEED_TYPES, Account, Row, as_json
from tests.dbt.compiled_project import WAREHOUSE

RAW_SCHEMA = "raw_incident_io"
LOAD_ID = "1700000000.0"
SALT = "the salt of the tests"
SQL_TYPES = {
    "text": "varchar",
    "bigint": "bigint",
    "double": "double",
    "bool": "boolean",
    "timestamp": "timestamptz",
    "json": "json",
}


def open_warehouse(path: str) -> duckdb.DuckDBPyConnection:
    """A connection to a warehouse file, or to a new one in memory, as the compiled project wants it."""
    connection = duckdb.connect()
    connection.execute(f"attach '{path}' as {WAREHOUSE}")
    connection.execute(f"use {WAREHOUSE}")
    connection.execute("set timezone = 'UTC'")
    connection.execute("set threads = 1")
    connection.execute(f"set variable pii_salt = '{SALT}'")
    return connection


def new_warehouse(path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """An empty warehouse with the raw and seed tables in it, in memory or in a new file."""
    connection = open_warehouse(path)
    for schema in (RAW_SCHEMA, "seeds"):
        connection.execute(f"create schema {schema}")
    for table, columns in RAW_TABLES.items():
        listed = {**columns, "extra_fields": "json", "deleted_at": "timestamp", "_dlt_load_id": "text"}
        spec = ", ".join(f"{name} {SQL_TYPES[kind]}" for name, kind in listed.items())
        connection.execute(f"create table {RAW_SCHEMA}.{table} ({spec})")
    connection.execute(
        f"create table {RAW_SCHEMA}._dlt_loads"
        " (load_id varchar, schema_name varchar, status bigint, inserted_at timestamptz,"
        " schema_version_hash varchar)"
    )
    for table, names in SEED_TABLES.items():
        spec = ", ".join(f"{name} {SEED_TYPES.get(name, 'varchar')}" for name in (*names, "seed_line"))
        connection.execute(f"create table seeds.{table} ({spec})")
    return connection


def load_account(connection: duckdb.DuckDBPyConnection, account: Account) -> None:
    """Replace the contents of all raw and seed tables with the account's."""
    for table, columns in RAW_TABLES.items():
        kinds = {**columns, "deleted_at": "timestamp"}
        rows = [{**row, "_dlt_load_id": LOAD_ID} for row in account.table(table)]
        _replace(connection, f"{RAW_SCHEMA}.{table}", rows, {name: _to_text(kind) for name, kind in kinds.items()})
    load = {"load_id": LOAD_ID, "schema_name": "incident_io", "status": 0, "inserted_at": account.as_of}
    _replace(connection, f"{RAW_SCHEMA}._dlt_loads", [load], {"inserted_at": _instant, "status": str})
    for table in SEED_TABLES:
        numbered = [{**row, "seed_line": line} for line, row in enumerate(account.seed(table), start=2)]
        _replace(connection, f"seeds.{table}", numbered, dict.fromkeys(SEED_TYPES, str))


def _replace(connection: duckdb.DuckDBPyConnection, table: str, rows: list[Row], to_text: dict[str, Any]) -> None:
    """Everything travels as text and is cast by DuckDB, because a column may hold nothing but NULLs."""
    connection.execute(f"delete from {table}")
    if not rows:
        return
    names = sorted({name for row in rows for name in row})
    arrays = {}
    for name in names:
        convert = to_text.get(name, str)
        values = [row.get(name) for row in rows]
        arrays[name] = pa.array([None if value is None else convert(value) for value in values], pa.string())
    incoming = pa.table(arrays)
    connection.register("incoming", incoming)
    connection.execute(f"insert into {table} by name select * from incoming")
    connection.unregister("incoming")


def _to_text(kind: str) -> Any:
    return {"json": as_json, "timestamp": _instant}.get(kind, str)


def _instant(value: datetime) -> str:
    return value.isoformat()
