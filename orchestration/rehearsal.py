"""What the marts would be with other seeds, tried on a private copy of the warehouse.

Every rule is SQL of the dbt project and stays there: the statements that the last build executed are executed
again, with its instant and its reporting rules, and only those that read a changed seed, directly or through other
models. Everything else is read from the copy. dbt itself is not started, because its start costs more than the
statements do.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.last_build import LastBuild, Relation, Statement, last_build
from orchestration.progress import Progress
from orchestration.snapshots import SnapshotRules, take_snapshot
from pipelines.seeds import Seeds
from pipelines.seeds.normalise import LINE_COLUMN
from pipelines.settings import Settings
from pipelines.warehouse import WarehouseMissingError, copy_warehouse, run_lock

BEFORE, AFTER = "before", "warehouse"
SEEDS = "seeds"
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "1GB",
    "preserve_insertion_order": "false",
}
# The session of dbt_project/profiles.yml.
SESSION = ("set timezone = 'UTC'", "set debug_enable_caching_operators = false")
FOLDER_PREFIX = "rehearsal-"
SECONDS_TO_KEEP_LEFTOVERS = 86_400


class RehearsalError(Exception):
    """The warehouse is in no state to compare with; the message says what to do (exit code 1)."""


@dataclass(frozen=True)
class Rehearsal:
    """A connection on which catalog `before` is the last build and `warehouse` the same with the other seeds.

    `changed_seeds` names the seed files whose rows differ. Marts that were not asked for are those of the last
    build on both sides.
    """

    connection: duckdb.DuckDBPyConnection
    changed_seeds: list[str]


@contextmanager
def rehearse(settings: Settings, seeds: Seeds, marts: list[str], progress: Progress) -> Iterator[Rehearsal]:
    """Builds the named marts, and what they need, as they would be with these (valid) seeds.

    The run lock is held while the warehouse is copied and not longer; nothing outside a temporary folder of the
    home is written. Raises :class:`RehearsalError`, WarehouseMissingError, or WarehouseBusyError while a run holds
    the warehouse.
    """
    if not settings.warehouse.exists():
        raise WarehouseMissingError(f"{settings.warehouse} does not exist yet; `incident-marts run` creates it")
    _remove_leftovers(settings.home)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, dir=settings.home) as folder:
        progress.stage("Copying the warehouse")
        copy = Path(folder) / "copy.duckdb"
        with run_lock(settings.home, brief=True):  # so that statements and data are of one build
            build = _successful_build(settings)
            copy_warehouse(settings.home, settings.warehouse, copy)
        with duckdb.connect(config=CONFIG | {"temp_directory": f"{folder}/spill"}) as connection:
            for statement in SESSION:
                connection.execute(statement)
            connection.execute(f"set variable pii_salt = '{_escaped(settings.pii_salt or '')}'")
            connection.execute(f"attach '{_escaped(copy)}' as {BEFORE} (read_only)")
            connection.execute(f"attach ':memory:' as {AFTER}")
            connection.execute(f"use {AFTER}")
            _refuse_stale_marts(connection, build)
            progress.stage("Computing the credit with the other seeds")
            rebuild = _Rebuild(connection, build, settings.as_of_text, progress)
            try:
                changed = rebuild.run(seeds, {("marts", mart) for mart in marts})
            except duckdb.Error as error:
                raise RehearsalError(
                    f"The statements of the last build do not run on the copy: {error}"
                ) from error
            yield Rehearsal(connection, changed)


def _successful_build(settings: Settings) -> LastBuild:
    build = last_build(settings)
    if build is None:
        raise RehearsalError(
            "The last build did not succeed or was interrupted, so there are no marts to compare with. "
            "Run `incident-marts build` first."
        )
    return build


class _Rebuild:
    """Fills the catalog `warehouse`: seeds from files, what reads changed ones anew, the rest from the copy.

    `next_run` is the instant of a run that would start now: the one at which snapshots would be taken.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, build: LastBuild, next_run: str, progress: Progress
    ) -> None:
        self._connection = connection
        self._build = build
        self._next_run = next_run
        self._progress = progress
        self._stored = self._relations("duckdb_tables()", "table_name")
        self._views = self._relations("duckdb_views()", "view_name")

    def run(self, seeds: Seeds, wanted: set[Relation]) -> list[str]:
        """Builds the wanted relations; returns the names of the changed seed files."""
        for schema in sorted({schema for schema, _ in self._stored | self._views}):
            self._connection.execute(f'create schema if not exists "{schema}"')
        for hook in self._build.hooks:
            self._connection.execute(hook)
        changed_seeds = [name for name in seeds.tables if self._load_seed(name, seeds)]
        rebuilt = self._to_rebuild({(SEEDS, name) for name in changed_seeds}, wanted)
        done = {(SEEDS, name) for name in seeds.tables}
        for schema, name in sorted(self._stored - {statement.relation for statement in rebuilt} - done):
            self._connection.execute(f'create view "{schema}"."{name}" as from {BEFORE}."{schema}"."{name}"')
        for statement in self._build.statements:
            if statement.relation in self._views:
                self._create("view", statement)
            elif statement in rebuilt:
                if statement.snapshot:
                    self._take_snapshot(statement, statement.snapshot)
                else:
                    self._create("table", statement)
                done.add(statement.relation)
                self._progress.nodes(len(done) - len(seeds.tables), len(rebuilt), statement.relation[1])
        return changed_seeds

    def _relations(self, function: str, name_column: str) -> set[Relation]:
        found = self._connection.execute(
            f"select schema_name, {name_column} from {function} where database_name = ? and not internal", [BEFORE]
        )
        return set(found.fetchall())

    def _load_seed(self, name: str, seeds: Seeds) -> bool:
        """Puts the rows of a seed file into its table; whether they are others than those of the last build."""
        table = f'{SEEDS}."{name}"'
        self._connection.execute(f"create table {table} as from {BEFORE}.{table} limit 0")
        rows = [{**row.cells, LINE_COLUMN: str(row.line)} for row in seeds.tables[name]]
        if rows:
            shape = json.dumps([dict.fromkeys(rows[0], "VARCHAR")])
            # As in the copy that dbt reads, an empty cell is NULL.
            cells = json.dumps([{column: cell or None for column, cell in row.items()} for row in rows])
            self._connection.execute(
                f"insert into {table} by name select unnest(from_json(?, '{shape}'), recursive := true)", [cells]
            )
        before = f"{BEFORE}.{table}"
        differing = f"(from {table} except all from {before}) union all (from {before} except all from {table})"
        return self._connection.execute(differing).fetchone() is not None

    def _to_rebuild(self, changed: set[Relation], wanted: set[Relation]) -> list[Statement]:
        """Stored models that read something changed and that a wanted one needs, in their order."""
        dirty = set(changed)
        for statement in self._build.statements:
            if statement.reads & dirty:
                dirty.add(statement.relation)
        needed = set(wanted)
        for statement in reversed(self._build.statements):
            if statement.relation in needed & dirty:
                needed |= statement.reads
        return [
            statement
            for statement in self._build.statements
            if statement.relation in needed & dirty
            and statement.relation in self._stored
            # A model that adds to itself keeps a history; its statement only makes the newest part of it.
            and statement.relation not in statement.reads
        ]

    def _take_snapshot(self, statement: Statement, rules: SnapshotRules) -> None:
        """Adds what the next run would see, if it sees anything at the instant of the last build.

        A later run, as it usually is, sees it later, which says nothing about the time until the build.
        """
        schema, name = statement.relation
        self._connection.execute(f'create table "{schema}"."{name}" as from {BEFORE}."{schema}"."{name}"')
        seen_then = (
            f"select * from ({statement.sql}) as seen where {rules.instant} = timestamptz '{self._next_run}'"
        )
        take_snapshot(self._connection, f'"{schema}"."{name}"', seen_then, rules)

    def _create(self, kind: str, statement: Statement) -> None:
        schema, name = statement.relation
        self._connection.execute(f'create {kind} "{schema}"."{name}" as {statement.sql}')


