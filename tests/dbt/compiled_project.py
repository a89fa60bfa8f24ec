"""The dbt project as plain SQL: parsed once, compiled once per set of variables, run as often as wanted.

dbt needs seconds for every build, most of them for parsing and for its own bookkeeping. The tests and the
benchmark want the same statements without it: `DbtProject` parses the project once, `compile` renders every model
with given variables, and `CompiledProject.run` executes the statements in dependency order on a DuckDB connection.

Run-dependent values (`as_of`, `coverage_start`, when the incidents were read) are compiled as placeholders and put
in as text, so that one compilation serves every instant. That is sound because the project writes them as literals
only and never branches on them; `compile` fails when a placeholder does not come out of the compiler.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from orchestration.snapshots import SnapshotRules, snapshot_rules, take_snapshot
from pipelines.dbt_environment import READ_AT, SWEPT_AT
from pipelines.settings import DBT_PROJECT_DIR, PROJECT_ROOT, as_text

WAREHOUSE = "warehouse"
SEEDS_DIR = PROJECT_ROOT / "seeds"
AS_OF_PLACEHOLDER = "1870-01-02T03:04:05.060708Z"
COVERAGE_PLACEHOLDER = "1871-02-03"
READ_AT_PLACEHOLDER = "1872-01-02T03:04:05.060708Z"
SWEPT_AT_PLACEHOLDER = "1873-01-02T03:04:05.060708Z"
PLACEHOLDERS = (AS_OF_PLACEHOLDER, COVERAGE_PLACEHOLDER, READ_AT_PLACEHOLDER, SWEPT_AT_PLACEHOLDER)
BY_KEY = "incremental_by_key"
LAYERS = ("staging", "intermediate", "history", "marts")


class DbtProjectError(Exception):
    """dbt could not parse or compile the project; the message is dbt's own."""


@dataclass(frozen=True)
class CompiledModel:
    """One model or snapshot: `relation` is its quoted name, `sql` its select statement, `materialized` view, table
    or snapshot; `snapshot` the rules of a snapshot."""

    name: str
    schema: str
    relation: str
    materialized: str
    sql: str
    parents: tuple[str, ...]
    snapshot: SnapshotRules | None = None


@dataclass(frozen=True)
class RunValues:
    """What differs from run to run: aware instants and a local date."""

    as_of: datetime
    coverage_start: date | None = None
    read_at: datetime | None = None
    swept_at: datetime | None = None


@dataclass(frozen=True)
class CompiledProject:
    """Every model and snapshot of the project for one set of variables, in an order in which they can be built."""

    hooks: tuple[str, ...]
    models: tuple[CompiledModel, ...]

    def with_models(self, others: Iterable[CompiledModel]) -> CompiledProject:
        """This project with models of another compilation in the place of its own of the same names."""
        changed = {model.name: model for model in others}
        return replace(self, models=tuple(changed.get(model.name, model) for model in self.models))

    @cached_property
    def history(self) -> tuple[CompiledModel, ...]:
        """The snapshots and every model that one of them reads, in an order in which they can be built."""
        wanted: set[str] = set()
        for model in reversed(self.models):
            if model.snapshot or model.name in wanted:
                wanted |= {model.name, *model.parents}
        return tuple(model for model in self.models if model.name in wanted)

    def run(
        self,
        connection: duckdb.DuckDBPyConnection,
        values: RunValues,
        after_model: Callable[[CompiledModel], None] | None = None,
        views_as_tables: bool = False,
        models: Iterable[CompiledModel] | None = None,
    ) -> None:
        """Build every model, or only `models`, on `connection`, whose current database must be named `warehouse`
        and hold the raw tables and seeds. `after_model` is called when a model stands.
        `views_as_tables` stores every model: same rows, and faster on little data, where planning the views inside
        views is most of the work.
        """
        for layer in LAYERS:
            connection.execute(f"create schema if not exists {layer}")
        for hook in self.hooks:
            connection.execute(hook)
        for model in self.models if models is None else models:
            sql = with_run_values(model.sql, values)
            kind = "table" if views_as_tables else model.materialized
            try:
                if model.snapshot:
                    take_snapshot(connection, model.relation, sql, model.snapshot)
                else:
                    connection.execute(f"create or replace {kind} {model.relation} as {sql}")
            except duckdb.Error as error:
                raise DbtProjectError(f"model {model.name} does not run: {error}") from error
            if after_model is not None:
                after_model(model)


def copy_project(scratch: Path) -> Path:
    """A copy of the dbt project under `scratch`, to be changed; returns its folder."""
    folder = scratch / "project" / DBT_PROJECT_DIR.name
    shutil.copytree(DBT_PROJECT_DIR, folder, ignore=shutil.ignore_patterns("target", "logs"))
    return folder


