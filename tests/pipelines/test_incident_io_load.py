"""Whole extractions over HTTP into a DuckDB file: what lands, what is left out, what a failure leaves behind."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.incident_io.account import AccountMismatchError
from pipelines.incident_io.client import Client
from pipelines.incident_io.endpoints import ENDPOINTS, MODES, STATUS_CATEGORIES
from pipelines.incident_io.errors import (
    ApiUnreachableError,
    AuthenticationError,
    RejectedTablesError,
    RepeatedCursorError,
)
from pipelines.incident_io.pipeline import extract, open_run
from pipelines.incident_io.retries import RetryPolicy
from pipelines.incident_io.rows import all_columns
from pipelines.settings import Settings
from tests.pipelines.fake_api import KEY, TABLES, Answer, FakeApi, error

QUICK = RetryPolicy(attempts=3, first_wait=0.01, longest_wait=0.02)
TYPES = {
    "text": "VARCHAR",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "json": "JSON",
}


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        yield api


@pytest.fixture
def settings(tmp_path: Path, api: FakeApi) -> Settings:
    return Settings(
        home=tmp_path / "home",
        seeds=tmp_path,
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        api_url=api.url,
        api_key=KEY,
    )


def run(settings: Settings, **options: Any) -> Any:
    client = Client(settings.api_url, settings.api_key or "", retry=QUICK, timeout=(5, 2))
    return extract(settings, client=client, **options)


def query(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(sql).fetchall()


def everything(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every raw table, without the load id."""
    return {
        table: query(settings, f"select * exclude (_dlt_load_id) from raw_incident_io.{table} order by id")
        for table in TABLES
    }


def incident(number: int, category: str = "live", **more: Any) -> dict[str, Any]:
    return {
        "id": f"I{number:05d}",
        "reference": f"INC-{number}",
        "name": f"Störung {number} 障害",
        "incident_status": {"id": "st1", "category": category},
        "created_at": "2024-01-02T03:04:05.12Z",
        "updated_at": "2024-01-02T03:04:05Z",
        **more,
    }


def populate(api: FakeApi) -> None:
    api.rows["incidents"] = [incident(number) for number in range(7)]
    api.rows["incident_updates"] = [
        {
            "id": "u1",
            "incident_id": "I00001",
            "new_incident_status": {"category": "live"},
            "updater": {},
            "created_at": "2024-01-02T03:04:05.500Z",
        }
    ]
    api.rows["follow_ups"] = [
        {"id": "f1", "title": "x", "labels": [], "_mode": "standard"},
        {"id": "f2", "title": "y", "labels": ["a"], "_mode": "stream"},
    ]
    api.rows["custom_fields"] = [
        {"id": "cf1", "name": "Root Cause", "field_type": "single_select"},
        {"id": "cf2", "name": "Affected Teams", "field_type": "multi_select", "catalog_type_id": "ct1"},
        {"id": "cf3", "name": "Link", "field_type": "link"},
        {"id": "cf4", "name": "Zones", "field_type": "multi_select"},
    ]
    api.rows["custom_field_options"] = [
        {"id": "o1", "custom_field_id": "cf1", "value": "Größe", "sort_key": 10},
        {"id": "o2", "custom_field_id": "cf4", "value": "eu", "sort_key": 20},
    ]
    api.rows["catalog_types"] = [
        {"id": "ct0", "name": "Team", "is_team_type": True, "categories": []},
        {"id": "ct1", "name": "Area", "categories": ["customer"]},
        {"id": "ct2", "name": "Service", "categories": ["service"]},
        {"id": "ct3", "name": "GitHubRepository", "categories": ["issue-tracker"], "estimated_count": 90000},
    ]
    api.rows["catalog_entries"] = [
        {"id": f"e{n}", "catalog_type_id": f"ct{n % 4}", "name": str(n)} for n in range(8)
    ]
    api.rows["users"] = [{"id": "p1", "name": "Zoë"}, {"id": "p2", "name": "Gone", "is_active": False}]
    api.rows["teams"] = [{"id": "t1", "name": "Team", "catalog_entry": {"id": "e0"}, "members": []}]
    for name in ("severities", "incident_statuses", "incident_types", "incident_roles", "incident_timestamps"):
        api.rows[name] = [{"id": f"{name}1", "name": name}]


