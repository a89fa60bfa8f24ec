"""Invariants that need more than one build (definitions, section 10: 4 and 6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.dbt.account import Account, Row
from tests.dbt.building import built
from tests.dbt.comparison import all_marts, rows_of
from tests.dbt.conftest import Compile
from tests.dbt.generator import VARIANTS, generate_account

SEEDS = (100, 101, 102)
# NULL until their window has passed, and from then on settled.
WAITING = ("follow_up_completion_30d",)
METRIC_MARTS = ("rpt_metrics_weekly", "rpt_metrics_monthly", "rpt_metrics_quarterly")

accounts = pytest.mark.parametrize(
    ("variant", "seed"), [(variant, seed) for variant in VARIANTS for seed in SEEDS]
)


@accounts
def test_a_second_run_at_the_same_instant_changes_nothing(
    variant: str, seed: int, compile_project: Compile
) -> None:
    compiled = compile_project(VARIANTS[variant])
    account = generate_account(seed, variant)
    with built(compiled, account) as first, built(compiled, _in_another_order(account)) as second:
        assert all_marts(first) == all_marts(second)


@accounts
def test_a_later_instant_without_new_data_changes_no_complete_period(
    variant: str, seed: int, compile_project: Compile
) -> None:
    compiled = compile_project(VARIANTS[variant])
    account = _as_it_was(generate_account(seed, variant))
    with built(compiled, account) as now:
        before = _complete_periods(now)
    after_it = replace(account, earlier=(*account.earlier, account))
    with built(compiled, after_it, account.as_of + timedelta(days=17, hours=5)) as later:
        after = _complete_periods(later)
    assert {key: _as_waited_for(after.get(key), row) for key, row in before.items()} == before


@accounts
def test_changing_ownership_today_changes_no_credit_of_an_incident_before_today(
    variant: str, seed: int, compile_project: Compile
) -> None:
    compiled = compile_project(VARIANTS[variant])
    account = generate_account(seed, variant)
    today = _day_after_everything(account)
    with built(compiled, account) as connection:
        before = rows_of(connection, "fct_incident_teams")
        other_team = connection.execute("select max(team_id) from marts.dim_teams").fetchall()[0][0]
    rows = [row if row["valid_to"] else {**row, "valid_to": today} for row in account.seed("service_ownership")]
    taken_over = {row["service"] for row in rows}
    rows += [
        {"service": s, "team_id": other_team, "valid_from": today, "valid_to": None} for s in sorted(taken_over)
    ]
    with built(compiled, account.with_rows("seeds", "service_ownership", rows)) as connection:
        assert rows_of(connection, "fct_incident_teams") == before


def _in_another_order(account: Account) -> Account:
    """The same account as another extract may have loaded it: rows turned round."""
    return replace(account, raw={table: rows[::-1] for table, rows in account.raw.items()})


def _as_it_was(account: Account) -> Account:
    """Without what happened after the instant of the run, so that a later run meets no new data."""
    seen = {
        table: [row for row in rows if not _is_after(row, account.as_of)] for table, rows in account.raw.items()
    }
    return replace(account, raw=seen)


def _is_after(row: Row, as_of: datetime) -> bool:
    created_at = row.get("created_at")
    return created_at is not None and created_at > as_of


def _complete_periods(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, ...], Row]:
    return {
        (mart, row["scope_type"], row["scope_id"], row["rollup"], row["period_start"]): row
        for mart in METRIC_MARTS
        for row in rows_of(connection, mart)
        if row["is_complete"]
    }


def _as_waited_for(after: Row | None, before: Row) -> Row | None:
    """The later row, without a number that was still waiting for its 30 days before."""
    waiting = {name: None for name in WAITING if before[name] is None}
    return {**after, **waiting} if after else None


def _day_after_everything(account: Account) -> date:
    instants = [row["created_at"] for row in account.table("incidents")] + [account.as_of]
    days = [
        row[bound]
        for row in account.seed("service_ownership")
        for bound in ("valid_from", "valid_to")
        if row[bound]
    ]
    return max([*days, max(instants).astimezone(UTC).date() + timedelta(days=30)]) + timedelta(days=1)
