"""A long history is loaded window by window, and goes on at the window it was in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.incident_io import backfill
from pipelines.incident_io.errors import ApiUnreachableError
from pipelines.settings import Settings
from tests.pipelines.fake_api import KEY, Answer, FakeApi
from tests.pipelines.test_incident_io_load import everything, incident, populate, query, run

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


def days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    monkeypatch.setattr(backfill, "ROWS_PER_WINDOW", 4)
    monkeypatch.setattr(backfill, "LONGEST_SINGLE_READ", 8)
    with FakeApi() as api:
        populate(api)
        api.rows["incidents"] = [
            incident(number, created_at=days_ago(60 * (12 - number)), updated_at=days_ago(60 * (12 - number) - 1))
            for number in range(12)
        ]
        yield api


@pytest.fixture
def settings(tmp_path: Path, api: FakeApi) -> Settings:
    return Settings(home=tmp_path / "home", seeds=tmp_path, as_of=AS_OF, api_url=api.url, api_key=KEY)


def created(api: FakeApi) -> list[dict[str, str]]:
    """The creation filters of the list requests in order, without repeats and without the sizing request."""
    filters: list[dict[str, str]] = []
    for params in api.params("/v2/incidents"):
        found = {name[11:-1]: values[0] for name, values in params.items() if name.startswith("created_at[")}
        if params["page_size"] != ["1"] and "updated_at[gte]" not in params and found not in filters:
            filters.append(found)
    return filters


def test_a_long_history_is_read_in_closed_windows_and_ends_with_an_open_one(
    api: FakeApi, settings: Settings
) -> None:
    report = run(settings)
    asked = created(api)
    assert [list(window) for window in asked] == [["lte"], ["date_range"], ["date_range"], ["gte"]]
    edges = [
        asked[0]["lte"],
        *asked[1]["date_range"].split("~"),
        *asked[2]["date_range"].split("~"),
        asked[3]["gte"],
    ]
    days = [date.fromisoformat(edge) for edge in edges]
    # Each window begins the day after the one before it ended; the last closed one ended everywhere on earth.
    assert [days[1] - days[0], days[3] - days[2], days[5] - days[4]] == [timedelta(days=1)] * 3
    assert days[4] == datetime.now(UTC).date() - timedelta(days=2)
    assert report.rows["incidents"] == 12
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(12,)]
    api.requests.clear()
    run(settings)
    assert created(api) == []


def test_a_start_bounds_the_first_window(api: FakeApi, settings: Settings) -> None:
    start = date.fromisoformat(days_ago(700)[:10])
    run(replace(settings, start=start))
    assert created(api)[0]["date_range"].startswith(f"{start}~")
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(11,)]


def test_an_interrupted_backfill_goes_on_at_its_window_and_ends_like_an_undisturbed_one(
    api: FakeApi, settings: Settings, tmp_path: Path
) -> None:
    undisturbed = replace(settings, home=tmp_path / "undisturbed")

    def fail_in_the_second_window(path: str, params: dict[str, list[str]]) -> None:
        if path == "/v2/incidents" and "created_at[date_range]" in params:
            api.always[path] = Answer(500)

    api.before_answer = fail_in_the_second_window
    with pytest.raises(ApiUnreachableError):
        run(settings)
    loaded: list[Any] = query(settings, "select id from raw_incident_io.incidents")
    assert 0 < len(loaded) < 12
    api.before_answer = None
    api.always.clear()
    # What the finished window holds changes while nobody reads.
    api.rows["incidents"][0] |= {"name": "changed", "updated_at": datetime.now(UTC).isoformat()}
    api.requests.clear()
    run(settings)
    assert all("lte" not in window for window in created(api))
    run(undisturbed)
    assert everything(settings) == everything(undisturbed)


def test_a_small_account_is_read_in_one_go(api: FakeApi, settings: Settings) -> None:
    api.rows["incidents"] = api.rows["incidents"][:8]
    run(settings)
    assert created(api) == [{}]


def test_the_run_after_a_backfill_asks_from_the_last_change_seen_whatever_the_local_clock_says(
    api: FakeApi, settings: Settings
) -> None:
    changed = days_ago(50)
    api.rows["incidents"][2]["updated_at"] = changed
    api.rows["incidents"] = [row for row in api.rows["incidents"] if row["updated_at"] <= changed]
    run(settings)
    api.requests.clear()
    run(settings)
    since = {params["updated_at[gte]"][0] for params in api.params("/v2/incidents")}
    assert since == {(date.fromisoformat(changed[:10]) - timedelta(days=1)).isoformat()}
