"""`make bench`: every figure with its floor measured in the same run (`make bench ARGS="extract --rounds 5"`)."""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import orjson

from apps.demo_api.server import DemoServer
from benchmarks.environment import AS_OF, environ_of
from benchmarks.history_build import bench_history
from benchmarks.measure import Cost, describe_machine, measure, python
from benchmarks.reading import bench_daily, bench_limits
from pipelines.settings import DEMO_SEEDS_DIR

CLI = ("-m", "apps.cli")
ALL = ["extract", "build", "rerun", "limits", "daily", "history"]


def bench_extract(scratch: Path, incidents: int, rounds: int) -> None:
    """(a) Extract and load the incident list, against plain HTTP and DuckDB's JSON reader."""
    print(f"\n(a) extract + load of {incidents:,} incidents; whole processes, {rounds} rounds in turn, medians")
    with DemoServer.generated(subprocess=True, incidents=incidents, until=AS_OF) as server:
        floors: list[Cost] = []
        ours: list[Cost] = []
        for turn in range(rounds + 1):
            home = scratch / f"extract-{turn}"
            environ = environ_of(home, server.url, server.api_key)
            floor = measure(python("-m", "benchmarks.floor_extract", server.url, "INCIDENT_IO_API_KEY"), environ)
            product = measure(python("-m", "benchmarks.extract_incidents"), environ)
            if int(floor.stdout) != int(product.stdout):
                raise RuntimeError(f"the floor read {floor.stdout} incidents and the product {product.stdout}")
            shutil.rmtree(home)
            if turn:  # the first round warms the server and the file cache
                floors.append(floor)
                ours.append(product)
    print(f"    floor    {median_cost(floors)}\n    product  {median_cost(ours)}")
    cpu = statistics.median(mine.cpu / floor.cpu for mine, floor in zip(ours, floors, strict=True))
    wall = statistics.median(mine.wall / floor.wall for mine, floor in zip(ours, floors, strict=True))
    print(f"    ratio    cpu {cpu:.2f}   wall {wall:.2f}   (target: at most 2.50 each)")


def bench_build(scratch: Path, incidents: int) -> None:
    """(b) A whole run, and the dbt build in it against the same statements executed directly."""
    print(f"\n(b) whole run over {incidents:,} incidents")
    home = scratch / f"build-{incidents}"
    with DemoServer.generated(subprocess=True, incidents=incidents, until=AS_OF) as server:
        environ = environ_of(home, server.url, server.api_key)
        run = measure(python(*CLI, "run", "--json"), environ)
    stages = orjson.loads(run.stdout)["seconds"]
    print(f"    run      {run}   (target: peak under 1536 MiB)")
    print(f"    stages   {stage_text(stages)}")
    warehouse = home / "warehouse.duckdb"
    build = measure(python(*CLI, "build", "--json"), environ)
    seconds = orjson.loads(build.stdout)["seconds"]["build"]
    bench_plan(scratch, environ)
    direct = measure(
        python("-m", "benchmarks.direct_build", str(warehouse), str(scratch / "direct"), AS_OF.isoformat()),
        environ,
    )
    floor = float(direct.stdout)
    print(f"    build    {seconds:7.1f} s (checks included)   same statements directly {floor:7.1f} s")
    print(f"    overhead {seconds - floor:7.1f} s   ratio {seconds / floor:.2f}   (target: overhead at most 15 s)")
    shutil.rmtree(home)


def bench_plan(scratch: Path, environ: dict[str, str]) -> None:
    """What an edited mapping would change, on the home of the settings; its seeds stay as they are."""
    draft = scratch / "draft"
    shutil.copytree(DEMO_SEEDS_DIR, draft, dirs_exist_ok=True)
    mapping = draft / "team_mapping.csv"
    text = mapping.read_text(encoding="utf-8")
    edited = text.replace("Infrastructure,cloud-foundation", "Infrastructure,networking")
    if edited == text:
        raise RuntimeError("the demo's mapping has no row to edit any more: adapt bench_plan")
    mapping.write_text(edited, encoding="utf-8")
    plan = measure(python(*CLI, "mapping", "plan", "--seeds", str(draft), "--json"), environ)
    moved = len(orjson.loads(plan.stdout)["incidents"])
    print(f"    plan     {plan}   ({moved:,} incidents would move)")


def bench_rerun(scratch: Path, incidents: int) -> None:
    """(c) A second run with nothing changed, by stage."""
    print(f"\n(c) second run with nothing changed, {incidents:,} incidents")
    home = scratch / "rerun"
    with DemoServer.generated(subprocess=True, incidents=incidents, until=AS_OF) as server:
        environ = environ_of(home, server.url, server.api_key)
        for name in ("first", "second"):
            cost = measure(python(*CLI, "run", "--json"), environ)
            stages = orjson.loads(cost.stdout)["seconds"]
            start_up = cost.wall - sum(stages.values())
            print(f"    {name:<8} {cost}\n             {stage_text(stages)}, start and end {start_up:.1f} s")
    print(f"    --help   {measure(python(*CLI, '--help'), environ)}")


def median_cost(costs: list[Cost]) -> Cost:
    """Median of each figure."""
    return Cost(
        wall=statistics.median(cost.wall for cost in costs),
        cpu=statistics.median(cost.cpu for cost in costs),
        peak_mib=statistics.median(cost.peak_mib for cost in costs),
        stdout="",
    )


def stage_text(stages: dict[str, float]) -> str:
    """`extract 1.2 s, build 3.4 s`."""
    return ", ".join(f"{name} {seconds:.1f} s" for name, seconds in stages.items())


def main() -> None:
    """Run the chosen benchmarks, all of them when none is named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("which", nargs="*", choices=[*ALL, []], help="default: all")
    parser.add_argument("--incidents", type=int, help="size, instead of the sizes of the targets")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of `extract` (default 3)")
    arguments = parser.parse_args()
    chosen = arguments.which or ALL
    print(describe_machine())
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="incident-marts-bench-") as folder:
        scratch = Path(folder)
        tasks: dict[str, list[Callable[[], None]]] = {
            "extract": [lambda: bench_extract(scratch, arguments.incidents or 50_000, arguments.rounds)],
            "build": [
                lambda size=size: bench_build(scratch, size)
                for size in ([arguments.incidents] if arguments.incidents else [50_000, 500_000])
            ],
            "rerun": [lambda: bench_rerun(scratch, arguments.incidents or 1_500)],
            "limits": [lambda: bench_limits(scratch, arguments.incidents or 100_000)],
            "daily": [lambda: bench_daily(scratch, arguments.incidents or 100_000)],
            "history": [lambda: bench_history(scratch, arguments.incidents or 500_000)],
        }
        for name in chosen:
            for task in tasks[name]:
                task()
                sys.stdout.flush()


if __name__ == "__main__":
    main()
