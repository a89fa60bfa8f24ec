"""(f) The build over many teams and years: in full, and again after a day on which few incidents changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import orjson

from benchmarks.environment import clean_environ
from benchmarks.history import AS_OF, TEAMS, YEARS, write_history
from benchmarks.measure import Cost, measure, python
from tests.dbt.loading import RAW_SCHEMA

CHANGED = 200
REPEATS = 3  # builds after changes: single ones differ by more than the target leaves room for


def bench_history(scratch: Path, incidents: int) -> None:
    """Build `incidents`, a tenth of them and none, which is start-up: in full, and again after changes."""
    print(
        f"\n(f) builds with their checks, {TEAMS} teams in 4 levels, {YEARS:.0f} years;"
        f" {CHANGED} incidents change, least of {REPEATS} builds after that"
    )
    full: dict[int, Cost] = {}
    again: dict[int, Cost] = {}
    for size in (0, incidents // 10, incidents):
        full[size], again[size] = _build_repeatedly(scratch, size)
        name = f"{size:,}" if size else "none"
        print(f"    {name:<9}  full        {full[size]}")
        print(f"    {name:<9}  changes     {again[size]}")
    apart = full[incidents].wall - full[0].wall
    print(f"    {incidents:,} in full, start-up apart: wall {apart:.1f} s   (target: 60 s, 2,048 MiB at 500,000)")
    wall, cpu = (_ratio([getattr(again[size], what) for size in sorted(again)]) for what in ("wall", "cpu"))
    print(f"    ratio after changes, start-up apart: wall {wall:.2f}   cpu {cpu:.2f}   (target: at most 1.30)")


def _ratio(seconds: list[float]) -> float:
    start_up, small, large = seconds
    return (large - start_up) / (small - start_up)


def _build_repeatedly(scratch: Path, incidents: int) -> tuple[Cost, Cost]:
    home, seeds = scratch / f"history-{incidents}", scratch / f"history-{incidents}-seeds"
    home.mkdir()
    write_history(home / "warehouse.duckdb", seeds, incidents, scratch)
    full = _build(home, seeds, AS_OF)
    again = []
    for day in range(1, REPEATS + 1):
        _change_incidents(home / "warehouse.duckdb", f"{1_800_000_000 + day}.0", AS_OF + timedelta(days=day))
        again.append(_build(home, seeds, AS_OF + timedelta(days=day)))
    least = replace(
        again[-1],
        wall=min(cost.wall for cost in again),
        cpu=min(cost.cpu for cost in again),
        peak_mib=max(cost.peak_mib for cost in again),
    )
    return full, least


def _build(home: Path, seeds: Path, as_of: datetime) -> Cost:
    settings = {
        "INCIDENT_MARTS_HOME": str(home),
        "INCIDENT_MARTS_SEEDS": str(seeds),
        "INCIDENT_MARTS_AS_OF": as_of.isoformat(),
    }
    cost = measure(python("-m", "apps.cli", "build", "--json"), clean_environ() | settings)
    if not orjson.loads(cost.stdout)["ok"]:
        raise RuntimeError(cost.stdout)
    return cost


def _change_incidents(warehouse: Path, load_id: str, loaded_at: datetime) -> None:
    """The newest incidents took an hour more of work, as a load of their new rows would leave them."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"create temp table changed as select * replace ("
            f" '{load_id}' as _dlt_load_id, cast('{loaded_at.isoformat()}' as timestamptz) as updated_at,"
            f" workload_minutes_total + 60 as workload_minutes_total)"
            f" from {RAW_SCHEMA}.incidents order by created_at desc limit {CHANGED}"
        )
        connection.execute(f"delete from {RAW_SCHEMA}.incidents where id in (select id from changed)")
        connection.execute(f"insert into {RAW_SCHEMA}.incidents by name from changed")
        connection.execute(
            f"insert into {RAW_SCHEMA}._dlt_loads by name select '{load_id}' as load_id,"
            f" 'incident_io' as schema_name, 0 as status,"
            f" cast('{loaded_at.isoformat()}' as timestamptz) as inserted_at"
        )