def test_an_account_with_nothing_in_it_makes_every_table_with_its_declared_columns(settings: Settings) -> None:
    report = run(settings)
    assert report.rows == dict.fromkeys(TABLES, 0)
    for endpoint in ENDPOINTS:
        described = query(settings, f"describe raw_incident_io.{endpoint.name}")
        declared = {name: TYPES[data_type] for name, data_type in all_columns(endpoint.columns).items()}
        assert {row[0]: row[1] for row in described} == declared


def test_a_second_run_changes_nothing_but_the_load_id(api: FakeApi, settings: Settings) -> None:
    populate(api)
    first = run(settings)
    before = everything(settings)
    loads = query(settings, "select distinct _dlt_load_id from raw_incident_io.incidents")
    second = run(settings)
    assert everything(settings) == before
    # The history of an incident that did not change is not asked for again.
    assert second.rows == {**first.rows, "incident_updates": 0}
    assert (first.warnings, second.warnings) == ([], [])
    assert query(settings, "select distinct _dlt_load_id from raw_incident_io.incidents") != loads
    joined = query(
        settings,
        "select count(*) from raw_incident_io.users join raw_incident_io._dlt_loads on "
        "_dlt_load_id = load_id and inserted_at is not null and status = 0",
    )
    assert joined == [(2,)]


def test_rows_arrive_as_sent_with_nested_values_as_json(api: FakeApi, settings: Settings) -> None:
    api.rows["incidents"] = [incident(1, custom_field_entries=[{"values": []}], brand_new=[1, {"é": None}])]
    run(settings)
    row = query(
        settings,
        "select name, incident_status, custom_field_entries, extra_fields, severity, created_at,"
        " updated_at, deleted_at from raw_incident_io.incidents",
    )[0]
    assert row[0] == "Störung 1 障害"
    assert [json.loads(text) for text in row[1:4]] == [
        {"id": "st1", "category": "live"},
        [{"values": []}],
        {"brand_new": [1, {"é": None}]},
    ]
    assert row[4] is None
    assert row[5].astimezone(UTC) == datetime(2024, 1, 2, 3, 4, 5, 120000, tzinfo=UTC)
    assert row[6].astimezone(UTC) == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert row[7] is None


def test_an_api_that_ignores_the_question_for_unknown_categories_raises_no_false_alarm(
    api: FakeApi, settings: Settings
) -> None:
    api.rows["incidents"] = [incident(1), incident(2, category="closed")]
    api.before_answer = lambda path, params: params.pop("status_category[not_in]", None)
    report = run(settings)
    assert report.warnings == []
    assert report.rows["incidents"] == 2


def test_all_modes_and_all_status_categories_are_read_known_or_not(api: FakeApi, settings: Settings) -> None:
    api.rows["incidents"] = [
        incident(number, category=category, mode=mode)
        for number, (category, mode) in enumerate((c, m) for c in (*STATUS_CATEGORIES, "frozen") for m in MODES)
    ]
    report = run(settings)
    assert query(settings, "select count(*), count(distinct mode) from raw_incident_io.incidents") == [(36, 4)]
    assert [warning for warning in report.warnings if "status category" in warning]


def test_an_update_replaces_a_row_and_a_row_missing_from_the_changes_stays(
    api: FakeApi, settings: Settings
) -> None:
    populate(api)
    run(settings)
    api.rows["incidents"] = [incident(1, category="closed", name="renamed", updated_at="2025-01-01T00:00:00Z")]
    run(settings)
    rows = query(settings, "select id, name from raw_incident_io.incidents order by id")
    assert len(rows) == 7
    assert rows[1] == ("I00001", "renamed")


def test_an_incident_read_twice_in_one_run_is_loaded_once_in_its_latest_form(
    api: FakeApi, settings: Settings
) -> None:
    api.most_per_page = 2
    api.rows["incidents"] = [
        incident(1, updated_at="2024-02-02T00:00:00Z", name="latest"),
        incident(2),
        incident(3),
        incident(1, updated_at="2024-02-01T00:00:00Z", name="older"),
    ]
    run(settings)
    assert query(settings, "select id, name from raw_incident_io.incidents order by id")[0] == ("I00001", "latest")
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(3,)]


def test_the_end_of_a_list_does_not_depend_on_the_asked_page_size(api: FakeApi, settings: Settings) -> None:
    api.most_per_page = 3
    api.rows["incidents"] = [incident(number) for number in range(10)]
    totals: list[tuple[int, int | None]] = []

    def progress(table: str, rows: int, total: int | None) -> None:
        if table == "incidents":
            totals.append((rows, total))

    run(settings, progress=progress)
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(10,)]
    assert totals == [(3, 10), (6, 10), (9, 10), (10, 10)]


