"""A long history straight into a warehouse file: the demo company's raw tables, stretched to many teams and years.

Loading over HTTP is measured by `extract`; here only what the build reads is wanted, so the generated records go
into the raw tables with DuckDB's own reader. Most incidents name one or two of 300 teams as their owners.

Run as `python -m benchmarks.history WAREHOUSE SEEDS [INCIDENTS]` to keep a warehouse to play with.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from apps.demo_api.account import compile_account
from apps.demo_api.company.build import build_account
from apps.demo_api.company.calendar import HISTORY_START, REFERENCE_END
from apps.demo_api.records import RecordTable
from tests.dbt.account import RAW_TABLES, SEED_TABLES
from tests.dbt.loading import LOAD_ID, RAW_SCHEMA, SQL_TYPES, new_warehouse

AS_OF = datetime(2029, 1, 1, 9, 30, tzinfo=UTC)
YEARS = (AS_OF - HISTORY_START).days / 365.25
TEAMS = 300
# How many teams have how many above them: the root, then 4 levels.
LEVELS = (8, 40, 100, TEAMS - 148)
ROWS_PER_FILE = 20_000
# The demo API answers them for one incident at a time, and the product asks only when told to.
NOT_READ_BY_DEFAULT = {"incident_participants"}


def write_history(warehouse: Path, seeds: Path, incidents: int, scratch: Path) -> None:
    """Make `warehouse`, a new file with so many incidents (nearly) up to AS_OF, and the seed files in `seeds`."""
    share = (REFERENCE_END - HISTORY_START) / (AS_OF - HISTORY_START)
    account = compile_account(build_account(incidents=round(incidents * share), until=AS_OF, processes=2))
    with new_warehouse(str(warehouse)) as connection:
        connection.execute("drop schema seeds cascade")  # dbt makes it
        connection.execute("set threads = 2")
        connection.execute("set preserve_insertion_order = false")
        for table in sorted(set(RAW_TABLES) - NOT_READ_BY_DEFAULT):
            _load(connection, table, account.tables[table], scratch)
        connection.execute(
            f"insert into {RAW_SCHEMA}._dlt_loads by name"
            f" select '{LOAD_ID}' as load_id, 'incident_io' as schema_name, 0 as status,"
            f" cast('{AS_OF.isoformat()}' as timestamptz) as inserted_at"
        )
        _add_teams(connection)
    write_seeds(seeds)


def team_tree() -> list[tuple[str, str]]:
    """(team id, id of the team above it or nothing) of every team."""
    tree: list[tuple[str, str]] = []
    above: list[str] = [""]
    for level, size in enumerate(LEVELS, start=1):
        here = [f"bench-{level}-{number:03}" for number in range(size)]
        tree += [(team_id, above[number % len(above)]) for number, team_id in enumerate(here)]
        above = here
    return tree


def write_seeds(folder: Path) -> None:
    """The seed files of the benchmark: the tree of teams, nothing else."""
    folder.mkdir(parents=True)
    rows = {"teams": [{"team_id": t, "team_name": t, "parent_team_id": above} for t, above in team_tree()]}
    for table, columns in SEED_TABLES.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows.get(table, []))


def _load(connection: duckdb.DuckDBPyConnection, table: str, records: RecordTable, scratch: Path) -> None:
    """Append the records of one resource to its raw table, a file of lines at a time."""
    spec = ", ".join(f"{name}: '{SQL_TYPES[kind]}'" for name, kind in RAW_TABLES[table].items())
    spread = f"replace ({_owners()} as team_ids)" if table == "incidents" else ""
    file = scratch / f"{table}.ndjson"
    for first in range(0, len(records), ROWS_PER_FILE):
        positions = range(first, min(first + ROWS_PER_FILE, len(records)))
        file.write_bytes(b"\n".join(records.read(positions)))
        connection.execute(
            f"insert into {RAW_SCHEMA}.{table} by name"
            f" select * {spread}, '{LOAD_ID}' as _dlt_load_id"
            f" from read_json('{file}', format = 'newline_delimited', columns = {{{spec}}})"
        )
        file.unlink()


def _owners() -> str:
    """An SQL expression: of eight incidents six name one owner out of all teams, one names two, one none."""
    ids = "[" + ", ".join(f"'{team_id}'" for team_id, _ in team_tree()) + "]"
    one, other = (f"{ids}[1 + cast(hash(id, {turn}) % {TEAMS} as bigint)]" for turn in (1, 2))
    return f"to_json(case hash(id) % 8 when 0 then [{one}, {other}] when 1 then [] else [{one}] end)"


def _add_teams(connection: duckdb.DuckDBPyConnection) -> None:
    for team_id, _ in team_tree():
        connection.execute(
            f"insert into {RAW_SCHEMA}.teams (id, name, members, _dlt_load_id) values (?, ?, '[]', ?)",
            [team_id, team_id, LOAD_ID],
        )


def main() -> None:
    """Write a warehouse and its seeds."""
    warehouse, seeds = Path(sys.argv[1]), Path(sys.argv[2])
    incidents = int(sys.argv[3]) if len(sys.argv) > 3 else 500_000
    with tempfile.TemporaryDirectory(dir=warehouse.parent, prefix="history-") as folder:
        write_history(warehouse, seeds, incidents, Path(folder))


if __name__ == "__main__":
    main()
