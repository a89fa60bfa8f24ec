"""The Dagster definitions: they load on a bare machine, and lineage joins from endpoint to published mart."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from orchestration.manifest import load_manifest
from pipelines.incident_io.endpoints import ENDPOINTS
from pipelines.settings import PROJECT_ROOT, Settings

# Loads the definitions with every way out of the process closed, and says what it found.
BARE_LOAD = """
import json, socket, sys

def refuse(*_arguments, **_options):
    raise AssertionError("definitions must load without a network")

socket.socket.connect = refuse
socket.getaddrinfo = refuse
import duckdb

duckdb.connect = refuse
from orchestration.definitions import defs

loaded = defs()
job = loaded.resolve_job_def("incident_marts")
print(json.dumps({"assets": len(loaded.resolve_all_asset_keys()), "job": job.name}))
"""


def ancestors(graph: dg.AssetGraph, key: dg.AssetKey) -> set[dg.AssetKey]:
    found: set[dg.AssetKey] = set()
    waiting = [key]
    while waiting:
        for parent in graph.get(waiting.pop()).parent_keys:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def keys_in(graph: dg.AssetGraph, first: str) -> set[dg.AssetKey]:
    return {key for key in graph.get_all_asset_keys() if key.path[0] == first}


def test_definitions_load_with_no_network_no_key_and_no_warehouse(tmp_path: Path):
    finished = subprocess.run(
        [sys.executable, "-c", BARE_LOAD],
        cwd=tmp_path,
        env={"PYTHONPATH": str(PROJECT_ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    found = json.loads(finished.stdout.splitlines()[-1])
    assert found["assets"] > len(ENDPOINTS)
    assert found["job"] == "incident_marts"
    assert not list(tmp_path.rglob("*.duckdb"))


def test_every_endpoint_is_an_asset_with_nothing_above_it(graph: dg.AssetGraph):
    raw = keys_in(graph, "raw_incident_io")
    assert {key.path[1] for key in raw} == {endpoint.name for endpoint in ENDPOINTS}
    assert all(not graph.get(key).parent_keys for key in raw)


def test_no_asset_depends_on_one_that_nobody_makes(graph: dg.AssetGraph):
    made = graph.materializable_asset_keys
    assert {parent for key in made for parent in graph.get(key).parent_keys} <= made


# Loaded and staged for whoever queries the warehouse; no mart reads them yet.
STAGED_ONLY = {"actions", "incident_attachments", "alerts", "incident_alerts", "escalations", "schedules"}


@pytest.mark.parametrize("endpoint", [endpoint.name for endpoint in ENDPOINTS])
def test_lineage_joins_from_each_raw_table_to_staging_and_to_a_published_mart(graph: dg.AssetGraph, endpoint: str):
    raw = dg.AssetKey(["raw_incident_io", endpoint])
    reached = [key for key in keys_in(graph, "published") if raw in ancestors(graph, key)]
    assert bool(reached) == (endpoint not in STAGED_ONLY)
    assert raw in ancestors(graph, dg.AssetKey(["staging", f"stg_incident_io__{endpoint}"]))


def test_lineage_joins_from_each_seed_that_attribution_reads(graph: dg.AssetGraph):
    above = ancestors(graph, dg.AssetKey(["published", "fct_incident_teams"]))
    assert {key.path[1] for key in above if key.path[0] == "seeds"} >= {
        *("teams", "team_mapping", "service_ownership", "incident_owners", "timestamp_roles")
    }


def test_every_mart_is_published_and_the_logs_of_the_runs_with_them(graph: dg.AssetGraph):
    marts = {key.path[1] for key in keys_in(graph, "marts")}
    assert "fct_incidents" in marts
    assert {key.path[1] for key in keys_in(graph, "published")} == marts | {"run_log", "rpt_restatements"}


def test_groups_are_the_stages_of_the_path(graph: dg.AssetGraph):
    assert {(key.path[0], graph.get(key).group_name) for key in graph.get_all_asset_keys()} == {
        ("raw_incident_io", "raw"),
        ("seeds", "seeds"),
        ("staging", "staging"),
        ("intermediate", "intermediate"),
        ("history", "history"),
        ("marts", "marts"),
        ("published", "published"),
    }


def test_every_dbt_test_is_an_asset_check(graph: dg.AssetGraph, settings: Settings):
    manifest = load_manifest(settings)
    tests = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"}
    assert tests
    assert {key.name for key in graph.asset_check_keys} >= tests


def test_one_job_covers_the_whole_path(definitions: dg.Definitions, graph: dg.AssetGraph):
    job = definitions.resolve_job_def("incident_marts")
    assert set(job.asset_layer.executable_asset_keys) == graph.materializable_asset_keys
    assert {node.name for node in job.nodes} == {"incident_io", "dbt_build", "publish_marts"}


def test_everything_that_writes_the_warehouse_shares_one_pool(definitions: dg.Definitions):
    job = definitions.resolve_job_def("incident_marts")
    assert {node.definition.pool for node in job.nodes} == {"warehouse"}


def test_publishing_waits_for_everything_else(definitions: dg.Definitions):
    job = definitions.resolve_job_def("incident_marts")
    waits_for = {
        upstream.node
        for name, inputs in job.dependencies.items()
        if name.name == "publish_marts"
        for definition in inputs.values()
        for upstream in definition.get_node_dependencies()
    }
    assert waits_for == {"dbt_build"}


def test_the_daily_schedule_is_on_and_runs_the_job(definitions: dg.Definitions):
    schedule = definitions.resolve_schedule_def("daily")
    assert schedule.job_name == "incident_marts"
    assert schedule.cron_schedule == "0 5 * * *"
    assert schedule.execution_timezone == "UTC"
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


def test_steps_run_in_one_process(definitions: dg.Definitions):
    assert definitions.resolve_job_def("incident_marts").executor_def.name == "in_process"
