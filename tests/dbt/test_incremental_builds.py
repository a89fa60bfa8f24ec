"""Builds that go on from the last one leave the marts that a build in full would make, row for row.

dbt itself builds an account again and again while it changes; after every build each mart is compared with what
the statements of the project make of the same raw tables in full.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.dbt_environment import DBT_SALT
from tests.dbt.account import RAW_TABLES, Account
from tests.dbt.building import run_environment, run_values
from tests.dbt.compiled_project import (
    WAREHOUSE,
    CompiledProject,
    DbtProject,
    dbt_test_environment,
    invoke_dbt,
)
from tests.dbt.conftest import Compile
from tests.dbt.evolving import evolve
from tests.dbt.generator import VARIANTS, generate_account
from tests.dbt.loading import RAW_SCHEMA, SALT, load_account, new_warehouse, open_warehouse

# Seeds of accounts with 15 incidents or more.
QUICK = [("defaults", 1000), ("kolkata_services_first", 3001)]
LONG_SEEDS = range(2000, 2020)
RUNS = 3
SEEDS_STAY = ["--exclude", "resource_type:seed", "test_type:unit"]


@dataclass
class Home:
    """A warehouse that dbt builds again and again, with the loads that came in."""

    folder: Path
    project: DbtProject
    variables: dict[str, Any]
    loads: int = 0
    warehouse: Path = field(init=False)

    def __post_init__(self) -> None:
        self.warehouse = self.folder / f"{WAREHOUSE}.duckdb"
        new_warehouse(str(self.warehouse)).close()

    def load(self, account: Account) -> None:
        """As the extraction would: a row that changed, or is new, carries the id of this load."""
        self.loads += 1
        with open_warehouse(str(self.warehouse)) as connection:
            for table in RAW_TABLES:
                connection.execute(f"create temp table before_{table} as from {RAW_SCHEMA}.{table}")
            known = connection.execute(f"select load_id from {RAW_SCHEMA}._dlt_loads").fetchall()
            load_account(connection, account)
            connection.execute(f"update {RAW_SCHEMA}._dlt_loads set load_id = '{self._load_id}'")
            for (load_id,) in known:
                connection.execute(
                    f"insert into {RAW_SCHEMA}._dlt_loads by name"
                    f" select * replace ('{load_id}' as load_id) from {RAW_SCHEMA}._dlt_loads limit 1"
                )
            for table in RAW_TABLES:
                connection.execute(f"update {RAW_SCHEMA}.{table} set _dlt_load_id = '{self._load_id}'")
                connection.execute(
                    f"update {RAW_SCHEMA}.{table} as now set _dlt_load_id = old._dlt_load_id from ("
                    f"  select before.id, before._dlt_load_id from before_{table} as before"
                    f"  inner join {RAW_SCHEMA}.{table} as here on before.id = here.id"
                    f"  where {self._same_columns(table)}) as old where now.id = old.id"
                )

    @property
    def _load_id(self) -> str:
        return f"{1_700_000_000 + self.loads}.0"

    @staticmethod
    def _same_columns(table: str) -> str:
        columns = [*RAW_TABLES[table], "deleted_at"]
        return " and ".join(
            f'before."{name}" is not distinct from here."{name}"' for name in dict.fromkeys(columns)
        )

    def build(self, account: Account, *options: str) -> dict[str, str | None]:
        """Why each model that is built by key was built in full; None for those that went on."""
        environment = dbt_test_environment(self.folder, self.project.project_dir, self.project.seeds_dir)
        environment |= run_environment(account) | {DBT_SALT: SALT}
        arguments = ["build", *SEEDS_STAY, *options, "--vars", json.dumps(self.variables)]
        invoke_dbt(arguments, environment, self.folder, self.project.project_dir, self.project.manifest)
        with open_warehouse(str(self.warehouse)) as connection:
            return dict(connection.execute("select model, reason_for_full from build_state.models").fetchall())

    def differences(self, account: Account, compiled: CompiledProject) -> list[str]:
        """What differs between the marts and those that the statements make in full of the same raw tables."""
        copy = self.folder / "copy.duckdb"
        shutil.copy(self.warehouse, copy)
        said = []
        with open_warehouse(str(copy)) as connection:
            models = [model for model in compiled.models if not model.snapshot]
            marts = [model for model in models if model.schema == "marts"]
            for mart in marts:
                connection.execute(f"create table built_{mart.name} as from {mart.relation}")
            compiled.run(connection, run_values(account), models=models)
            for mart in marts:
                described = connection.execute(f"describe {mart.relation}").fetchall()
                columns = ", ".join(f'"{name}"' for name, *_ in described)  # a contract has an order of its own
                for name, one, other in (
                    ("missing or otherwise", mart.relation, f"built_{mart.name}"),
                    ("too many or otherwise", f"built_{mart.name}", mart.relation),
                ):
                    sql = f"select {columns} from {one} except all select {columns} from {other}"
                    rows = connection.execute(sql).fetchall()
                    said += [f"{mart.name}, {name}: {row}" for row in rows]
        copy.unlink()
        return said


def _story(home: Home, variant: str, seed: int, compiled: CompiledProject) -> list[dict[str, str | None]]:
    """Builds the account run after run, fails at the first difference; why each build made which model in full."""
    told = []
    for run, account in enumerate(evolve(generate_account(seed, variant), seed, RUNS)):
        home.load(account)
        told.append(home.build(account))
        found = home.differences(account, compiled)
        assert found == [], f"{variant} {seed}, run {run}, {len(found)} differences, first {found[:6]}"
    return told


@pytest.mark.parametrize(("variant", "seed"), QUICK)
def test_a_build_that_goes_on_leaves_the_marts_of_a_build_in_full(
    variant: str, seed: int, tmp_path: Path, dbt_project: DbtProject, compile_project: Compile
) -> None:
    home = Home(tmp_path, dbt_project, VARIANTS[variant])
    first, *others = _story(home, variant, seed, compile_project(VARIANTS[variant]))
    assert set(first.values()) == {"there is no earlier build"}
    went_on = [sum(reason is None for reason in reasons.values()) for reasons in others]
    assert max(went_on) > len(first) * 3 / 4, went_on


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
        "attribution_priority": ["service", "organisation"],
        "trailing_history_weeks": 60,
        "week_start": "sunday",
    }
    home = Home(tmp_path, dbt_project, {})
    for run, account in enumerate(evolve(generate_account(1000, "defaults"), 1000, 3)):
        home.variables = others if run == 1 else {}
        home.load(account)
        home.build(account)
        assert home.differences(account, compile_project(home.variables)) == [], f"run {run}"


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG_SEEDS)
@pytest.mark.parametrize("variant", list(VARIANTS))
def test_many_stories(
    variant: str, seed: int, tmp_path: Path, dbt_project: DbtProject, compile_project: Compile
) -> None:
    _story(Home(tmp_path, dbt_project, VARIANTS[variant]), variant, seed, compile_project(VARIANTS[variant]))
