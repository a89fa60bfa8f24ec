"""Rows of the API to columns of a raw table: pure functions, no I/O.

Built column by column with Arrow, because giving the loading library one dict per row costs ten to forty times
more. Nested values are written back as JSON text, so a JSON column holds exactly what the API sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pyarrow as pa

from pipelines.incident_io.columns import Columns
from pipelines.incident_io.errors import UnexpectedDataError
from pipelines.incident_io.pages import Row
from pipelines.incident_io.timestamps import UTC_MICROSECONDS, parse_timestamps

JSON = pa.json_(pa.string())
LOAD_ID, EXTRA_FIELDS, DELETED_AT = "_dlt_load_id", "extra_fields", "deleted_at"
ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "timestamp": UTC_MICROSECONDS,
    "json": JSON,
}


def all_columns(declared: Columns) -> Columns:
    """The declared columns plus the three every raw table has."""
    return {**declared, EXTRA_FIELDS: "json", DELETED_AT: "timestamp", LOAD_ID: "text"}


def arrow_schema(declared: Columns) -> pa.Schema:
    """The Arrow schema of a raw table. Names, order and nullability are dlt's own, or it rewrites every file."""
    return pa.schema(
        [
            pa.field(name, ARROW_TYPES[data_type], nullable=name != "id")
            for name, data_type in all_columns(declared).items()
        ]
    )


def to_batch(table: str, rows: list[Row], declared: Columns, constants: Row, load_id: str) -> pa.RecordBatch:
    """One record batch in :func:`arrow_schema` order.

    `constants` are values the API leaves out and the request implies. An absent key is NULL, a key that is not
    declared goes to `extra_fields`. Raises :class:`UnexpectedDataError` for a row without an id or a value that
    does not fit its column.
    """
    if any(not isinstance(row, dict) or not isinstance(row.get("id"), str) for row in rows):
        raise UnexpectedDataError(f"{table}: the API sent an entry without a text id; nothing was loaded")
    arrays = [
        pa.repeat(pa.scalar(constants[name], ARROW_TYPES[data_type]), len(rows))
        if name in constants
        else _column(table, name, data_type, rows)
        for name, data_type in declared.items()
    ]
    arrays += [
        _json_array(_extras(rows, frozenset(declared))),
        pa.nulls(len(rows), UTC_MICROSECONDS),
        pa.repeat(pa.scalar(load_id, pa.string()), len(rows)),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(declared))


def _column(table: str, name: str, data_type: str, rows: list[Row]) -> pa.Array:
    values = [row.get(name) for row in rows]
    build = _BUILDERS[data_type]
    try:
        return build(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError):
        row = next(row for row in rows if not _fits(build, row.get(name)))
        raise UnexpectedDataError(
            f"{table}.{name}: the API sent a {type(row[name]).__name__} where {data_type} is declared "
            f"(id {row['id']}). Nothing was loaded. The API has changed or this is a defect: please report it "
            "with this message."
        ) from None


def _fits(build: Callable[[list[Any]], pa.Array], value: Any) -> bool:
    try:
        build([value])
    except (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, TypeError):
        return False
    return True


def _json_array(values: list[Any]) -> pa.Array:
    dumps = orjson.dumps
    texts = pa.array([None if value is None else dumps(value) for value in values], pa.string())
    return pa.ExtensionArray.from_storage(JSON, texts)


def _extras(rows: list[Row], declared: frozenset[str]) -> list[Row | None]:
    return [
        None if row.keys() <= declared else {key: value for key, value in row.items() if key not in declared}
        for row in rows
    ]


_BUILDERS: dict[str, Callable[[list[Any]], pa.Array]] = {
    "text": lambda values: pa.array(values, pa.string()),
    "bigint": lambda values: pa.array(values, pa.int64()),
    "double": lambda values: pa.array(values, pa.float64()),
    "bool": lambda values: pa.array(values, pa.bool_()),
    "timestamp": parse_timestamps,
    "json": _json_array,
}
