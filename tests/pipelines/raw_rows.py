"""Raw tables as plain Python values, read from the warehouse and worked out from the records that were served.

The second does not use the source's own code, so it can say what the first should be. Instants are microseconds
since 1970 and nested values are parsed, because text and Python's instants are not written in one way only.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from pipelines.incident_io.columns import Columns
from pipelines.incident_io.endpoints import Endpoint

Row = dict[str, Any]


def stored_rows(connection: duckdb.DuckDBPyConnection, endpoint: Endpoint) -> list[Row]:
    """The rows of a raw table in the order of their ids: declared columns, `extra_fields` and `deleted_at`."""
    kinds = {**endpoint.columns, "extra_fields": "json", "deleted_at": "timestamp"}
    cursor = connection.execute(
        f"select {', '.join(map(_selected, kinds.items()))} from raw_incident_io.{endpoint.name} order by id"
    )
    return [
        {
            name: json.loads(value) if kind == "json" and value is not None else value
            for (name, kind), value in zip(kinds.items(), values, strict=True)
        }
        for values in cursor.fetchall()
    ]


def expected_row(declared: Columns, record: Row) -> Row:
    """What a served record should be stored as, not deleted."""
    row: Row = dict.fromkeys(declared)
    extra = {name: value for name, value in record.items() if name not in declared}
    for name, data_type in declared.items():
        value = record.get(name)
        row[name] = as_microseconds(value) if data_type == "timestamp" and value is not None else value
    return {**row, "extra_fields": extra or None, "deleted_at": None}


def as_microseconds(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 instant; further digits are cut."""
    return (as_instant(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def as_instant(text: str) -> datetime:
    """An RFC 3339 instant of any precision."""
    head, _, rest = text.replace("Z", "+00:00").partition(".")
    if not rest:
        return datetime.fromisoformat(head).astimezone(UTC)
    digits, offset = rest[:-6], rest[-6:]
    moment = datetime.fromisoformat(head + offset).astimezone(UTC)
    return moment + timedelta(microseconds=int(f"{digits[:6]:0<6}"))


def _selected(column: tuple[str, str]) -> str:
    name, kind = column
    return {"json": f"cast({name} as varchar)", "timestamp": f"epoch_us({name})"}.get(kind, name)
