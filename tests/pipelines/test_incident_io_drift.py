"""What the API may change without asking: new values are loaded, changed types stop the table they are in."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.incident_io.columns import LISTS
from pipelines.incident_io.endpoints import BY_NAME, ENDPOINTS
from pipelines.incident_io.errors import RejectedTablesError
from pipelines.settings import Settings
from tests.pipelines.fake_api import ENDPOINTS as TABLE_OF
from tests.pipelines.fake_api import KEY, Answer, FakeApi
from tests.pipelines.raw_rows import as_microseconds, stored_rows
from tests.pipelines.test_incident_io_contract import as_answered, served_records
from tests.pipelines.test_incident_io_load import run

LARGEST_ID = 2**64 - 1  # beyond it a number is no longer read exactly
OTHER_VALUES = (
    None,
    0,
    5,
    5.5,
    -1,
    LARGEST_ID,
    2**70,
    True,
    "",
    "text",
    "2024-01-02T03:04:05Z",
    [],
    {},
    [1],
    {"a": 1},
)
ABSENT = object()
# What is read of the children depends on what the parents say, so only one of the two drifts in one run.
PARENTS = ("custom_fields", "catalog_types", "incidents")
CHILDREN = ("custom_field_options", "catalog_entries", "incident_attachments")


@dataclass(frozen=True)
class Drift:
    """One value of one record of a table that the API sends otherwise than it is stored in it."""

    table: str
    record_id: str
    path: tuple[Any, ...]
    value: Any

    def applied(self, record: dict[str, Any]) -> dict[str, Any]:
        drifted = deepcopy(record)
        inner: Any = drifted
        for step in self.path[:-1]:
            inner = inner[step]
        if self.value is ABSENT:
            del inner[self.path[-1]]
        else:
            inner[self.path[-1]] = self.value
        return drifted

    @property
    def fits(self) -> bool:
        """Whether the column can take it; what is nested is taken as it is."""
        column = self.path[0]
        kind = BY_NAME[self.table].columns.get(column)
        if column == "id":
            return (isinstance(self.value, str) and self.value != "") or is_whole_id(self.value)
        if kind is None or len(self.path) > 1 or self.value in (None, ABSENT):
            return True
        return fits(kind, column, self.value)


def fits(kind: str, column: str, value: Any) -> bool:
    if kind == "text":
        return isinstance(value, str) or (is_whole_id(value) and column.endswith("_id"))
    if kind in ("bigint", "double"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return is_number and (kind == "double" or (float(value).is_integer() and abs(value) < 2**63))
    if kind == "timestamp":
        return isinstance(value, str) and (value == "" or value[:4].isdigit())
    if kind == "json":
        return isinstance(value, list if column in LISTS else dict)
    return isinstance(value, bool)


def is_whole_id(value: Any) -> bool:
    return type(value) is int and value <= LARGEST_ID


class DriftingApi(FakeApi):
    """Answers with some values drifted, `drifts` by table; the filters see the records as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.drifts: dict[str, Drift] = {}

    def answer(self, path: str, params: dict[str, list[str]], authorization: str | None) -> Answer:
        answer = super().answer(path, params, authorization)
        drift = self.drifts.get(TABLE_OF.get(path, ""))
        if answer.status != 200 or drift is None:
            return answer
        body = json.loads(answer.body)
        body[drift.table] = [
            drift.applied(record) if record["id"] == drift.record_id else record for record in body[drift.table]
        ]
        return Answer(200, body)


@dataclass
class Stage:
    """A home with everything loaded, and the API it came from."""

    api: DriftingApi
    settings: Settings
    records: dict[str, list[dict[str, Any]]]
    loaded: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def stored(self) -> dict[str, list[dict[str, Any]]]:
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as connection:
            connection.execute("set timezone = 'UTC'")
            return {endpoint.name: stored_rows(connection, endpoint) for endpoint in ENDPOINTS}


