"""Rows of the API to columns of a raw table: pure functions, no I/O.

Built column by column with Arrow, because giving the loading library one dict per row costs ten to forty times
more. Nested values are written back as JSON text, so a JSON column holds exactly what the API sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pyarrow as pa

from pipelines.incident_io.columns import LISTS, Columns
from pipelines.incident_io.errors import UnexpectedDataError, json_kind
from pipelines.incident_io.identifiers import Row
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
    """One record batch in :func:`arrow_schema` order, of rows that have a text id.

    `constants` are values the API leaves out and the request implies. An absent key and a null are NULL, a key
    that is not declared goes to `extra_fields`. Raises :class:`UnexpectedDataError` for a value that does not fit
    its column.
    """
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
    kind = data_type if data_type != "json" else "list" if name in LISTS else "object"
    expected, accepted = _EXPECTED[kind]
    if not accepted.issuperset(map(type, values)):
        row = next(row for row in rows if type(row.get(name)) not in accepted)
        raise _unexpected(table, name, expected, row, json_kind(row[name]))
    build = _BUILDERS[data_type]
    try:
        return build(values)
    except _UNFIT:
        row = next(row for row in rows if not _fits(build, row.get(name)))
        # Only instants and numbers get here, so the value gives nothing away that is private.
        raise _unexpected(table, name, expected, row, repr(row[name])[:LONGEST_VALUE_SHOWN]) from None


def _unexpected(table: str, name: str, expected: str, row: Row, sent: str) -> UnexpectedDataError:
    return UnexpectedDataError(
        f"{table}.{name}: the API sent {sent} where {expected} is expected (record {row['id']})."
    )


def _fits(build: Callable[[list[Any]], pa.Array], value: Any) -> bool:
    try:
        build([value])
    except _UNFIT:
        return False
    return True


def _json_array(values: list[Any]) -> pa.Array:
    dumps = orjson.dumps
    texts = pa.array([None if value is None else dumps(value) for value in values], pa.string())
    return pa.ExtensionArray.from_storage(JSON, texts)


def _whole_numbers(values: list[Any]) -> pa.Array:
    """Arrow would cut 5.5 to 5 without a word."""
    if any(type(value) is float and not value.is_integer() for value in values):
        raise ValueError("a fraction where a whole number is declared")
    return pa.array(values, pa.int64())


def _numbers(values: list[Any]) -> pa.Array:
    """Arrow refuses whole numbers that a double cannot hold exactly; here nearly is enough."""
    return pa.array([None if value is None else float(value) for value in values], pa.float64())


def _extras(rows: list[Row], declared: frozenset[str]) -> list[Row | None]:
    return [
        None if row.keys() <= declared else {key: value for key, value in row.items() if key not in declared}
        for row in rows
    ]


LONGEST_VALUE_SHOWN = 40
_UNFIT = (pa.ArrowInvalid, pa.ArrowTypeError, ValueError, OverflowError)
_BUILDERS: dict[str, Callable[[list[Any]], pa.Array]] = {
    "text": lambda values: pa.array(values, pa.string()),
    "bigint": _whole_numbers,
    "double": _numbers,
    "bool": lambda values: pa.array(values, pa.bool_()),
    "timestamp": parse_timestamps,
    "json": _json_array,
}
# Per kind of column: what is expected in words, and the types it may arrive as. A bool is no number.
_EXPECTED: dict[str, tuple[str, frozenset[type]]] = {
    "text": ("a text", frozenset({str, type(None)})),
    "bigint": ("a whole number", frozenset({int, float, type(None)})),
    "double": ("a number", frozenset({int, float, type(None)})),
    "bool": ("true or false", frozenset({bool, type(None)})),
    "timestamp": ("an instant with a time zone", frozenset({str, type(None)})),
    "list": ("a list", frozenset({list, type(None)})),
    "object": ("an object", frozenset({dict, type(None)})),
}
