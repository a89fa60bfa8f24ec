"""Lists that only grow: later runs read their end, in whatever order the API lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from tests.pipelines.fake_api import KEY, FakeApi
from tests.pipelines.test_incident_io_load import incident, query, run

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
COUNT = 95
Row = dict[str, Any]


def update(number: int) -> Row:
    stamp = (FIRST + timedelta(hours=number)).isoformat()
    return {"id": f"U{number:04d}", "incident_id": f"I{number % 7:05d}", "created_at": stamp}


def link(number: int) -> Row:
    return {"id": f"L{number:04d}", "incident": {"id": f"I{number % 7:05d}"}, "alert": {"id": "A1"}}


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        api.most_per_page = 10
        api.rows["incidents"] = [incident(number) for number in range(7)]
        api.rows["incident_updates"] = [update(number) for number in range(COUNT)]
        api.rows["incident_alerts"] = [link(number) for number in range(COUNT)]
        yield api


@pytest.fixture
def settings(tmp_path: Path, api: FakeApi) -> Settings:
    return Settings(home=tmp_path / "home", seeds=tmp_path, as_of=AS_OF, api_url=api.url, api_key=KEY)


PATHS = {"incident_updates": "/v2/incident_updates", "incident_alerts": "/v2/incident_alerts"}
BUILDERS: dict[str, Callable[[int], Row]] = {"incident_updates": update, "incident_alerts": link}
each_list = pytest.mark.parametrize("table", sorted(PATHS))


def stored(settings: Settings, table: str) -> list[str]:
    return [row[0] for row in query(settings, f"select id from raw_incident_io.{table} order by id")]


@each_list
@pytest.mark.parametrize("newest_first", [False, True])
def test_later_runs_read_the_end_of_the_list_and_a_page_before_it(
    api: FakeApi, settings: Settings, table: str, newest_first: bool
) -> None:
    rows = api.rows[table]
    if newest_first:
        rows.reverse()
    run(settings)
    assert len(stored(settings, table)) == COUNT
    for number in range(COUNT, COUNT + 23):
        rows.insert(0 if newest_first else len(rows), BUILDERS[table](number))
    api.requests.clear()
    run(settings)
    assert len(stored(settings, table)) == COUNT + 23
    asked = api.params(PATHS[table])
    assert len(asked) in (3, 4)
    assert all("incident_id" not in params for params in asked)
    api.requests.clear()
    run(settings)
    assert len(api.params(PATHS[table])) <= 2


@each_list
def test_a_row_that_was_committed_behind_a_younger_one_is_found(
    api: FakeApi, settings: Settings, table: str
) -> None:
    late = api.rows[table].pop(COUNT - 3)
    run(settings)
    api.rows[table].insert(COUNT - 3, late)
    run(settings)
    assert late["id"] in stored(settings, table)


@each_list
def test_a_list_whose_known_end_is_gone_is_read_in_full(api: FakeApi, settings: Settings, table: str) -> None:
    run(settings)
    api.rows[table] = [*api.rows[table][: COUNT - 1], BUILDERS[table](COUNT + 5)]
    api.rows[table].insert(2, BUILDERS[table](COUNT + 9))
    run(settings)
    assert {f"{api.rows[table][0]['id'][0]}{COUNT + 9:04d}", api.rows[table][-1]["id"]} <= set(
        stored(settings, table)
    )


@each_list
def test_a_sweep_reads_the_whole_list(api: FakeApi, settings: Settings, table: str) -> None:
    run(settings)
    api.rows[table].insert(2, BUILDERS[table](COUNT + 9))
    run(settings)
    assert len(stored(settings, table)) == COUNT
    run(replace(settings, as_of=AS_OF + timedelta(days=7)))
    assert len(stored(settings, table)) == COUNT + 1


def test_how_often_sweeps_are_due_is_a_setting(api: FakeApi, settings: Settings) -> None:
    daily = replace(settings, sweep_days=1)
    run(daily)
    api.rows["incident_updates"].insert(2, update(COUNT + 9))
    run(replace(daily, as_of=AS_OF + timedelta(days=1)))
    assert len(stored(settings, "incident_updates")) == COUNT + 1


def test_what_comes_in_while_a_long_list_is_read_newest_first_is_read_too(
    api: FakeApi, settings: Settings
) -> None:
    rows = api.rows["incident_updates"]
    rows.reverse()
    seen = 0

    def add_one(path: str, params: dict[str, list[str]]) -> None:
        nonlocal seen
        seen += path == "/v2/incident_updates"
        if seen == 4 and len(rows) == COUNT:
            rows.insert(0, update(COUNT))

    api.before_answer = add_one
    run(settings)
    assert f"U{COUNT:04d}" in stored(settings, "incident_updates")
