"""The restatement log: one small account, published, changed in one way, published again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import restatements
from pipelines.warehouse import read_only
from tests.dbt.account import Row
from tests.dbt.conftest import Compile
from tests.dbt.restated_company import (
    AS_OF,
    Home,
    company,
    edited,
    linked,
    mapping,
    owned,
    ownership,
    resolved,
    squad,
)
from tests.dbt.small_accounts import at, incident, teams, update


@pytest.fixture(scope="module")
def published_company(tmp_path_factory: pytest.TempPathFactory, compile_project: Compile) -> Path:
    """The company as most tests find it, published once for all of them."""
    folder = tmp_path_factory.mktemp("published")
    assert Home(folder, compile_project).run(company()) == []
    return folder


@pytest.fixture
def home(published_company: Path, tmp_path: Path, compile_project: Compile) -> Home:
    """A copy of that home."""
    folder = tmp_path / "home"
    shutil.copytree(published_company, folder, symlinks=True)
    return Home(folder, compile_project, runs=1)


@pytest.fixture
def empty_home(tmp_path: Path, compile_project: Compile) -> Home:
    return Home(tmp_path, compile_project)


def credits(rows: list[Row]) -> list[tuple[str, str, str | None, str]]:
    return [(r["reference"], r["old_value"], r["new_value"], r["reason"]) for r in rows if r["kind"] == "credit"]


def totals(rows: list[Row], grain: str = "month", **wanted: Any) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """(scope, roll-up, metric) -> (old, new, reason) of one grain."""
    return {
        (row["scope_id"], row["rollup"], row["metric"]): (row["old_number"], row["new_number"], row["reason"])
        for row in rows
        if row["kind"] == "total"
        and row["grain"] == grain
        and all(row[key] == value for key, value in wanted.items())
    }


def reasons(rows: list[Row]) -> set[str]:
    return {row["reason"] for row in rows}


def test_the_first_publication_publishes_the_empty_described_log(home: Home) -> None:
    assert home.published() == []
    with read_only(home.settings.marts) as connection:
        described = connection.execute(
            "select column_name from duckdb_columns() where table_name = 'rpt_restatements'"
            " and comment is not null"
        ).fetchall()
        assert {name for (name,) in described} == set(restatements.COLUMNS)
        comment = connection.execute(
            "select comment from duckdb_tables() where table_name = 'rpt_restatements'"
        ).fetchone()
    assert comment is not None
    assert comment[0].startswith("One row per run and number")


def test_the_same_data_adds_nothing_at_the_same_and_at_a_later_instant(home: Home) -> None:
    assert home.run(company()) == []
    assert home.run(company(as_of=at("2026-11-28 08:00"))) == []


def test_an_edited_mapping_moves_the_credit_and_the_teams_totals_but_not_the_organisations(home: Home) -> None:
    rows = home.run(company().with_rows("seeds", "team_mapping", [mapping("Pay", "search")]))
    assert credits(rows) == [
        ("INC-1", "custom_field: payments", "custom_field: search", "mapping_edit"),
        ("INC-5", "custom_field: payments", "custom_field: search", "mapping_edit"),
    ]
    assert reasons(rows) == {"mapping_edit"}
    month = totals(rows, period_start=date(2026, 9, 1), rollup="direct")
    assert month == {
        ("payments", "direct", "total_incidents"): (2, 1, "mapping_edit"),
        ("payments", "direct", "incidents_resolved"): (2, 1, "mapping_edit"),
        ("payments", "direct", "time_to_resolve_mean_hours"): (3, 4, "mapping_edit"),
        ("payments", "direct", "time_to_resolve_p50_hours"): (3, 4, "mapping_edit"),
        ("search", "direct", "total_incidents"): (1, 2, "mapping_edit"),
        ("search", "direct", "incidents_resolved"): (1, 2, "mapping_edit"),
        ("search", "direct", "time_to_resolve_mean_hours"): (1, 1.5, "mapping_edit"),
        ("search", "direct", "time_to_resolve_p50_hours"): (1, 1.5, "mapping_edit"),
    }
    assert {row["scope_type"] for row in rows if row["kind"] == "total"} == {"team"}
    [first] = [row for row in rows if row["reference"] == "INC-1"]
    assert (first["old_team_ids"], first["new_team_ids"]) == (["payments"], ["search"])
    assert first["as_of"] == at(AS_OF)


def test_the_running_period_was_never_promised(home: Home) -> None:
    rows = home.run(company().with_rows("seeds", "team_mapping", [mapping("Pay", "search")]))
    starts = {(row["grain"], row["period_start"]) for row in rows if row["kind"] == "total"}
    assert starts == {("week", date(2026, 9, 7)), ("month", date(2026, 9, 1)), ("quarter", date(2026, 7, 1))}


@pytest.mark.parametrize(
    "rows",
    [
        [mapping("Pay", "payments"), mapping("core", "platform", field="Squad")],
        [mapping("Pay", "payments", priority=2), mapping("Pay", "search")],
        [],
    ],
    ids=["a row beside a field that maps by itself", "another team at a stronger priority", "no row any more"],
)
def test_every_edit_of_the_mapping_is_one(home: Home, rows: list[Row]) -> None:
    assert reasons(home.run(company().with_rows("seeds", "team_mapping", rows))) == {"mapping_edit"}


def test_an_edited_owner_of_an_incident_is_an_edit_of_the_mapping(home: Home) -> None:
    owners = [{"incident": "INC-2", "team_id": "platform"}]
    rows = home.run(company().with_rows("seeds", "incident_owners", owners))
    assert credits(rows) == [("INC-2", "explicit_owner: search", "explicit_owner: platform", "mapping_edit")]


def test_a_row_that_only_stands_on_another_line_restates_nothing(home: Home) -> None:
    rows = [mapping("Find", "search"), mapping("Pay", "payments")]
    assert home.run(company().with_rows("seeds", "team_mapping", rows)) == []


def test_an_edited_owner_of_a_service_is_an_edit_of_ownership(home: Home) -> None:
    rows = home.run(company().with_rows("seeds", "service_ownership", [ownership("API", "search")]))
    assert credits(rows) == [("INC-3", "service: payments", "service: search", "ownership_edit")]
    assert reasons(rows) == {"ownership_edit"}


def test_an_interval_that_no_longer_holds_the_day_is_an_edit_of_ownership(home: Home) -> None:
    split = [ownership("API", "payments", end=date(2026, 9, 9)), ownership("API", "search", date(2026, 9, 9))]
    rows = home.run(company().with_rows("seeds", "service_ownership", split))
    assert credits(rows) == [("INC-3", "service: payments", "service: search", "ownership_edit")]


def test_a_value_set_later_is_a_late_update_also_when_the_mapping_was_edited_elsewhere(home: Home) -> None:
    changed = edited(company(), 3, custom_field_entries=[linked("API"), owned("Pay")])
    rows = [mapping("Pay", "payments"), mapping("Find", "search")]
    assert credits(home.run(changed.with_rows("seeds", "team_mapping", rows))) == [
        ("INC-3", "service: payments", "custom_field: payments", "late_update")
    ]


def test_another_service_linked_later_is_a_late_update(home: Home) -> None:
    rows = home.run(edited(company(), 3, custom_field_entries=[linked("Mail")]))
    assert credits(rows) == [("INC-3", "service: payments", "service: t-core", "late_update")]


def test_owners_that_incident_io_computed_later_are_a_late_update(empty_home: Home) -> None:
    account = company().with_rows("seeds", "incident_owners", [])
    empty_home.run(account)
    rows = empty_home.run(edited(account, 2, team_ids=["t-core"]))
    assert credits(rows) == [("INC-2", "organisation: organisation", "explicit_owner: t-core", "late_update")]


def test_a_row_for_the_team_that_incident_io_names_as_owner_is_an_edit_of_the_hierarchy(empty_home: Home) -> None:
    account = edited(company(), 2, team_ids=["t-core"]).with_rows("seeds", "incident_owners", [])
    empty_home.run(account)
    rows = teams("payments", "search", "platform")
    rows[2]["incident_io_team"] = "t-core"
    found = credits(empty_home.run(account.with_rows("seeds", "teams", rows)))
    assert found[0] == ("INC-2", "explicit_owner: t-core", "explicit_owner: platform", "hierarchy_edit")


def test_what_happens_to_a_value_that_was_outranked_is_no_reason(empty_home: Home) -> None:
    account = edited(company(), 1, custom_field_entries=[owned("Pay"), squad("core")])
    rows = [mapping("Pay", "payments"), mapping("Find", "search")]
    outranked = mapping("core", "platform", field="Squad", priority=2)
    empty_home.run(account.with_rows("seeds", "team_mapping", [*rows, outranked]))
    changed = edited(account, 1, custom_field_entries=[owned("Find"), squad("core")])
    moved = {**outranked, "team_id": "payments"}
    found = credits(empty_home.run(changed.with_rows("seeds", "team_mapping", [*rows, moved])))
    assert found[0] == ("INC-1", "custom_field: payments", "custom_field: search", "late_update")


def test_a_row_that_takes_the_place_of_a_field_that_maps_by_itself_is_an_edit_of_the_mapping(
    empty_home: Home,
) -> None:
    account = edited(company(), 1, custom_field_entries=[owned("Pay"), squad("core")])
    empty_home.run(account)
    rows = [mapping("Pay", "payments"), mapping("core", "platform", field="Squad", priority=5)]
    found = credits(empty_home.run(account.with_rows("seeds", "team_mapping", rows)))
    assert found[0] == ("INC-1", "custom_field: payments, t-core", "custom_field: payments", "mapping_edit")


def test_a_corrected_resolution_is_a_late_update_of_durations_and_of_no_count(home: Home) -> None:
    stamps = resolved(company().table("incidents")[0], "2026-09-07 16:00")
    rows = home.run(edited(company(), 1, incident_timestamp_values=stamps))
    assert credits(rows) == []
    assert totals(rows, scope_id="payments", rollup="direct") == {
        ("payments", "direct", "time_to_resolve_mean_hours"): (3, 5, "late_update"),
        ("payments", "direct", "time_to_resolve_p50_hours"): (3, 5, "late_update"),
    }
    assert totals(rows, scope_type="organisation")[("organisation", "direct", "time_to_resolve_mean_hours")] == (
        3.75,
        4.75,
        "late_update",
    )


def test_an_incident_reported_late_changes_totals_and_no_credit(home: Home) -> None:
    late = incident(9, "2026-09-20 10:00", custom_field_entries=[owned("Pay")])
    rows = home.run(company().with_rows("raw", "incidents", [*company().table("incidents"), late]))
    assert credits(rows) == []
    assert totals(rows, metric="total_incidents", rollup="direct") == {
        ("organisation", "direct", "total_incidents"): (4, 5, "late_update"),
        ("payments", "direct", "total_incidents"): (2, 3, "late_update"),
    }


def test_a_reopened_incident_leaves_the_period_it_was_resolved_in(home: Home) -> None:
    history = [
        update("01INC001", 1, "live", "2026-09-07 10:00"),
        update("01INC001", 2, "closed", "2026-09-07 12:00"),
        update("01INC001", 3, "live", "2026-11-10 08:00"),
    ]
    rows = home.run(edited(company(), 1).with_rows("raw", "incident_updates", history))
    assert reasons(rows) == {"reopened"}
    assert totals(rows, metric="incidents_resolved", rollup="direct") == {
        ("organisation", "direct", "incidents_resolved"): (4, 3, "reopened"),
        ("payments", "direct", "incidents_resolved"): (2, 1, "reopened"),
    }


def test_a_deleted_incident_keeps_its_credit_and_leaves_the_totals(home: Home) -> None:
    rows = home.run(edited(company(), 1, deleted_at=at("2026-11-10 09:00")))
    assert credits(rows) == []
    assert reasons(rows) == {"deleted"}
    assert totals(rows, scope_type="organisation", metric="total_incidents") == {
        ("organisation", "direct", "total_incidents"): (4, 3, "deleted")
    }


def test_an_incident_that_is_gone_from_the_warehouse_is_deleted(home: Home) -> None:
    rows = home.run(company().with_rows("raw", "incidents", company().table("incidents")[1:]))
    assert credits(rows) == [("INC-1", "custom_field: payments", None, "deleted")]
    assert reasons(rows) == {"deleted"}


def test_a_team_that_moves_changes_subtree_totals_and_no_credit(home: Home) -> None:
    moved = teams("payments", "search", "platform", payments="platform")
    rows = home.run(company().with_rows("seeds", "teams", moved))
    assert credits(rows) == []
    assert totals(rows, metric="total_incidents") == {
        ("platform", "subtree", "total_incidents"): (0, 2, "hierarchy_edit")
    }
    assert reasons(rows) == {"hierarchy_edit"}


def test_subtrees_by_the_chart_of_the_day_have_the_reason_of_their_incidents(empty_home: Home) -> None:
    rules = {"hierarchy_mode": "as_of"}
    under_platform = company(variables=rules).with_rows(
        "seeds", "teams", teams("payments", "search", "platform", payments="platform")
    )
    empty_home.run(under_platform)
    moved = company(variables=rules, as_of=at("2026-11-11 12:00"))
    assert empty_home.run(moved) == []
    edit = company(variables=rules, as_of=at("2026-11-12 12:00"))
    rows = empty_home.run(edit.with_rows("seeds", "team_mapping", [mapping("Pay", "search")]))
    assert totals(rows, metric="total_incidents", scope_id="platform") == {
        ("platform", "subtree", "total_incidents"): (2, 1, "mapping_edit")
    }
    assert reasons(rows) == {"mapping_edit"}


def test_a_row_that_comes_to_stand_for_a_team_of_incident_io_is_an_edit_of_the_hierarchy(home: Home) -> None:
    rows = teams("payments", "search", "platform")
    rows[2]["incident_io_team"] = "t-core"
    found = home.run(company().with_rows("seeds", "teams", rows))
    assert credits(found) == [("INC-4", "custom_field: t-core", "custom_field: platform", "hierarchy_edit")]
    assert reasons(found) == {"hierarchy_edit"}
    gone = [row for row in found if row["scope_id"] == "t-core" and row["new_value"] is None]
    assert gone


def test_another_order_of_the_steps_is_a_change_of_definitions(empty_home: Home) -> None:
    both = edited(company(), 3, custom_field_entries=[linked("API"), owned("Find")])
    both = both.with_rows("seeds", "team_mapping", [mapping("Pay", "payments"), mapping("Find", "search")])
    empty_home.run(both)
    order = {"attribution_priority": ["service", "custom_field", "explicit_owner", "organisation"]}
    rows = empty_home.run(replace(both, variables=order))
    assert credits(rows) == [("INC-3", "custom_field: search", "service: payments", "definition_change")]
    assert reasons(rows) == {"definition_change"}


def test_another_role_of_a_timestamp_is_a_change_of_definitions(home: Home) -> None:
    roles = [{"role": "resolved", "timestamp_name": "Declared at", "priority": 1}]
    rows = home.run(company().with_rows("seeds", "timestamp_roles", roles))
    assert reasons(rows) == {"definition_change"}
    assert totals(rows, scope_type="organisation") == {
        ("organisation", "direct", "time_to_resolve_mean_hours"): (3.75, 0, "definition_change"),
        ("organisation", "direct", "time_to_resolve_p50_hours"): (3, 0, "definition_change"),
    }


def test_another_first_day_of_the_week_takes_the_old_weeks_away(home: Home) -> None:
    rows = home.run(company(variables={"week_start": "sunday"}))
    assert {(row["grain"], row["reason"], row["new_value"]) for row in rows} == {
        ("week", "definition_change", None)
    }


def test_a_number_that_means_something_else_now_is_a_change_of_definitions(home: Home) -> None:
    home.build(company().with_rows("seeds", "team_mapping", [mapping("Pay", "search")]))
    with duckdb.connect(str(home.settings.warehouse)) as connection:
        connection.execute(
            "update marts.metric_catalogue set definition_version = '99' where metric = 'time_to_resolve'"
        )
    assert home.log(company()).counts["total"].keys() == {"definition_change", "mapping_edit"}


def test_a_value_that_the_account_renamed_is_none_of_the_named_reasons(home: Home) -> None:
    options = [{"id": "o-Pay", "custom_field_id": "f-owner", "value": "Billing", "sort_key": 1}]
    rows = home.run(company().with_rows("raw", "custom_field_options", options))
    assert credits(rows)[0] == ("INC-1", "custom_field: payments", "organisation: organisation", "other")


def test_a_total_has_the_reason_that_most_incidents_share_and_names_them_all(home: Home) -> None:
    changed = company().with_rows("seeds", "team_mapping", [])
    changed = changed.with_rows("seeds", "service_ownership", [ownership("API", "search")])
    late = [incident(n, "2026-09-21 10:00", team_ids=["t-core"], custom_field_entries=[]) for n in (7, 8)]
    rows = home.run(changed.with_rows("raw", "incidents", [*changed.table("incidents"), *late]))
    [payments] = [
        row
        for row in rows
        if (row["scope_id"], row["rollup"], row["grain"], row["metric"])
        == ("payments", "direct", "month", "total_incidents")
    ]
    assert (payments["reason"], payments["detail"]) == ("mapping_edit", "mapping_edit 1, ownership_edit 1")
    [whole] = [
        row
        for row in rows
        if (row["scope_type"], row["grain"], row["metric"]) == ("organisation", "month", "total_incidents")
    ]
    assert (whole["reason"], whole["detail"]) == ("late_update", "late_update 2")


def test_a_total_has_the_reasons_of_its_own_event_and_scope_alone(home: Home) -> None:
    stamps = resolved(company().table("incidents")[2], "2026-09-09 16:00")
    changed = edited(company(), 3, incident_timestamp_values=stamps)
    changed = edited(changed, 4, deleted_at=at("2026-11-10 09:00"))
    rows = home.run(changed.with_rows("seeds", "team_mapping", [mapping("Pay", "search")]))
    details = {
        (row["rollup"], row["metric"]): row["detail"]
        for row in rows
        if (row["scope_id"], row["grain"], row["kind"]) == ("payments", "month", "total")
    }
    assert details["direct", "total_incidents"] == "mapping_edit 1"
    assert details["subtree", "total_incidents"] == "mapping_edit 1"
    assert details["subtree", "time_to_resolve_mean_hours"] == "mapping_edit 1, late_update 1"


def test_a_run_that_fails_before_it_publishes_leaves_no_trace_in_the_log(home: Home) -> None:
    changed = company().with_rows("seeds", "team_mapping", [mapping("Pay", "search")])
    home.build(changed)
    assert home.log(changed).total > 0
    first = home.run(changed)
    assert home.run(changed) == []
    assert home.published() == first


def test_the_log_survives_a_lost_warehouse(home: Home) -> None:
    first = home.run(company().with_rows("seeds", "team_mapping", [mapping("Pay", "search")]))
    home.settings.warehouse.unlink()
    second = home.run(company())
    assert home.published() == [*first, *second]
    assert second


def test_a_published_copy_of_an_earlier_version_is_named_and_not_compared(home: Home) -> None:
    published = home.settings.marts.resolve()
    published.chmod(0o644)
    with duckdb.connect(str(published)) as connection:
        connection.execute("alter table marts.fct_incidents drop column occurred_date")
    changed = company().with_rows("seeds", "team_mapping", [mapping("Pay", "search")])
    home.build(changed)
    restated = home.log(changed)
    assert restated.total == 0
    assert restated.lacking == ["fct_incidents.occurred_date"]


def test_the_same_change_is_logged_the_same_whatever_the_order_of_the_data(
    tmp_path: Path, compile_project: Compile
) -> None:
    changed = company().with_rows("seeds", "team_mapping", [mapping("Pay", "search"), mapping("Find", "payments")])
    logs = []
    for name, turn in (("one", 1), ("two", -1)):
        (tmp_path / name).mkdir()
        home = Home(tmp_path / name, compile_project)
        for account in (company(), changed):
            home.run(replace(account, raw={table: rows[::turn] for table, rows in account.raw.items()}))
        logs.append(home.published())
    assert logs[0] == logs[1]
    assert logs[0]


def test_instants_are_utc(home: Home) -> None:
    later = company(as_of=datetime(2026, 11, 10, 14, tzinfo=UTC) + timedelta(hours=1))
    [first, *_] = home.run(later.with_rows("seeds", "team_mapping", [mapping("Pay", "search")]))
    assert first["as_of"] == datetime(2026, 11, 10, 15, tzinfo=UTC)
