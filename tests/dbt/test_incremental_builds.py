"""Builds that go on from the last one leave the marts that a build in full would make, row for row.

dbt itself builds an account again and again while it changes; after every build each mart is compared with what
the statements of the project make of the same raw tables in full.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.dbt.account import Account
from tests.dbt.build_stories import QUICK, QUIET_VARIABLES, Home, tell_quiet_story, tell_story
from tests.dbt.compiled_project import DbtProject
from tests.dbt.conftest import Compile
from tests.dbt.evolving import evolve
from tests.dbt.generator import VARIANTS, generate_account
from tests.dbt.loading import RAW_SCHEMA, open_warehouse

LONG_SEEDS = range(2000, 2020)


@pytest.mark.parametrize(("variant", "seed"), QUICK)
def test_a_build_that_goes_on_leaves_the_marts_of_a_build_in_full(
    variant: str, seed: int, tmp_path: Path, dbt_project: DbtProject, compile_project: Compile
) -> None:
    home = Home(tmp_path, dbt_project, VARIANTS[variant])
    first, *others = tell_story(home, variant, seed, compile_project(VARIANTS[variant]))
    assert set(first.values()) == {"there is no earlier build"}
    went_on = [sum(reason is None for reason in reasons.values()) for reasons in others]
    assert max(went_on) > len(first) * 3 / 4, went_on


def test_time_that_passes_and_days_that_incidents_leave_reach_every_mart(
    tmp_path: Path, dbt_project: DbtProject, compile_project: Compile
) -> None:
    tell_quiet_story(Home(tmp_path, dbt_project, QUIET_VARIABLES), compile_project(QUIET_VARIABLES))


def test_a_build_begins_anew_where_the_last_one_is_nothing_to_go_on_from(
    tmp_path: Path, dbt_project: DbtProject
) -> None:
    home = Home(tmp_path, dbt_project, {})
    account = generate_account(1000, "defaults")
    later = replace(account, as_of=account.as_of + timedelta(days=1))
    home.load(account)

    updates = f"{RAW_SCHEMA}.incident_updates"

    def reasons(build: Account, *options: str) -> set[str | None]:
        return set(home.build(build, *options).values())

    assert reasons(later, "--exclude", "resource_type:test") == {"there is no earlier build"}
    assert reasons(account, "--exclude", "resource_type:test") == {"the build before was of a later instant"}
    assert reasons(account, "--select", "int_incidents") >= {"only some models are built"}
    assert reasons(account, "--exclude", "resource_type:test") == {"the build before did not finish"}
    with open_warehouse(str(home.warehouse)) as connection:
        connection.execute(f"delete from {updates} where id = (select min(id) from {updates})")
    assert reasons(account, "--exclude", "resource_type:test") == {"rows have left the raw tables"}
    assert reasons(account, "--exclude", "resource_type:test") == {None}


def test_other_reporting_rules_for_one_run_leave_nothing_of_theirs_behind(
    tmp_path: Path, dbt_project: DbtProject, compile_project: Compile
) -> None:
    others = {
        "minimum_severity_rank": 3,
        "excluded_incident_types": ["Default"],
        "trailing_history_weeks": 60,
        "week_start": "sunday",
    }
    # The priority by itself: what makes other incidents count builds nearly everything in full anyway.
    rules = ({}, {"attribution_priority": ["service", "organisation"]}, others, {})
    home = Home(tmp_path, dbt_project, {})
    for run, account in enumerate(evolve(generate_account(1000, "defaults"), 1000, len(rules))):
        home.variables = rules[run]
        home.load(account)
        home.build(account)
        assert home.differences(account, compile_project(home.variables)) == [], f"run {run}"


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG_SEEDS)
@pytest.mark.parametrize("variant", list(VARIANTS))
def test_many_stories(
    variant: str, seed: int, tmp_path: Path, dbt_project: DbtProject, compile_project: Compile
) -> None:
    tell_story(Home(tmp_path, dbt_project, VARIANTS[variant]), variant, seed, compile_project(VARIANTS[variant]))
