"""(f) The build over many teams and years: in full, and again after a day on which few incidents changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class BuildCost:
    """What one build cost, and for how many wall seconds of it dbt was at work on models and checks."""

    whole: Cost
    working: float

    def __str__(self) -> str:
        return f"{self.whole}   models and checks {self.working:6.1f} s"


def bench_history(scratch: Path, incidents: int) -> None:
    """Build `incidents`, a tenth of them and none: in full, and again after changes.

    Start-up is told apart in two ways: as what a build spends outside models and checks, and as what a build of no
    incidents costs, which has dbt's own cost of every model in it.
    """
    print(
        f"\n(f) builds with their checks, {TEAMS} teams in 4 levels, {YEARS:.0f} years;"
        f" {CHANGED} incidents change, least of {REPEATS} builds after that"
    )
    sizes = (0, incidents // 10, incidents)
    full = {size: _build_in_full(scratch, size) for size in sizes}
    # In turn: the speed of a machine drifts by more than the sizes differ.
    days = [{size: _build_after_changes(scratch, size, day) for size in sizes} for day in range(1, REPEATS + 1)]
    again = {size: _least([day[size] for day in days]) for size in sizes}
    for size in sizes:
        name = f"{size:,}" if size else "none"
        print(f"    {name:<9}  full        {full[size]}")
        print(f"    {name:<9}  changes     {again[size]}")
    beyond_none = full[incidents].whole.wall - full[0].whole.wall
    print(
        f"    {incidents:,} in full: models and checks {full[incidents].working:.1f} s,"
        f" {full[incidents].working / full[0].working:.1f} times those of a build of none,"
        f" beyond it {beyond_none:.1f} s   (target: 60 s, 2,048 MiB at 500,000)"
    )
    none, small, large = (again[size] for size in sizes)
    wall, cpu = (
        (getattr(large.whole, what) - getattr(none.whole, what))
        / (getattr(small.whole, what) - getattr(none.whole, what))
        for what in ("wall", "cpu")
    )
    print(
        f"    ratio after changes: models and checks {large.working / small.working:.2f},"
        f" beyond a build of none wall {wall:.2f} cpu {cpu:.2f}   (target: at most 1.30)"
    )


def _least(costs: Sequence[BuildCost]) -> BuildCost:
    """The least of each figure, and the largest peak."""
    return BuildCost(
        Cost(
            wall=min(cost.whole.wall for cost in costs),
            cpu=min(cost.whole.cpu for cost in costs),
            peak_mib=max(cost.whole.peak_mib for cost in costs),
            stdout="",
        ),
        working=min(cost.working for cost in costs),
    )


def _places(scratch: Path, incidents: int) -> tuple[Path, Path]:
    return scratch / f"history-{incidents}", scratch / f"history-{incidents}-seeds"


def _build_in_full(scratch: Path, incidents: int) -> BuildCost:
    home, seeds = _places(scratch, incidents)
    home.mkdir()
    write_history(home / "warehouse.duckdb", seeds, incidents, scratch)
    return _build(home, seeds, AS_OF)


def _build_after_changes(scratch: Path, incidents: int, day: int) -> BuildCost:
    home, seeds = _places(scratch, incidents)
    loaded_at = AS_OF + timedelta(days=day)
    _change_incidents(home / "warehouse.duckdb", f"{1_800_000_000 + day}.0", loaded_at)
    return _build(home, seeds, loaded_at)


def _build(home: Path, seeds: Path, as_of: datetime) -> BuildCost:
    settings = {
        "INCIDENT_MARTS_HOME": str(home),
        "INCIDENT_MARTS_SEEDS": str(seeds),
        "INCIDENT_MARTS_AS_OF": as_of.isoformat(),
    }
    cost = measure(python("-m", "apps.cli", "build", "--json"), clean_environ() | settings)
    if not orjson.loads(cost.stdout)["ok"]:
        raise RuntimeError(cost.stdout)
    results = orjson.loads((home / "dbt" / "target" / "run_results.json").read_bytes())
    return BuildCost(cost, results["elapsed_time"])


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
