"""Snapshots as dbt takes them, for whoever runs the compiled project without dbt: plans and tests.

What dbt's materialisation does with the strategy `check`, with an instant of our own (`updated_at`) and with rows
that are missing left alone: a new key is inserted; a changed row ends the one before and is inserted. The test of
`dbt build` compares the real thing with the oracle that generated accounts are compared with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb


@dataclass(frozen=True)
class SnapshotRules:
    """Columns of the key, columns whose change makes a new row, and the column with the instant of the run."""

    key: tuple[str, ...]
    checked: tuple[str, ...]
    instant: str


def snapshot_rules(config: Mapping[str, Any]) -> SnapshotRules:
    """The rules out of a snapshot's configuration; ValueError when it is of a kind that is not imitated here."""
    is_known = config["strategy"] == "check" and isinstance(config["check_cols"], list) and config["updated_at"]
    if not is_known or config["hard_deletes"] != "ignore" or config["dbt_valid_to_current"]:
        raise ValueError(f"snapshots.py does not imitate this configuration: {dict(config)}")
    key = config["unique_key"] if isinstance(config["unique_key"], list) else [config["unique_key"]]
    return SnapshotRules(tuple(key), tuple(config["check_cols"]), config["updated_at"])


def take_snapshot(connection: duckdb.DuckDBPyConnection, relation: str, sql: str, rules: SnapshotRules) -> None:
    """Bring the table `relation` up to date with the rows of `sql`, making it when it does not exist."""
    seen_now = (
        f"select *, {rules.instant} as dbt_valid_from, cast(null as timestamptz) as dbt_valid_to"
        f" from ({sql}) as seen"
    )
    connection.execute(f"create table if not exists {relation} as from ({seen_now}) limit 0")
    same_key = " and ".join(f"known.{name} = seen.{name}" for name in rules.key)
    is_changed = " or ".join(f"known.{name} is distinct from seen.{name}" for name in rules.checked)
    connection.execute(
        f"create or replace temp table incoming as select seen.* from ({seen_now}) as seen"
        f" left join {relation} as known on {same_key} and known.dbt_valid_to is null"
        f" where known.{rules.key[0]} is null or {is_changed}"
    )
    connection.execute(
        f"update {relation} as known set dbt_valid_to = seen.{rules.instant} from incoming as seen"
        f" where {same_key} and known.dbt_valid_to is null"
    )
    connection.execute(f"insert into {relation} by name from incoming")
    connection.execute("drop table incoming")