def test_a_cursor_on_the_last_page_ends_at_the_empty_page(api: FakeApi, settings: Settings) -> None:
    populate(api)
    api.after_on_last_page = True
    run(settings)
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(7,)]


def test_a_cursor_that_repeats_the_one_just_used_ends_a_list_without_a_total(
    api: FakeApi, settings: Settings
) -> None:
    page = {
        "incident_updates": [{"id": "u1", "incident_id": "I1"}],
        "pagination_meta": {"page_size": 1, "after": "u1"},
    }
    api.always["/v2/incident_updates"] = Answer(200, page)
    run(settings)
    # The page that points at itself is asked for three times before that is believed.
    assert len(api.params("/v2/incident_updates")) == 4
    assert query(settings, "select id from raw_incident_io.incident_updates") == [("u1",)]


def test_a_cursor_that_repeats_itself_before_the_announced_total_is_an_error(
    api: FakeApi, settings: Settings
) -> None:
    meta = {"page_size": 1, "after": "I00001", "total_record_count": 3}
    api.always["/v2/incidents"] = Answer(200, {"incidents": [incident(1)], "pagination_meta": meta})
    with pytest.raises(RepeatedCursorError, match=r"/v2/incidents: page 2 .* 2 of 3 rows"):
        run(settings, tables=["incidents"])


def test_a_cursor_that_leads_back_is_asked_for_again_and_then_an_error(api: FakeApi, settings: Settings) -> None:
    api.most_per_page = 1
    api.rows["teams"] = [{"id": f"t{number}"} for number in range(4)]

    def back_to(cursor: str) -> Answer:
        return Answer(200, {"teams": [{"id": "t2"}], "pagination_meta": {"after": cursor}})

    def misled(path: str, params: dict[str, list[str]]) -> None:
        if path == "/v3/teams" and params.get("after") == ["t1"] and len(api.params(path)) == 3:
            api.faults[path].append(back_to("t0"))

    api.before_answer = misled
    run(settings, tables=["teams"])
    assert query(settings, "select count(*) from raw_incident_io.teams") == [(4,)]
    api.before_answer = lambda path, params: (
        api.always.update({path: back_to("t0")}) if params.get("after") == ["t1"] else None
    )
    with pytest.raises(RepeatedCursorError, match="/v3/teams: page 4"):
        run(settings, tables=["teams"])


@pytest.mark.parametrize("meta", [{}, {"pagination_meta": None}, {"pagination_meta": {"page_size": 25}}])
def test_absent_pagination_ends_the_list(api: FakeApi, settings: Settings, meta: dict[str, Any]) -> None:
    api.always["/v3/teams"] = Answer(200, {"teams": [{"id": "t1"}], **meta})
    assert run(settings, tables=["teams"]).rows["teams"] == 1


