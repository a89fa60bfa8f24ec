"""Accounts that change while dbt builds them again and again, and what differs from a build in full afterwards."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipelines.dbt_environment import DBT_SALT
from tests.dbt.account import RAW_TABLES, Account
from tests.dbt.building import run_environment, run_values
from tests.dbt.compiled_project import WAREHOUSE, CompiledProject, DbtProject, dbt_test_environment, invoke_dbt
from tests.dbt.evolving import evolve, some_months_earlier
from tests.dbt.generator import generate_account
from tests.dbt.loading import RAW_SCHEMA, SALT, load_account, new_warehouse, open_warehouse

# Seeds of accounts with 15 incidents or more, most of them before the instant of the runs, and with participants.
QUICK = [("defaults", 1041), ("kolkata_services_first", 3070)]
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

    def changed_incidents(self) -> int:
        """How many incidents the last build found changed since the one before."""
        with open_warehouse(str(self.warehouse)) as connection:
            (count,) = connection.execute("select count(*) from intermediate.int_changed_incidents").fetchall()[0]
        return int(count)

    def windows_too_old(self) -> list[str]:
        """Weeks that end no window any more, and yet have trailing times to resolve, which no mart shows."""
        with open_warehouse(str(self.warehouse)) as connection:
            weeks = connection.execute(
                "select distinct period_start from intermediate.int_trailing_time_to_resolve"
                " where period_start not in (select period_start from intermediate.int_trailing_windows)"
            ).fetchall()
        return [f"int_trailing_time_to_resolve, too old: {week}" for (week,) in weeks]


def tell_story(home: Home, variant: str, seed: int, compiled: CompiledProject) -> list[dict[str, str | None]]:
    """Builds the account run after run, fails at the first difference; why each build made which model in full."""
    told = []
    for run, account in enumerate(evolve(generate_account(seed, variant), seed, RUNS)):
        home.load(account)
        told.append(home.build(account))
        found = home.differences(account, compiled)
        assert found == [], f"{variant} {seed}, run {run}, {len(found)} differences, first {found[:6]}"
    return told


QUIET_VARIABLES = {"trailing_history_weeks": 4}
QUIET_DAYS = timedelta(days=80)
MOVED_INCIDENTS = 3
# Models with a person's periods, which begin with the first incident and so can all be others.
OF_FIRST_DAYS = {"rpt_metrics_by_severity"}


def tell_quiet_story(home: Home, compiled: CompiledProject) -> None:
    """Time passes: periods become complete, and weeks too old to end a window. Then incidents leave their days for
    others. Fails at the first difference, and where a build does not go on from the one before."""
    variant, seed = QUICK[0]
    account = generate_account(seed, variant)
    later = replace(account, as_of=account.as_of + QUIET_DAYS)
    corrected = some_months_earlier(later, MOVED_INCIDENTS)
    for number, told in enumerate((account, later, corrected)):
        home.load(told)
        reasons = home.build(told)
        assert number != 1 or home.changed_incidents() == 0, "something lies after the instant of the first build"
        anew = {model for model, reason in reasons.items() if reason is not None}
        assert not number or anew <= OF_FIRST_DAYS, reasons
        found = home.differences(told, compiled) + home.windows_too_old()
        assert found == [], f"build {number}, {len(found)} differences, first {found[:6]}"
