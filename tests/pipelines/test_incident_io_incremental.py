"""Second and later runs: what is asked for, what is found to be gone, and when the cursors move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.incident_io.client import Client
from pipelines.incident_io.errors import ApiUnreachableError
from pipelines.incident_io.pipeline import open_run
from pipelines.incident_io.reads import Reads, last_reads
from pipelines.settings import Settings
from tests.pipelines.fake_api import KEY, Answer, FakeApi, error
from tests.pipelines.test_incident_io_load import incident, populate, query, run

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        yield api


@pytest.fixture
def settings(tmp_path: Path, api: FakeApi) -> Settings:
    return Settings(home=tmp_path / "home", seeds=tmp_path, as_of=AS_OF, api_url=api.url, api_key=KEY)


def a_week_later(settings: Settings, weeks: int = 1) -> Settings:
    return replace(settings, as_of=AS_OF + timedelta(days=7 * weeks))


def asked(api: FakeApi, path: str, name: str) -> list[str | None]:
    return [params.get(name, [None])[0] for params in api.params(path)]


def deleted(settings: Settings, table: str = "incidents") -> list[tuple[Any, ...]]:
    return query(
        settings, f"select id, deleted_at from raw_incident_io.{table} where deleted_at is not null order by id"
    )


def follow_up(number: int, **more: Any) -> dict[str, Any]:
    stamp = f"2024-01-02T03:{number % 60:02d}:00Z"
    return {"id": f"F{number:04d}", "title": "x", "_mode": "standard", "updated_at": stamp, **more}


def update(number: int, incident_id: str) -> dict[str, Any]:
    return {"id": f"U{number:04d}", "incident_id": incident_id, "created_at": "2024-01-02T03:04:05Z"}


def test_later_runs_ask_for_what_changed_since_the_day_before_the_last_change(
    api: FakeApi, settings: Settings
) -> None:
    populate(api)
    api.rows["incidents"].append(incident(8, updated_at="2024-05-06T00:10:00Z"))
    run(settings)
    assert set(asked(api, "/v2/incidents", "updated_at[gte]")) == {None}
    api.requests.clear()
    api.rows["incidents"][0] |= {"name": "renamed", "updated_at": "2024-05-06T09:00:00Z"}
    report = run(settings)
    assert asked(api, "/v2/incidents", "updated_at[gte]") == ["2024-05-05"] * 2
    assert report.rows["incidents"] == 2
    assert query(settings, "select name from raw_incident_io.incidents where id = 'I00000'") == [("renamed",)]


def test_follow_ups_are_asked_for_by_mode_with_an_overlap_of_minutes(api: FakeApi, settings: Settings) -> None:
    api.rows["follow_ups"] = [follow_up(1), follow_up(30), follow_up(40, _mode="test")]
    run(settings)
    api.requests.clear()
    run(settings)
    since = dict(
        zip(
            asked(api, "/v3/follow_ups", "incident_mode"),
            asked(api, "/v3/follow_ups", "updated_at[gte]"),
            strict=True,
        )
    )
    assert since == {
        "standard": "2024-01-02T03:15:00.000000Z",
        "retrospective": None,
        "test": "2024-01-02T03:25:00.000000Z",
        "tutorial": None,
        "stream": None,
    }


def test_a_cursor_never_passes_the_moment_the_reading_began(api: FakeApi, settings: Settings) -> None:
    api.rows["incidents"] = [incident(1, updated_at="2999-01-01T00:00:00Z")]
    before = datetime.now(UTC)
    run(settings)
    api.requests.clear()
    run(settings)
    since = date.fromisoformat(asked(api, "/v2/incidents", "updated_at[gte]")[0] or "")
    assert since == (before - timedelta(days=1)).date()


def test_only_the_histories_of_incidents_that_changed_are_read_again(api: FakeApi, settings: Settings) -> None:
    """Where the order of the list is unclear there is no tail to read."""
    populate(api)
    api.rows["incident_updates"] = [update(number * 7 % 600, f"I{number % 7:05d}") for number in range(600)]
    run(settings)
    assert asked(api, "/v2/incident_updates", "incident_id") == [None] * 3
    api.requests.clear()
    api.rows["incidents"][3]["updated_at"] = "2024-02-02T00:00:00Z"
    api.rows["incident_updates"] += [update(601, "I00003"), update(602, "I00004")]
    run(settings)
    assert asked(api, "/v2/incident_updates", "incident_id") == ["I00003"]
    found = query(settings, "select id from raw_incident_io.incident_updates where id > 'U0599'")
    assert found == [("U0601",)]


def test_the_whole_history_is_read_when_that_takes_fewer_requests(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    api.requests.clear()
    for row in api.rows["incidents"]:
        row["updated_at"] = "2024-02-02T00:00:00Z"
    run(settings)
    assert asked(api, "/v2/incident_updates", "incident_id") == [None]


def test_histories_missed_while_only_incidents_were_read_are_read_by_the_next_run(
    api: FakeApi, settings: Settings
) -> None:
    populate(api)
    api.rows["incident_updates"] = [update(number, f"I{number % 7:05d}") for number in range(600)]
    run(settings)
    api.rows["incidents"][3]["updated_at"] = "2024-02-02T00:00:00Z"
    api.rows["incident_updates"].append(update(601, "I00003"))
    run(settings, tables=["incidents"])
    run(settings)
    assert query(settings, "select count(*) from raw_incident_io.incident_updates") == [(601,)]


def test_cursors_do_not_move_when_the_run_fails(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    api.rows["incidents"].append(incident(9, updated_at="2025-05-05T00:00:00Z"))
    api.always["/v2/users"] = Answer(500)
    with pytest.raises(ApiUnreachableError):
        run(settings)
    api.always.clear()
    api.requests.clear()
    run(settings)
    assert set(asked(api, "/v2/incidents", "updated_at[gte]")) == {"2024-01-01"}
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(8,)]


def test_cursors_do_not_move_when_the_load_stops_half_way(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    api.rows["incidents"].append(incident(9, updated_at="2025-05-05T00:00:00Z"))
    api.rows["incident_updates"].append(update(2, "I00009"))
    with open_run(settings, Client(settings.api_url, KEY)) as interrupted:
        interrupted.pipeline.extract(interrupted.source)
        interrupted.pipeline.normalize()
    # The worst moment: the incidents have been merged, their history and the state have not.
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "insert into raw_incident_io.incidents by name select * replace ('I00009' as id, "
            "timestamptz '2025-05-05 00:00:00+00' as updated_at, cast(epoch(now()) as varchar) as _dlt_load_id) "
            "from raw_incident_io.incidents where id = 'I00001'"
        )
    api.requests.clear()
    run(settings)
    assert set(asked(api, "/v2/incidents", "updated_at[gte]")) == {"2024-01-01"}
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(8,)]
    assert query(settings, "select count(*) from raw_incident_io.incident_updates") == [(2,)]


def test_state_is_found_in_the_warehouse_when_the_working_folder_is_lost(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    for path in sorted(settings.dlt_dir.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    api.requests.clear()
    run(settings)
    assert set(asked(api, "/v2/incidents", "updated_at[gte]")) == {"2024-01-01"}


def test_an_earlier_start_reads_the_history_again_and_a_later_one_does_not(
    api: FakeApi, settings: Settings
) -> None:
    api.rows["incidents"] = [incident(n, created_at=f"2024-0{n}-15T00:00:00Z") for n in range(1, 7)]
    run(replace(settings, start=date(2024, 4, 1)))
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(3,)]
    run(replace(settings, start=date(2024, 2, 1)))
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(5,)]
    api.requests.clear()
    run(replace(settings, start=date(2024, 3, 1)))
    assert None not in asked(api, "/v2/incidents", "updated_at[gte]")
    run(settings)
    assert query(settings, "select count(*), count(deleted_at) from raw_incident_io.incidents") == [(6, 0)]


def test_a_sweep_is_due_after_a_week_and_finds_what_was_deleted(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    gone = api.rows["incidents"].pop(2)
    api.rows["follow_ups"].pop(1)
    run(settings)
    assert deleted(settings) == deleted(settings, "follow_ups") == []
    later = a_week_later(settings)
    before = query(later, "select * exclude (deleted_at, _dlt_load_id) from raw_incident_io.incidents order by id")
    report = run(later)
    assert deleted(later) == [(gone["id"], later.as_of)]
    assert deleted(later, "follow_ups") == [("f2", later.as_of)]
    assert (report.deleted, report.rows["incidents"]) == ({"incidents": 1, "follow_ups": 1}, 6)
    after = query(later, "select * exclude (deleted_at, _dlt_load_id) from raw_incident_io.incidents order by id")
    assert after == before
    # The next sweep leaves the moment as it was.
    run(a_week_later(settings, 2))
    assert deleted(later) == [(gone["id"], later.as_of)]


def test_what_comes_back_is_not_deleted_any_more(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    gone = api.rows["incidents"].pop()
    run(a_week_later(settings))
    assert deleted(settings)
    api.rows["incidents"].append(gone)
    run(a_week_later(settings, 2))
    assert deleted(settings) == []


def test_definitions_that_are_gone_are_found_by_every_run(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    for name in ("users", "teams", "severities", "catalog_entries"):
        api.rows[name].pop(0)
    api.rows["custom_fields"].pop(0)
    run(settings)
    tables = ("users", "teams", "severities", "catalog_entries", "custom_fields", "custom_field_options")
    gone = {table: deleted(settings, table)[0][0] for table in tables}
    assert gone == {
        "users": "p1",
        "teams": "t1",
        "severities": "severities1",
        "catalog_entries": "e0",
        "custom_fields": "cf1",
        "custom_field_options": "o1",
    }


def test_entries_of_a_type_that_is_not_needed_any_more_are_not_deleted(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    api.rows["custom_fields"] = [field for field in api.rows["custom_fields"] if field["id"] != "cf2"]
    run(settings)
    assert deleted(settings, "catalog_entries") == []
    api.rows["catalog_types"] = [entry for entry in api.rows["catalog_types"] if entry["id"] != "ct1"]
    run(settings)
    assert {row[0] for row in deleted(settings, "catalog_entries")} == {"e1", "e5"}


def test_follow_ups_of_a_mode_that_is_refused_are_not_deleted(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    api.always["/v3/follow_ups"] = error(422, "invalid_value")
    run(a_week_later(settings))
    assert deleted(settings, "follow_ups") == []


def test_a_table_the_key_may_no_longer_read_is_not_swept(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    for path in ("/v2/incidents", "/v2/users", "/v3/catalog_types"):
        api.always[path] = error(403, "missing_required_scope", scope="x")
    run(a_week_later(settings))
    for table in ("incidents", "users", "catalog_types", "catalog_entries"):
        assert deleted(settings, table) == []


def test_a_list_that_shrinks_at_once_is_refused_until_forced(api: FakeApi, settings: Settings) -> None:
    api.rows["incidents"] = [incident(number) for number in range(100)]
    run(settings)
    api.rows["incidents"] = api.rows["incidents"][:70]
    later = a_week_later(settings)
    report = run(later)
    assert deleted(later) == []
    assert [sentence for sentence in report.warnings if "30 of 100" in sentence and "--full-refresh" in sentence]
    # It is looked at again by the next run, not a week later.
    api.requests.clear()
    assert run(later).warnings == report.warnings
    assert set(asked(api, "/v2/incidents", "updated_at[gte]")) == {None}
    assert run(later, full_refresh=True).warnings == []
    assert len(deleted(later)) == 30


def test_a_small_list_may_lose_most_of_its_rows(api: FakeApi, settings: Settings) -> None:
    api.rows["users"] = [{"id": f"p{number:02d}"} for number in range(20)]
    run(settings, tables=["users"])
    api.rows["users"] = api.rows["users"][:1]
    run(settings, tables=["users"])
    assert len(deleted(settings, "users")) == 19


def test_the_warehouse_tells_when_incidents_were_read_and_swept(api: FakeApi, settings: Settings) -> None:
    populate(api)
    assert last_reads(settings.warehouse) == Reads()
    before = datetime.now(UTC)
    run(settings)
    first = last_reads(settings.warehouse)
    assert first.swept_at == AS_OF
    assert first.read_at is not None
    assert before <= first.read_at <= datetime.now(UTC)
    run(replace(settings, as_of=AS_OF + timedelta(days=1)))
    second = last_reads(settings.warehouse)
    assert second.swept_at == AS_OF
    assert second.read_at is not None
    assert second.read_at > first.read_at


def test_a_refused_sweep_is_none_and_an_accepted_one_before_it_counts(api: FakeApi, settings: Settings) -> None:
    populate(api)
    api.rows["incidents"] = [incident(number) for number in range(30)]
    run(settings)
    api.rows["incidents"] = api.rows["incidents"][:5]
    later = a_week_later(settings)
    assert any("too many to believe" in warning for warning in run(later).warnings)
    assert last_reads(settings.warehouse).swept_at == AS_OF
    run(later, full_refresh=True)
    assert last_reads(settings.warehouse).swept_at == later.as_of


def test_incidents_that_may_not_be_read_are_as_old_as_before(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    before = last_reads(settings.warehouse)
    api.always["/v2/incidents"] = error(403, "missing_required_scope", scope="incidents.view")
    run(a_week_later(settings))
    assert last_reads(settings.warehouse) == before


def test_rows_before_the_start_are_not_deleted_by_a_sweep(api: FakeApi, settings: Settings) -> None:
    api.rows["incidents"] = [incident(n, created_at=f"2024-0{n}-15T00:00:00Z") for n in range(1, 7)]
    run(settings)
    api.rows["incidents"].pop()
    run(replace(a_week_later(settings), start=date(2024, 4, 1)))
    assert [row[0] for row in deleted(settings)] == ["I00006"]


def test_records_that_change_and_appear_between_two_pages_end_up_in_their_last_form(
    api: FakeApi, settings: Settings
) -> None:
    api.most_per_page = 2
    api.rows["incidents"] = [incident(number) for number in range(10)]
    api.rows["follow_ups"] = [follow_up(number) for number in range(10)]
    seen: set[str] = set()

    def change(path: str, params: dict[str, list[str]]) -> None:
        now = datetime.now(UTC).isoformat()
        if path == "/v2/incidents" and params.get("after") == ["I00005"] and path not in seen:
            seen.add(path)
            # One already read changes, and one not yet read moves to a page already read.
            api.rows["incidents"][0] |= {"name": "changed", "updated_at": now}
            moved = api.rows["incidents"].pop()
            api.rows["incidents"].insert(0, moved | {"updated_at": now})
        if path == "/v3/follow_ups" and params.get("after") == ["F0005"] and path not in seen:
            seen.add(path)
            api.rows["follow_ups"][1] |= {"title": "changed", "updated_at": now}

    api.before_answer = change
    run(settings)
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(10,)]
    assert query(settings, "select name from raw_incident_io.incidents where id = 'I00000'") == [("changed",)]
    assert query(settings, "select title from raw_incident_io.follow_ups where id = 'F0001'") == [("changed",)]


def test_a_record_that_moves_to_a_page_already_read_is_not_taken_for_deleted(
    api: FakeApi, settings: Settings
) -> None:
    api.most_per_page = 2
    api.rows["teams"] = [{"id": f"t{number}", "name": f"team {number}"} for number in range(6)]
    run(settings)

    def rename(path: str, params: dict[str, list[str]]) -> None:
        if path == "/v3/teams" and params.get("after") == ["t1"] and api.rows["teams"][-1]["id"] == "t5":
            api.rows["teams"].insert(0, api.rows["teams"].pop() | {"name": "a team"})

    api.before_answer = rename
    run(settings)
    assert deleted(settings, "teams") == []
    assert query(settings, "select name from raw_incident_io.teams where id = 't5'") == [("a team",)]