def _refuse_stale_marts(connection: duckdb.DuckDBPyConnection, build: LastBuild) -> None:
    """Data loaded after the build would move incidents as well, and nobody could tell that from the seeds."""
    schemas = connection.execute(
        "select schema_name from duckdb_tables() where database_name = ? and table_name = '_dlt_loads'"
        " and starts_with(schema_name, 'raw_') order by schema_name",
        [BEFORE],
    ).fetchall()
    for (schema,) in schemas:
        loads = f'{BEFORE}."{schema}"._dlt_loads'
        newest = connection.execute(f"select max(inserted_at) from {loads}").fetchone()
        if newest and newest[0] and newest[0] > build.started_at:
            raise RehearsalError(
                "The warehouse holds data that no build has taken in yet, so a comparison would show more than "
                "what the seeds change. Run `incident-marts build` first."
            )


def _remove_leftovers(home: Path) -> None:
    """Removes folders of rehearsals that were killed a day ago or earlier."""
    for folder in home.glob(f"{FOLDER_PREFIX}*"):
        if time.time() - folder.stat().st_mtime > SECONDS_TO_KEEP_LEFTOVERS:
            for path in sorted(folder.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            folder.rmdir()


def _escaped(text: Path | str) -> str:
    return str(text).replace("'", "''")
