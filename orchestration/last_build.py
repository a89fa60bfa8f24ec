"""What the last dbt build of a home left behind: whether it succeeded, and the statements it executed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestration.manifest import target_dir
from orchestration.snapshots import SnapshotRules, snapshot_rules
from pipelines.settings import Settings

# Schema and name of a relation; the warehouse's own name for the database is always the first part.
Relation = tuple[str, str]
QUALIFIED = re.compile(r'"warehouse"\."([^"]+)"\."([^"]+)"')
GOOD_ENDINGS = {"success", "pass", "warn", "no-op"}


@dataclass(frozen=True)
class Statement:
    """The select statement of one model or snapshot as dbt compiled it, and the relations it names.

    `snapshot` says how the rows of a snapshot are kept; None for a model.
    """

    relation: Relation
    sql: str
    reads: frozenset[Relation]
    snapshot: SnapshotRules | None = None


@dataclass(frozen=True)
class LastBuild:
    """Statements in an order in which they can be executed, the hooks before them, and when the build began."""

    hooks: list[str]
    statements: list[Statement]
    started_at: datetime


def last_build_succeeded(settings: Settings) -> bool:
    """Whether the newest build in this home ran to its end with nothing failed or skipped."""
    results = _read(settings)
    return results is not None and all(result["status"] in GOOD_ENDINGS for result in results["results"])


def last_build(settings: Settings) -> LastBuild | None:
    """The newest build in this home; None when there is none or it did not succeed.

    Its statements carry the instant and the reporting rules of that build, because dbt writes both into them.
    """
    results = _read(settings)
    if results is None or not last_build_succeeded(settings):
        return None
    rules = _snapshot_rules(settings, results["metadata"]["invocation_id"])
    hooks, statements = [], []
    for result in results["results"]:
        kind, sql = result["unique_id"].partition(".")[0], result["compiled_code"]
        if kind == "operation" and "on-run-start" in result["unique_id"]:
            hooks.append(sql)
        elif kind == "model" or result["unique_id"] in rules:
            [relation] = QUALIFIED.findall(result["relation_name"])
            reads = frozenset(QUALIFIED.findall(sql))
            statements.append(Statement(relation, sql, reads, rules.get(result["unique_id"])))
    return LastBuild(hooks, statements, datetime.fromisoformat(results["metadata"]["invocation_started_at"]))


def _snapshot_rules(settings: Settings, invocation_id: str) -> dict[str, SnapshotRules]:
    """Rules of the snapshots by unique id; none when dbt has parsed another project since the build."""
    path = target_dir(settings) / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
    if not manifest or manifest["metadata"]["invocation_id"] != invocation_id:
        return {}
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "snapshot"]
    return {node["unique_id"]: snapshot_rules(node["config"]) for node in nodes}


def _read(settings: Settings) -> dict[str, Any] | None:
    """dbt's results of the newest command in this home if that was a build."""
    path = target_dir(settings) / "run_results.json"
    if not path.exists():
        return None
    results: dict[str, Any] = json.loads(path.read_bytes())
    return results if results["args"].get("which") == "build" else None
