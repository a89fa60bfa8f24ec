"""The worked examples of the metric definitions (section 11), in the built marts and in the oracle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.dbt.account import Account, Row
from tests.dbt.building import built
from tests.dbt.comparison import differences, rows_of
from tests.dbt.conftest import Compile
from tests.dbt.oracle import expect
from tests.dbt.small_accounts import at, hours_after, incident, small_account, teams, update

Build = Callable[[Account], dict[str, list[Row]]]
MARTS = (
    "rpt_metrics_weekly",
    "rpt_metrics_monthly",
    "rpt_metrics_quarterly",
    "fct_incidents",
    "fct_incident_teams",
)


@pytest.fixture
def build(compile_project: Compile) -> Build:
    """Marts by name; the oracle has to agree, which checks the oracle on the same examples."""

    def build_marts(account: Account) -> dict[str, list[Row]]:
        with built(compile_project(account.variables), account) as connection:
            assert differences(connection, account, expect(account)) == []
            return {mart: rows_of(connection, mart) for mart in MARTS}

    return build_marts


def one(rows: list[Row], **wanted: Any) -> Row:
    found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    assert len(found) == 1, f"{len(found)} rows for {wanted}"
    return found[0]


def organisation(rows: list[Row], start: date) -> Row:
    return one(rows, scope_type="organisation", period_start=start)


def test_nine_incidents_in_a_complete_month_of_31_days_are_2_0323_a_week(build: Build) -> None:
    incidents = [incident(number, f"2026-10-{number * 3:02d} 12:00") for number in range(1, 10)]
    marts = build(small_account(incidents, "2026-11-01"))
    month = organisation(marts["rpt_metrics_monthly"], date(2026, 10, 1))
    assert month["is_complete"]
    assert month["elapsed_days"] == 31
    assert month["incidents_per_week"] == pytest.approx(9 * 7 / 31)
    assert round(month["incidents_per_week"], 4) == 2.0323


def test_resolve_times_of_one_and_nine_hours_have_median_and_mean_of_five(build: Build) -> None:
    start = "2026-11-17 08:00"
    incidents = [incident(1, start, hours_after(start, 1)), incident(2, start, hours_after(start, 9))]
    week = organisation(build(small_account(incidents, "2026-11-23"))["rpt_metrics_weekly"], date(2026, 11, 16))
    assert (
        week["time_to_resolve_n_hours"],
        week["time_to_resolve_p50_hours"],
        week["time_to_resolve_mean_hours"],
    ) == (2, 5, 5)
    assert week["time_to_resolve_max_hours"] == 9
    assert week["time_to_resolve_low_sample"] is True


def test_a_week_without_a_resolved_incident_has_n_zero_and_no_statistics(build: Build) -> None:
    incidents = [incident(1, "2026-11-03 08:00", "2026-11-03 09:00")]
    week = organisation(build(small_account(incidents, "2026-11-23"))["rpt_metrics_weekly"], date(2026, 11, 9))
    assert (week["total_incidents"], week["incidents_resolved"], week["time_to_resolve_n_hours"]) == (0, 0, 0)
    assert [week[f"time_to_resolve_{name}_hours"] for name in ("mean", "p50", "p75", "p90", "max")] == [None] * 5


def test_weeks_begin_at_midnight_of_the_organisations_zone(build: Build) -> None:
    incidents = [incident(1, "2026-11-23 04:59"), incident(2, "2026-11-23 05:00")]
    weeks = build(small_account(incidents, "2026-11-25", org_timezone="America/New_York"))["rpt_metrics_weekly"]
    totals = {row["period_start"]: row["total_incidents"] for row in weeks if row["scope_type"] == "organisation"}
    assert totals == {date(2026, 11, 16): 1, date(2026, 11, 23): 1}


def test_an_incident_of_two_teams_counts_once_in_the_organisation_and_half_in_each_weight(build: Build) -> None:
    owners = [{"incident": "INC-1", "team_id": "api"}, {"incident": "inc-1", "team_id": "web"}]
    seeds = {"teams": teams("api", "web", "data"), "incident_owners": owners}
    marts = build(small_account([incident(1, "2026-11-17 08:00")], "2026-11-23", seeds=seeds))
    weeks = marts["rpt_metrics_weekly"]
    assert organisation(weeks, date(2026, 11, 16))["total_incidents"] == 1
    for team_id, total, weight in (("api", 1, 0.5), ("web", 1, 0.5), ("data", 0, 0)):
        row = one(weeks, scope_type="team", scope_id=team_id, rollup="direct")
        assert (row["total_incidents"], row["incidents_weighted"]) == (total, weight)
    root = {
        row["rollup"]: row for row in weeks if row["scope_type"] == "team" and row["scope_id"] == "organisation"
    }
    assert (root["direct"]["total_incidents"], root["subtree"]["total_incidents"]) == (0, 1)


def test_an_incident_closed_again_after_a_reopen_is_resolved_at_the_second_closing(build: Build) -> None:
    row = incident(1, "2026-11-16 08:00", "2026-11-16 10:00")
    history = [
        update(row["id"], 1, "live", "2026-11-16 08:00"),
        update(row["id"], 2, "closed", "2026-11-16 10:00"),
        update(row["id"], 3, "live", "2026-11-17 10:00"),
        update(row["id"], 4, "closed", "2026-11-18 10:00"),
    ]
    found = build(small_account([row], "2026-11-23", updates=history))["fct_incidents"][0]
    assert found["resolved_at"] == at("2026-11-18 10:00")
    assert found["first_resolved_at"] == at("2026-11-16 10:00")
    assert found["reopened_count"] == 1


def test_a_corrected_resolved_timestamp_after_the_reopen_wins_over_the_history(build: Build) -> None:
    row = incident(1, "2026-11-16 08:00", "2026-11-18 07:00")
    history = [
        update(row["id"], 1, "closed", "2026-11-16 10:00"),
        update(row["id"], 2, "live", "2026-11-17 10:00"),
        update(row["id"], 3, "closed", "2026-11-18 10:00"),
    ]
    found = build(small_account([row], "2026-11-23", updates=history))["fct_incidents"][0]
    assert found["resolved_at"] == at("2026-11-18 07:00")


def test_an_incident_reopened_and_still_open_is_not_resolved(build: Build) -> None:
    row = incident(1, "2026-11-16 08:00", "2026-11-16 10:00")
    history = [
        update(row["id"], 1, "closed", "2026-11-16 10:00"),
        update(row["id"], 2, "live", "2026-11-17 10:00"),
    ]
    marts = build(small_account([row], "2026-11-23", updates=history))
    assert marts["fct_incidents"][0]["resolved_at"] is None
    assert organisation(marts["rpt_metrics_weekly"], date(2026, 11, 16))["open_at_period_end"] == 1


def test_an_account_with_nothing_in_it_builds_empty_marts(build: Build) -> None:
    assert not any(build(small_account([], "2026-11-23")).values())


def test_a_quiet_account_with_a_start_date_has_zero_filled_periods(build: Build) -> None:
    account = small_account([], "2026-11-25 12:00", coverage_start=date(2026, 11, 11))
    weeks = [row for row in build(account)["rpt_metrics_weekly"] if row["scope_type"] == "organisation"]
    found = [
        (row["period_start"].day, row["is_complete"], row["elapsed_days"], row["total_incidents"]) for row in weeks
    ]
    assert sorted(found) == [(9, False, 5.0, 0), (16, True, 7.0, 0), (23, False, 2.5, 0)]


def test_an_incident_with_a_mistyped_year_keeps_its_row_and_opens_no_periods(build: Build) -> None:
    resolved = {"timestamps": {"Declared at": "0001-01-01 00:00", "Resolved at": "2026-11-17 09:00"}}
    incidents = [
        incident(1, "2026-11-17 08:00", "2026-11-17 10:00"),
        incident(2, "2026-11-17 08:00", "2026-11-17 09:00", **resolved),
        incident(3, "0202-11-17 08:00"),
        incident(4, "1999-12-31 23:59"),
    ]
    marts = build(small_account(incidents, "2026-11-25"))
    found = {row["incident_id"]: row for row in marts["fct_incidents"]}
    assert [found[row["id"]]["is_eligible"] for row in incidents] == [True] * 4
    statuses = [found[row["id"]]["duration_status"] for row in incidents]
    assert statuses == ["ok", "ok", "timestamps_missing", "timestamps_missing"]
    weeks = [row for row in marts["rpt_metrics_weekly"] if row["scope_type"] == "organisation"]
    counts = [
        (row["period_start"].day, row["total_incidents"], row["incidents_resolved"], row["open_at_period_end"])
        for row in weeks
    ]
    assert sorted(counts) == [(16, 1, 2, 2), (23, 0, 0, 2)]


def test_the_first_day_that_can_be_right_begins_the_history(build: Build) -> None:
    incidents = [incident(1, "2026-11-08 12:00"), incident(2, "2026-11-09 00:00"), incident(3, "2026-11-17 12:00")]
    account = small_account(incidents, "2026-11-23", earliest_incident_date="2026-11-09")
    weeks = [row for row in build(account)["rpt_metrics_weekly"] if row["scope_type"] == "organisation"]
    assert sorted((row["period_start"].day, row["total_incidents"]) for row in weeks) == [(9, 1), (16, 1)]


def test_who_helped_without_a_role_is_involved_and_who_looked_on_is_not(build: Build) -> None:
    kinds = {"ann": "responder", "bob": "collaborator", "cem": "observer"}
    rows = [
        {
            "id": f"01INC001:{name}",
            "incident_id": "01INC001",
            "participation": "passive" if kind == "observer" else "active",
            "participant_type": kind,
            "user": {"id": name, "name": name.title()},
            "deleted_at": None,
        }
        for name, kind in kinds.items()
    ]
    account = small_account([incident(1, "2026-11-17 08:00")], "2026-11-23")
    weeks = build(account.with_rows("raw", "incident_participants", rows))["rpt_metrics_weekly"]
    people = {row["scope_id"]: row for row in weeks if row["scope_type"] == "person"}
    assert {name: (row["total_incidents"], row["incidents_involved"]) for name, row in people.items()} == {
        "ann": (1, 1),
        "bob": (1, 1),
    }