@pytest.fixture(scope="module")
def first_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everything loaded once; the tests work on copies of the home."""
    folder = tmp_path_factory.mktemp("drift")
    with DriftingApi() as api:
        records = served_records()
        for table, rows in records.items():
            api.rows[table] = as_answered(table, rows)
        settings = Settings(
            home=folder / "home",
            seeds=folder,
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
            api_url=api.url,
            api_key=KEY,
            attachment_days=36_500,
        )
        stage = Stage(api, settings, records)
        run(settings)
        stage.loaded = stage.stored()
        yield stage


@pytest.fixture
def stage(first_stage: Stage, tmp_path: Path) -> Iterator[Stage]:
    copy = replace(first_stage, settings=replace(first_stage.settings, home=tmp_path / "home"))
    shutil.copytree(first_stage.settings.home, copy.settings.home)
    yield copy
    copy.api.drifts = {}


def draw(chance: random.Random, table: str, records: list[dict[str, Any]]) -> Drift:
    """A value somewhere in some record, top-level as often as not, becomes something else."""
    record = chance.choice(records)
    path: list[Any] = []
    value: Any = record
    while isinstance(value, dict | list) and value and (not path or chance.random() < 0.5):
        path.append(chance.choice(list(value)) if isinstance(value, dict) else chance.randrange(len(value)))
        value = value[path[-1]]
    others = [other for other in OTHER_VALUES if type(other) is not type(value)]
    if isinstance(path[-1], str):
        others.append(ABSENT)
    return Drift(table, record["id"], tuple(path), chance.choice(others))


def check(stage: Stage, seed: int) -> None:
    """Something drifts in every table at once: exactly those that do not fit are left as they were."""
    chance = random.Random(seed)
    still = CHILDREN if seed % 2 else PARENTS
    stage.api.drifts = {
        endpoint.name: draw(chance, endpoint.name, stage.records[endpoint.name])
        for endpoint in ENDPOINTS
        if endpoint.name not in still and endpoint.unfold is None  # not a list: test_incident_io_participants.py
    }
    unfit = {table for table, drift in stage.api.drifts.items() if not drift.fits}
    told = ""
    try:
        run(stage.settings, full_refresh=True)
    except RejectedTablesError as error:
        told = str(error)
    reasons = {reason.split(".")[0]: reason for reason in told.splitlines()}
    assert reasons.keys() == unfit, [stage.api.drifts[table] for table in unfit ^ reasons.keys()]
    for table, reason in reasons.items():
        drift = stage.api.drifts[table]
        assert reason.startswith(f"{table}.{drift.path[0]}: the API sent "), drift
        assert drift.record_id in reason or drift.path[0] == "id", drift
    after = stage.stored()
    for table, drift in stage.api.drifts.items():
        before = stage.loaded[table]
        if table in unfit:
            assert after[table] == before, f"{table} changed though {drift}"
            continue
        if drift.path[0] != "id":
            assert [row["id"] for row in after[table]] == [row["id"] for row in before], drift
            (row,) = [row for row in after[table] if row["id"] == drift.record_id]
            (sent,) = [record for record in stage.records[table] if record["id"] == drift.record_id]
            assert_stored(row, drift.applied(sent), drift)


def assert_stored(row: dict[str, Any], sent: dict[str, Any], drift: Drift) -> None:
    column = str(drift.path[0])
    kind = BY_NAME[drift.table].columns.get(column)
    value = sent.get(column)
    if kind == "timestamp":
        value = as_microseconds(value) if value else None
    if kind == "text" and type(value) is int:
        value = str(value)
    if column in row:
        assert row[column] == (pytest.approx(value) if kind == "double" else value), drift


def test_options_of_a_field_type_nobody_knew_of_are_read(stage: Stage) -> None:
    field_id = stage.records["custom_fields"][-1]["id"]
    stage.api.drifts["custom_fields"] = Drift("custom_fields", field_id, ("field_type",), "ranked_select")
    report = run(stage.settings)
    assert report.rows["custom_field_options"] == len(stage.records["custom_field_options"])
    assert report.unknown_values == {"custom_fields.field_type": ["ranked_select"]}
    assert len([warning for warning in report.warnings if "ranked_select" in warning]) == 1


@pytest.mark.parametrize("seed", range(6))
def test_a_value_that_changed_its_type_stops_its_table_and_no_other(stage: Stage, seed: int) -> None:
    check(stage, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1000, 1150))
def test_a_value_that_changed_its_type_stops_its_table_and_no_other_long(stage: Stage, seed: int) -> None:
    check(stage, seed)