class DbtProject:
    """The parsed project. `scratch` is a folder for dbt's target files and its empty warehouse."""

    def __init__(self, scratch: Path, project_dir: Path = DBT_PROJECT_DIR, seeds_dir: Path = SEEDS_DIR) -> None:
        self.scratch = scratch
        self.project_dir = project_dir.resolve()
        self.seeds_dir = seeds_dir
        self.environment = dbt_test_environment(scratch, self.project_dir, seeds_dir)
        self.manifest: Any = self._invoke(["parse"]).result
        self._hooks: tuple[str, ...] | None = None

    def compile(self, variables: Mapping[str, Any], names: Sequence[str] = ()) -> CompiledProject:
        """Render all models, or those of these names, with `variables` over the defaults of dbt_project.yml."""
        given = {**variables, "as_of": AS_OF_PLACEHOLDER, "coverage_start": COVERAGE_PLACEHOLDER}
        if self._hooks is None:
            self._hooks = tuple(self.compile_text(node.raw_code, given) for node in self._on_run_start())
        arguments = [
            "compile",
            "--select",
            *(names or ("resource_type:model", "resource_type:snapshot")),
            "--indirect-selection",
            "empty",
            "--vars",
            json.dumps(given),
        ]
        results = self._invoke(arguments, self.manifest).result.results
        nodes = {result.node.unique_id: result.node for result in results}
        models = tuple(_compiled_model(nodes[unique_id]) for unique_id in dependency_order(nodes))
        text = "".join(model.sql for model in models)
        for placeholder in PLACEHOLDERS:
            if not names and f"'{placeholder}'" not in text:
                raise DbtProjectError(
                    f"no model uses the literal '{placeholder}': the macros changed, adapt compiled_project"
                )
        return CompiledProject(self._hooks, models)

    def _on_run_start(self) -> list[Any]:
        operations = [n for n in self.manifest.nodes.values() if n.resource_type == "operation"]
        return sorted((n for n in operations if "on-run-start" in n.tags), key=lambda n: n.index)

    def compile_text(self, text: str, variables: Mapping[str, Any]) -> str:
        """Render one statement that is no model: what the project's macros make of it."""
        arguments = ["compile", "--inline", text, "--vars", json.dumps(variables)]
        return self._invoke(arguments, self.manifest).result.results[0].node.compiled_code

    def _invoke(self, arguments: list[str], manifest: Any = None) -> Any:
        return invoke_dbt(arguments, self.environment, self.scratch, self.project_dir, manifest)


def invoke_dbt(
    arguments: list[str], environment: Mapping[str, str], scratch: Path, project_dir: Path, manifest: Any = None
) -> Any:
    """Run one dbt command in this process; returns dbt's result, raises DbtProjectError when it failed.

    A manifest given here is used as it is (dbt would otherwise parse again for changed variables); dbt writes into
    it while compiling, so it gets a copy.
    """
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 - seconds of imports, wanted only where dbt runs

    common = [
        "--project-dir",
        str(project_dir),
        "--profiles-dir",
        str(project_dir),
        "--target-path",
        str(scratch / "target"),
    ]
    common += ["--log-path", str(scratch / "logs"), "--quiet"]
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # `compile --inline` prints in spite of --quiet
            copied = None if manifest is None else manifest.deepcopy()
            outcome = dbtRunner(manifest=copied).invoke([*arguments, *common])
    finally:
        os.environ.clear()
        os.environ.update(before)
        _release_warehouse()
    if outcome.exception is not None or not outcome.success:
        raise DbtProjectError(f"dbt {arguments[0]} failed: {outcome.exception or _failures(outcome.result)}")
    return outcome


def _release_warehouse() -> None:
    """dbt keeps its connection for the next command of the process; the callers open the file themselves."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
    from dbt.adapters.factory import reset_adapters  # noqa: PLC0415

    reset_adapters()
    DuckDBConnectionManager.close_all_connections()
    gc.collect()


def dbt_test_environment(scratch: Path, project_dir: Path, seeds_dir: Path) -> dict[str, str]:
    """Environment of a dbt process that touches nothing outside `scratch`."""
    scratch.mkdir(parents=True, exist_ok=True)
    return {
        "DBT_WAREHOUSE_PATH": str(scratch / f"{WAREHOUSE}.duckdb"),
        "DBT_SEEDS_PATH": os.path.relpath(seeds_dir, project_dir),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "INCIDENT_MARTS_AS_OF": AS_OF_PLACEHOLDER,
        READ_AT: READ_AT_PLACEHOLDER,
        SWEPT_AT: SWEPT_AT_PLACEHOLDER,
    }


def with_run_values(sql: str, values: RunValues) -> str:
    """`sql` with the placeholders replaced by the values of one run."""
    texts = (
        as_text(values.as_of),
        values.coverage_start.isoformat() if values.coverage_start else None,
        as_text(values.read_at) if values.read_at else None,
        as_text(values.swept_at) if values.swept_at else None,
    )
    for placeholder, text in zip(PLACEHOLDERS, texts, strict=True):
        sql = sql.replace(f"'{placeholder}'", "null" if text is None else f"'{text}'")
    return sql


def dependency_order(nodes: Mapping[str, Any]) -> list[str]:
    """Unique ids, every model after the models it reads; alphabetical where there is a choice."""
    ordered: list[str] = []
    placed: set[str] = set()

    def place(unique_id: str) -> None:
        if unique_id in placed or unique_id not in nodes:
            return
        placed.add(unique_id)
        for parent in sorted(nodes[unique_id].depends_on.nodes):
            place(parent)
        ordered.append(unique_id)

    for unique_id in sorted(nodes):
        place(unique_id)
    return ordered


def _compiled_model(node: Any) -> CompiledModel:
    # Its statement is that of a build in full; what a build by key makes of it is tested with dbt itself.
    materialized = "table" if node.config.materialized == BY_KEY else node.config.materialized
    if materialized not in ("view", "table", "snapshot"):
        raise DbtProjectError(
            f"{node.name} is materialised as {materialized}; only views, tables and snapshots can be run directly"
        )
    rules = snapshot_rules(node.config.to_dict()) if materialized == "snapshot" else None
    parents = tuple(unique_id.split(".")[-1] for unique_id in node.depends_on.nodes)
    return CompiledModel(
        node.name, node.schema, node.relation_name, materialized, node.compiled_code, parents, rules
    )


def _failures(result: Any) -> str:
    results = getattr(result, "results", None) or []
    bad = [r for r in results if str(r.status) not in ("success", "pass", "skipped", "RunStatus.Success")]
    return "; ".join(f"{r.node.name}: {r.message}" for r in bad) or "no message"
