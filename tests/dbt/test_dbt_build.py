"""One account through a real `dbt build`: seeds from validated files, models, data tests and unit tests."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.seeds import load_seeds
from pipelines.settings import DBT_PROJECT_DIR
from tests.dbt.account import SEED_TABLES, Account
from tests.dbt.comparison import differences
from tests.dbt.compiled_project import WAREHOUSE, dbt_test_environment, invoke_dbt
from tests.dbt.generator import generate_account
from tests.dbt.loading import load_account, new_warehouse
from tests.dbt.oracle import expect

ACCOUNT_SEED = 853  # 35 incidents of every attribution step, teams of both kinds, reopens, follow-ups in time


@dataclass(frozen=True)
class BuiltTwice:
    """The account, what each of the two builds reported, the warehouse after both and the marts after each."""

    account: Account
    warehouse: Path
    statuses: list[dict[str, str]]
    marts: list[dict[str, list[Any]]]


@pytest.fixture(scope="module")
def built_twice(tmp_path_factory: pytest.TempPathFactory) -> BuiltTwice:
    scratch = tmp_path_factory.mktemp("dbt_build")
    account = generate_account(ACCOUNT_SEED, "defaults")
    warehouse = scratch / f"{WAREHOUSE}.duckdb"
    _write_warehouse(warehouse, account)
    _write_seeds(scratch / "files", account)
    load_seeds(scratch / "files", {team["id"] for team in account.table("teams")}).write_normalised(
        scratch / "seeds"
    )
    environment = dbt_test_environment(scratch, DBT_PROJECT_DIR, scratch / "seeds")
    environment["INCIDENT_MARTS_AS_OF"] = account.as_of.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if account.coverage_start:
        environment["INCIDENT_MARTS_START"] = account.coverage_start.isoformat()
    statuses, marts = [], []
    # The second build is as in production, where unit tests have nothing to prove.
    for selection in ([], ["--exclude", "test_type:unit"]):
        outcome = invoke_dbt(["build", *selection], environment, scratch, DBT_PROJECT_DIR)
        statuses.append({result.node.unique_id: str(result.status) for result in outcome.result.results})
        marts.append(_marts(warehouse))
    return BuiltTwice(account, warehouse, statuses, marts)


def test_every_seed_model_and_test_of_a_build_is_green(built_twice: BuiltTwice) -> None:
    for statuses in built_twice.statuses:
        others = {name: status for name, status in statuses.items() if status not in ("success", "pass")}
        # The account's own durations are made up, so they cannot agree with ours.
        assert others == {"test.incident_marts.native_durations_agree_with_ours": "warn"}
    kinds = {name.split(".")[0] for name in built_twice.statuses[0]}
    assert kinds == {"operation", "seed", "model", "test", "unit_test"}


def test_a_second_build_at_the_same_instant_gives_the_same_marts(built_twice: BuiltTwice) -> None:
    first, second = built_twice.marts
    assert first == second
    assert first["rpt_metrics_weekly"]
    assert first["fct_attribution_evidence"]


def test_a_build_by_dbt_gives_what_the_definitions_say(built_twice: BuiltTwice) -> None:
    with duckdb.connect(str(built_twice.warehouse), read_only=True) as connection:
        assert differences(connection, built_twice.account, expect(built_twice.account)) == []


def test_descriptions_of_marts_are_comments_in_the_warehouse(built_twice: BuiltTwice) -> None:
    with duckdb.connect(str(built_twice.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        columns = connection.execute(
            "select table_name || '.' || column_name from duckdb_columns()"
            " where schema_name = 'marts' and comment is null"
        ).fetchall()
    assert [name for name, comment in tables if not (comment or "").startswith("One row per")] == []
    assert columns == []


def _write_warehouse(path: Path, account: Account) -> None:
    with new_warehouse(str(path)) as connection:
        load_account(connection, account)
        connection.execute("drop schema seeds cascade")  # dbt makes it


def _write_seeds(folder: Path, account: Account) -> None:
    folder.mkdir()
    for table, columns in SEED_TABLES.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(account.seed(table))


def _marts(warehouse: Path) -> dict[str, list[Any]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        return {
            name: connection.execute(f"select * from marts.{name} order by all").fetchall() for (name,) in names
        }
