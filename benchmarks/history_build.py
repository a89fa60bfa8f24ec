"""(f) The build over many teams and years: in full, and again after a day on which few incidents changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import orjson

from benchmarks.environment import clean_environ
from benchmarks.history import AS_OF, TEAMS, YEARS, write_history
from benchmarks.measure import Cost, measure, python
from tests.dbt.loading import RAW_SCHEMA

CHANGED = 200
NEXT_AS_OF = AS_OF + timedelta(days=1)
NEXT_LOAD_ID = "1800000000.0"


def bench_history(scratch: Path, incidents: int) -> None:
    """Build `incidents` and a tenth of them, each in full and after changes; no incidents at all are start-up."""
    print(
        f"\n(f) builds with their checks, {TEAMS} teams in 4 levels, {YEARS:.0f} years; {CHANGED} incidents change"
    )
    _, start_up = _build_twice(scratch, 0)
    print(f"    none       start-up    {start_up}")
    again: dict[int, Cost] = {}
    for size in (incidents, incidents // 10):
        full, again[size] = _build_twice(scratch, size)
        print(f"    {size:<9,}  full        {full}   (target: 60 s and 2,048 MiB at 500,000)")
        print(f"    {size:<9,}  changes     {again[size]}")
    large, small = (again[size].cpu - start_up.cpu for size in (incidents, incidents // 10))
    print(
        f"    ratio of the builds after changes, start-up apart: cpu {large / small:.2f}   (target: at most 1.30)"
    )


def _build_twice(scratch: Path, incidents: int) -> tuple[Cost, Cost]:
    home, seeds = scratch / f"history-{incidents}", scratch / f"history-{incidents}-seeds"
    home.mkdir()
    write_history(home / "warehouse.duckdb", seeds, incidents, scratch)
    full = _build(home, seeds, AS_OF.isoformat())
    _change_incidents(home / "warehouse.duckdb")
    return full, _build(home, seeds, NEXT_AS_OF.isoformat())


def _build(home: Path, seeds: Path, as_of: str) -> Cost:
    settings = {
        "INCIDENT_MARTS_HOME": str(home),
        "INCIDENT_MARTS_SEEDS": str(seeds),
        "INCIDENT_MARTS_AS_OF": as_of,
    }
    cost = measure(python("-m", "apps.cli", "build", "--json"), clean_environ() | settings)
    if not orjson.loads(cost.stdout)["ok"]:
        raise RuntimeError(cost.stdout)
    return cost


def _change_incidents(warehouse: Path) -> None:
    """The newest incidents took an hour more of work, as a load of their new rows would leave them."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"create temp table changed as select * replace ("
            f" '{NEXT_LOAD_ID}' as _dlt_load_id, cast('{AS_OF.isoformat()}' as timestamptz) as updated_at,"
            f" workload_minutes_total + 60 as workload_minutes_total)"
            f" from {RAW_SCHEMA}.incidents order by created_at desc limit {CHANGED}"
        )
        connection.execute(f"delete from {RAW_SCHEMA}.incidents where id in (select id from changed)")
        connection.execute(f"insert into {RAW_SCHEMA}.incidents by name from changed")
        connection.execute(
            f"insert into {RAW_SCHEMA}._dlt_loads by name select '{NEXT_LOAD_ID}' as load_id,"
            f" 'incident_io' as schema_name, 0 as status,"
            f" cast('{NEXT_AS_OF.isoformat()}' as timestamptz) as inserted_at"
        )