def test_follow_ups_are_read_mode_by_mode_and_keep_the_mode(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    found = query(settings, "select id, incident_mode from raw_incident_io.follow_ups order by id")
    assert found == [("f1", "standard"), ("f2", "stream")]


def test_a_mode_the_api_does_not_know_is_a_warning(api: FakeApi, settings: Settings) -> None:
    populate(api)
    api.always["/v3/follow_ups"] = error(422, "invalid_value")
    report = run(settings)
    assert len([warning for warning in report.warnings if "incident_mode" in warning]) == 5
    assert report.rows["incidents"] == 7


def test_children_are_read_only_for_the_parents_that_matter(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    asked = {params["custom_field_id"][0] for params in api.params("/v1/custom_field_options")}
    assert asked == {"cf1", "cf4"}
    asked = {params["catalog_type_id"][0] for params in api.params("/v3/catalog_entries")}
    assert asked == {"ct0", "ct1", "ct2"}
    assert all(params["page_size"] == ["250"] for params in api.params("/v3/catalog_entries"))


def test_entries_that_lie_between_a_service_and_its_team_are_read(api: FakeApi, settings: Settings) -> None:
    populate(api)

    def kind(name: str, *points_at: str, **more: Any) -> dict[str, Any]:
        attributes = [{"id": target, "name": target, "type": target} for target in points_at]
        return {"id": name, "name": name, "type_name": name, "schema": {"attributes": attributes}, **more}

    api.rows["catalog_types"] = [
        kind("Team", "String", is_team_type=True),
        kind("Service", "Component", "Repository", "String", categories=["service"]),
        kind("Component", "Team"),
        kind("Repository", "String"),
        kind("Squad", "Team"),
    ]
    run(settings)
    asked = [params["catalog_type_id"][0] for params in api.params("/v3/catalog_entries")]
    assert sorted(asked) == ["Component", "Service", "Team"]


def test_a_parent_that_went_away_is_skipped_with_a_warning(api: FakeApi, settings: Settings) -> None:
    populate(api)
    api.faults["/v1/custom_field_options"].append(error(404, "resource_not_found"))
    report = run(settings)
    # Both fields are asked at once, so either may be the one that went away.
    ((left,),) = query(settings, "select custom_field_id from raw_incident_io.custom_field_options")
    gone = {"cf1": "cf4", "cf4": "cf1"}[left]
    assert [warning for warning in report.warnings if f"{gone} went away" in warning]


def test_people_who_left_are_read_too(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    assert query(settings, "select id from raw_incident_io.users where not is_active") == [("p2",)]


def test_a_start_date_limits_incidents_by_their_creation_day(api: FakeApi, settings: Settings) -> None:
    api.rows["incidents"] = [
        incident(1, created_at="2024-05-01T23:59:59Z"),
        incident(2, created_at="2024-05-02T00:00:00Z"),
    ]
    run(replace(settings, start=date(2024, 5, 2)))
    assert query(settings, "select id from raw_incident_io.incidents") == [("I00002",)]
    assert {params["created_at[gte]"][0] for params in api.params("/v2/incidents")} == {"2024-05-02"}


def test_a_missing_scope_leaves_an_empty_table_and_names_itself(api: FakeApi, settings: Settings) -> None:
    populate(api)
    api.always["/v3/follow_ups"] = error(403, "missing_required_scope", scope="actions.view")
    api.always["/v3/catalog_types"] = error(403, "missing_required_scope", scope="catalog_types.view")
    report = run(settings)
    assert report.missing_scopes == {
        "follow_ups": "actions.view",
        "catalog_types": "catalog_types.view",
        "catalog_entries": "catalog_types.view",
    }
    assert query(settings, "select count(*) from raw_incident_io.catalog_entries") == [(0,)]
    assert query(settings, "select count(*) from raw_incident_io.incidents") == [(7,)]


def test_a_scope_lost_later_keeps_what_was_loaded(api: FakeApi, settings: Settings) -> None:
    populate(api)
    run(settings)
    before = everything(settings)
    api.always["/v3/follow_ups"] = error(403, "missing_required_scope", scope="actions.view")
    run(settings)
    assert everything(settings) == before


def test_a_wrong_key_writes_nothing(api: FakeApi, settings: Settings) -> None:
    with pytest.raises(AuthenticationError) as caught:
        run(replace(settings, api_key="inc_wrong"))
    assert "inc_wrong" not in str(caught.value)
    assert not settings.home.exists()


def failing(api: FakeApi, how: str) -> type[Exception]:
    """Make the API fail in the middle of a run and say with what."""
    if how == "server error":
        api.always["/v2/users"] = Answer(500)
        return ApiUnreachableError
    api.always["/v2/users"] = error(401, "access_token_invalid")
    return AuthenticationError


@pytest.mark.parametrize("how", ["server error", "key revoked"])
def test_a_run_that_fails_while_reading_leaves_the_warehouse_as_it_was(
    api: FakeApi, settings: Settings, how: str
) -> None:
    populate(api)
    run(settings)
    before = settings.warehouse.read_bytes()
    api.rows["incidents"].append(incident(99))
    expected = failing(api, how)
    with pytest.raises(expected):
        run(settings)
    assert settings.warehouse.read_bytes() == before
    # And nothing half read waits on disk to be loaded by the next run.
    api.always.clear()
    populate(api)
    run(settings)
    assert query(settings, "select count(*) from raw_incident_io.incidents where id = 'I00099'") == [(0,)]
    assert not list((settings.dlt_dir / "files").glob("**/*.parquet"))


def test_a_table_whose_columns_changed_stays_as_it_was_and_the_others_are_loaded(
    api: FakeApi, settings: Settings
) -> None:
    populate(api)
    run(settings)
    before = everything(settings)
    api.rows["users"] = [{"id": "p1", "name": 5}]
    api.rows["incidents"].append(incident(99))
    with pytest.raises(RejectedTablesError, match=r"users\.name: the API sent a number .*record p1"):
        run(settings)
    after = everything(settings)
    assert len(after["incidents"]) == len(before["incidents"]) + 1
    assert after["users"] == before["users"]


def test_incidents_that_do_not_fit_leave_what_hangs_on_them_for_the_next_run(
    api: FakeApi, settings: Settings
) -> None:
    settings = replace(settings, as_of=datetime(2024, 1, 5, tzinfo=UTC))
    populate(api)
    run(settings)
    api.rows["incidents"][2] |= {"name": [1], "updated_at": "2024-01-04T00:00:00Z"}
    api.rows["incident_attachments"] = [{"id": "a1", "incident_id": "I00002", "resource": {}}]
    with pytest.raises(RejectedTablesError, match=r"incidents\.name") as caught:
        run(settings)
    assert "incident_attachments" not in str(caught.value)
    api.rows["incidents"][2]["name"] = "mended"
    run(settings)
    assert query(settings, "select id from raw_incident_io.incident_attachments") == [("a1",)]


def test_an_unreachable_api_on_the_first_run_makes_no_home(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ApiUnreachableError):
        run(replace(settings, api_url=f"http://127.0.0.1:{port}"))
    assert not settings.home.exists()


def test_a_package_read_but_not_loaded_is_not_loaded_later(api: FakeApi, settings: Settings) -> None:
    populate(api)
    api.rows["users"].append({"id": "ghost", "name": "of an interrupted run"})
    client = Client(settings.api_url, KEY)
    with open_run(settings, client) as interrupted:
        interrupted.pipeline.extract(interrupted.source)
        interrupted.pipeline.normalize()
    api.rows["users"].pop()
    run(settings)
    assert query(settings, "select count(*) from raw_incident_io.users where id = 'ghost'") == [(0,)]


def test_a_home_may_have_quotes_and_blanks_in_its_path(api: FakeApi, settings: Settings) -> None:
    populate(api)
    odd = replace(settings, home=settings.home / "o'brien's data")
    assert run(odd, tables=["users"]).rows["users"] == 2
    assert query(odd, "select count(*) from raw_incident_io.users") == [(2,)]


def test_a_home_belongs_to_one_account(api: FakeApi, settings: Settings) -> None:
    run(settings, tables=["severities"])
    before = settings.warehouse.read_bytes()
    api.dashboard_url = "https://app.incident.io/another-org"
    with pytest.raises(AccountMismatchError, match=r"another-org.*fake-org"):
        run(settings)
    assert settings.warehouse.read_bytes() == before
    (settings.home / "account.json").write_text("{", encoding="utf-8")
    with pytest.raises(AccountMismatchError, match=r"account\.json cannot be read"):
        run(settings)


@pytest.mark.parametrize("fails", [False, True])
def test_the_key_is_in_no_file_and_no_log(
    api: FakeApi, settings: Settings, caplog: pytest.LogCaptureFixture, fails: bool
) -> None:
    populate(api)
    run(settings, tables=["severities"])
    messages = []
    with caplog.at_level(logging.DEBUG):
        if fails:
            api.always["/v2/users"] = error(401, "access_token_invalid", f"token {KEY} is not known")
            with pytest.raises(AuthenticationError) as caught:
                run(settings)
            trace: BaseException | None = caught.value
            while trace is not None and len(messages) < 20:
                messages.append(f"{trace!r} {trace}")
                trace = trace.__cause__ or trace.__context__
            assert len(messages) < 20, "the chain of causes leads back to itself"
        else:
            run(settings)
    assert KEY not in caplog.text + "".join(messages)
    for folder, _, names in os.walk(settings.home):
        for name in names:
            assert KEY.encode() not in Path(folder, name).read_bytes(), Path(folder, name)


def test_the_source_runs_alone_and_reports_on_stderr(api: FakeApi, settings: Settings, tmp_path: Path) -> None:
    populate(api)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "INCIDENT_IO_API_KEY": KEY,
        "INCIDENT_IO_API_URL": api.url,
        "INCIDENT_MARTS_HOME": str(settings.home),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.incident_io"],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "incidents: 7 rows" in done.stderr
    assert done.stdout == ""
    refused = subprocess.run(
        [sys.executable, "-m", "pipelines.incident_io"],
        env={**environ, "INCIDENT_IO_API_KEY": "inc_wrong"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "inc_wrong" not in refused.stderr
