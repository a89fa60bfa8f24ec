"""Rows to columns, instants, and files without duplicates: no network, no warehouse."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.incident_io.endpoints import ENDPOINTS
from pipelines.incident_io.errors import UnexpectedDataError
from pipelines.incident_io.identifiers import with_text_ids
from pipelines.incident_io.rows import arrow_schema, to_batch
from pipelines.incident_io.spool import Spool
from pipelines.incident_io.timestamps import parse_timestamps

COLUMNS = {
    "id": "text",
    "name": "text",
    "rank": "bigint",
    "minutes": "double",
    "is_on": "bool",
    "things": "json",
    "labels": "json",
    "updated_at": "timestamp",
}


def rows_of(*rows: dict) -> list[dict]:
    return to_batch("things", list(rows), COLUMNS, {}, "load").to_pylist()


def test_absent_and_null_keys_are_null_and_the_column_is_there() -> None:
    (row,) = rows_of({"id": "a", "name": None})
    assert row == {
        "id": "a",
        "name": None,
        "rank": None,
        "minutes": None,
        "is_on": None,
        "things": None,
        "labels": None,
        "updated_at": None,
        "extra_fields": None,
        "deleted_at": None,
        "_dlt_load_id": "load",
    }


def test_nested_values_keep_exactly_what_the_api_sent() -> None:
    value = {"b": [1, 2.5, None, True, 'ü\u2028"\\'], "a": {}, "é": "日本"}
    (row,) = rows_of({"id": "a", "things": value})
    assert json.loads(row["things"]) == value
    assert list(json.loads(row["things"])) == ["b", "a", "é"]


def test_empty_lists_and_objects_stay_apart_from_absent_ones() -> None:
    rows = rows_of({"id": "a", "things": {}}, {"id": "b", "labels": []}, {"id": "c", "things": None})
    assert [(row["things"], row["labels"]) for row in rows] == [("{}", None), (None, "[]"), (None, None)]


def test_undeclared_keys_are_kept_in_extra_fields() -> None:
    first, second = rows_of({"id": "a", "new": {"x": 1}, "newer": 2}, {"id": "b"})
    assert json.loads(first["extra_fields"]) == {"new": {"x": 1}, "newer": 2}
    assert second["extra_fields"] is None


def test_constants_fill_columns_the_api_leaves_out() -> None:
    batch = to_batch("things", [{"id": "a"}, {"id": "b"}], COLUMNS, {"name": "test"}, "load")
    assert batch.column("name").to_pylist() == ["test", "test"]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("name", 5, "a number where a text"),
        ("name", {"a": 1}, "an object where a text"),
        ("rank", "1", "a text where a whole number"),
        ("rank", True, "true or false where a whole number"),
        # Arrow would have cut it to 5.
        ("rank", 5.5, "5.5 where a whole number"),
        ("rank", 2**70, "1180591620717411303424 where a whole number"),
        ("minutes", "2.5", "a text where a number"),
        ("minutes", True, "true or false where a number"),
        ("is_on", "yes", "a text where true or false"),
        ("is_on", 1, "a number where true or false"),
        ("things", "live", "a text where an object"),
        ("things", [], "a list where an object"),
        ("labels", {}, "an object where a list"),
        ("updated_at", 17, "a number where an instant"),
        ("updated_at", "yesterday", "'yesterday' where an instant"),
        ("updated_at", "2024-05-01T10:00:00", "'2024-05-01T10:00:00' where an instant"),
        ("updated_at", "9999-12-31T23:59:59-02:00", "'9999-12-31T23:59:59-02:00' where an instant"),
    ],
)
def test_a_value_of_another_type_is_refused_with_table_column_what_was_sent_and_the_record(
    column: str, value: object, said: str
) -> None:
    with pytest.raises(UnexpectedDataError) as caught:
        rows_of({"id": "good"}, {"id": "bad", column: value})
    assert str(caught.value).startswith(f"things.{column}: the API sent {said}")
    assert "(record bad)" in str(caught.value)


def test_the_text_of_a_refused_value_is_not_shown() -> None:
    with pytest.raises(UnexpectedDataError) as caught:
        rows_of({"id": "bad", "name": ["of a private incident"]})
    assert "private" not in str(caught.value)


def test_numbers_keep_their_value_however_they_are_written() -> None:
    first, second = rows_of(
        {"id": "a", "rank": 5.0, "minutes": 7}, {"id": "b", "rank": 2**53 + 1, "minutes": 2**60 + 1}
    )
    assert [first["rank"], first["minutes"], second["rank"]] == [5, 7.0, 2**53 + 1]
    assert second["minutes"] == pytest.approx(2**60)


@pytest.mark.parametrize(
    "row", [{}, {"id": None}, {"id": 5.5}, {"id": True}, {"id": ""}, {"id": {}}, "text", None]
)
def test_an_entry_without_an_id_is_refused_with_its_place(row: object) -> None:
    with pytest.raises(UnexpectedDataError, match=r"^things.*entry 2 of a page"):
        with_text_ids("things", [{"id": "a"}, row], COLUMNS)


def test_ids_may_become_numbers_and_are_kept_as_their_digits() -> None:
    rows = [{"id": 17, "incident_id": 5, "rank": 3, "has_id": 1}, {"id": "01J", "incident_id": None}]
    columns = {"id": "text", "incident_id": "text", "rank": "bigint", "gone_id": "text"}
    assert with_text_ids("things", rows, columns) == [
        {"id": "17", "incident_id": "5", "rank": 3, "has_id": 1},
        {"id": "01J", "incident_id": None},
    ]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2021-08-17T13:28:57Z", datetime(2021, 8, 17, 13, 28, 57, tzinfo=UTC)),
        ("2021-08-17T13:28:22.72Z", datetime(2021, 8, 17, 13, 28, 22, 720000, tzinfo=UTC)),
        ("2021-08-17T13:28:57.801578Z", datetime(2021, 8, 17, 13, 28, 57, 801578, tzinfo=UTC)),
        ("2021-08-17T13:28:57.801578999Z", datetime(2021, 8, 17, 13, 28, 57, 801578, tzinfo=UTC)),
        ("2021-08-17T15:28:57.8+02:00", datetime(2021, 8, 17, 13, 28, 57, 800000, tzinfo=UTC)),
        ("2021-08-17T09:28:57-04:00", datetime(2021, 8, 17, 13, 28, 57, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_instants_are_read_with_any_precision_and_offset(text: str | None, instant: datetime | None) -> None:
    assert parse_timestamps([text]).to_pylist() == [instant]
    assert parse_timestamps([text, "2024-01-01T00:00:00.1Z", None]).to_pylist()[0] == instant


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_endpoint_makes_a_batch_of_its_own_schema(endpoint) -> None:
    batch = to_batch(endpoint.name, [{"id": "a"}], endpoint.columns, {}, "load")
    assert batch.schema.equals(arrow_schema(endpoint.columns))
    assert {"extra_fields", "deleted_at", "_dlt_load_id"} <= set(batch.schema.names)


def spooled(
    folder: Path, batches: list[list[dict]], columns: dict[str, str] | None = None, **sizes: int
) -> list[dict]:
    columns = columns or COLUMNS
    spool = Spool(folder, "things", arrow_schema(columns), **sizes)
    for rows in batches:
        spool.add(to_batch("things", rows, columns, {}, "load"))
    files = spool.finish()
    tables = [pq.read_table(file.path) for file in files]
    assert [len(table) for table in tables] == [file.count_rows for file in files]
    return pa.concat_tables(tables).to_pylist()


@pytest.mark.parametrize("sizes", [{}, {"row_group_bytes": 1}, {"row_group_bytes": 1, "file_bytes": 1}])
def test_of_rows_with_one_id_the_latest_stays_wherever_it_was_read(tmp_path: Path, sizes: dict[str, int]) -> None:
    old, new = "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"
    rows = spooled(
        tmp_path,
        [
            [{"id": "a", "name": "old", "updated_at": old}, {"id": "b", "name": "new", "updated_at": new}],
            [{"id": "c", "name": "only"}, {"id": "a", "name": "new", "updated_at": new}],
            [{"id": "b", "name": "old", "updated_at": old}, {"id": "a", "name": "newest", "updated_at": new}],
            [{"id": "d", "name": "dated", "updated_at": old}, {"id": "d", "name": "undated"}],
        ],
        **sizes,
    )
    assert {row["id"]: row["name"] for row in rows} == {"a": "newest", "b": "new", "c": "only", "d": "dated"}
    assert len(rows) == 4


def test_without_an_update_time_the_row_read_last_stays(tmp_path: Path) -> None:
    columns = {"id": "text", "name": "text"}
    rows = spooled(tmp_path, [[{"id": "a", "name": "1"}], [{"id": "a", "name": "2"}]], columns)
    assert [row["name"] for row in rows] == ["2"]


def test_a_table_without_rows_still_gets_its_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path, "things", arrow_schema(COLUMNS))
    (file,) = spool.finish()
    assert file.count_rows == 0
    assert pq.read_schema(file.path).names == list(arrow_schema(COLUMNS).names)
