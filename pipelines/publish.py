"""Publishes the marts: a read-only copy of schema `marts` that swaps in whole, never in parts.

The copy and its Parquet files are written under names nobody reads, verified, flushed to disk and only then put in
place by renaming a symbolic link over the old one. Readers see the old copy or the new one; open connections keep
theirs, and no reader holds up a run. A publish that dies leaves what readers see untouched, and the next one
removes its leftovers. The caller holds the run lock.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

import duckdb

from pipelines.settings import Settings
from pipelines.warehouse import WarehouseMissingError, read_only

SCHEMA = "marts"
# Clients of DuckDB 1.4 and later can open the published file.
STORAGE_VERSION = "v1.4.0"
KEPT_COPIES = 3
UNFINISHED = ".part"
MEMORY_LIMIT = "500MB"


class PublishError(Exception):
    """The marts could not be published; what readers see has not changed (exit code 1)."""


@dataclass(frozen=True)
class Published:
    """The published file (`path`, the versioned one), rows by table, and the folder of Parquet files."""

    path: Path
    tables: dict[str, int]
    export_dir: Path


def publish(settings: Settings, run_id: str, *, only_pseudonyms: bool = False) -> Published:
    """Copy schema `marts` out of the warehouse for run `run_id` and make it what readers see.

    Tables are copied in order of their names and rows in the order of their columns, so that the same marts give
    the same files. Raises :class:`PublishError`, with nothing changed for readers, when there is nothing to
    publish, when the copy fails, or when it does not hold what the warehouse holds.

    `only_pseudonyms` says that the marts name no people. The first such publish removes all earlier copies.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", run_id):
        raise PublishError(f"run id {run_id!r} cannot be part of a file name")
    if settings.export_dir.is_dir() and not settings.export_dir.is_symlink():
        raise PublishError(f"{settings.export_dir} is a folder of your own where a link should go; move it away")
    if not settings.warehouse.exists():
        raise PublishError(f"{settings.warehouse} does not exist yet; `incident-marts run` creates it")

    folder = settings.home / "published"
    folder.mkdir(exist_ok=True)
    _remove_leftovers(settings, folder)
    copy, export = folder / f"marts-{run_id}.duckdb", _unused(folder / f"export-{run_id}")
    copy_part, export_part = _unfinished(copy), _unfinished(export)
    try:
        tables = _write_copy(settings.warehouse, copy_part, export_part, folder / f"spill{UNFINISHED}")
        _verify(copy_part, tables)
        _flush(copy_part, export_part)
        copy_part.chmod(copy_part.stat().st_mode & 0o444)
        export_part.rename(export)
        os.replace(copy_part, copy)
        _flush_folder(folder)
        _point({settings.marts: copy, settings.export_dir: export})
        _flush_folder(settings.home)
    except (duckdb.Error, WarehouseMissingError, OSError) as error:
        raise PublishError(f"the marts could not be published, readers keep the last copy: {error}") from error
    finally:
        _remove_leftovers(settings, folder)
    _prune(settings, folder, kept=_kept_copies(folder, only_pseudonyms=only_pseudonyms))
    return Published(copy, tables, settings.export_dir)


def _write_copy(warehouse: Path, copy: Path, export: Path, spill: Path) -> dict[str, int]:
    """Write the copy and the Parquet files under their unfinished names; rows by table."""
    export.mkdir()
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(spill)}) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach {_text(warehouse)} as warehouse (read_only)")
        connection.execute(f"attach {_text(copy)} as published (storage_version '{STORAGE_VERSION}')")
        definitions = connection.execute(
            "select table_name, sql, comment from duckdb_tables()"
            " where database_name = 'warehouse' and schema_name = ? order by table_name",
            [SCHEMA],
        ).fetchall()
        if not definitions:
            raise PublishError(
                f"schema {SCHEMA} of {warehouse} holds no tables; `incident-marts build` creates them"
            )
        connection.execute("use published")
        connection.execute(f"create schema {SCHEMA}")
        tables = {}
        for name, definition, comment in definitions:
            table = f"{SCHEMA}.{_identifier(name)}"
            connection.execute(definition)
            connection.execute(f"insert into published.{table} select * from warehouse.{table} order by all")
            _copy_comments(connection, name, comment)
            parquet = _text(export / f"{name}.parquet")
            connection.execute(f"copy published.{table} to {parquet} (format parquet, compression zstd)")
            tables[name] = _one_number(connection, f"select count(*) from warehouse.{table}")
        connection.execute("use memory")
        connection.execute("detach published")
    return tables


def _copy_comments(connection: duckdb.DuckDBPyConnection, table_name: str, table_comment: str | None) -> None:
    table = f"published.{SCHEMA}.{_identifier(table_name)}"
    if table_comment:
        connection.execute(f"comment on table {table} is {_text(table_comment)}")
    comments = connection.execute(
        "select column_name, comment from duckdb_columns() where database_name = 'warehouse' and schema_name = ?"
        " and table_name = ? and comment is not null order by column_index",
        [SCHEMA, table_name],
    ).fetchall()
    for column, comment in comments:
        connection.execute(f"comment on column {table}.{_identifier(column)} is {_text(comment)}")


def _verify(copy: Path, expected: dict[str, int]) -> None:
    """Open the copy as a reader would and compare its tables and rows with the warehouse's."""
    with read_only(copy) as connection:
        names = connection.execute("select table_name from duckdb_tables() where not internal").fetchall()
        found = {
            name: _one_number(connection, f"select count(*) from {SCHEMA}.{_identifier(name)}")
            for (name,) in names
        }
    if found != expected:
        wrong = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
        raise PublishError(
            f"the copy does not match the warehouse in {', '.join(wrong)}; readers keep the last copy"
        )


def _one_number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _flush(copy: Path, export: Path) -> None:
    for path in (copy, *sorted(export.iterdir())):
        _sync(path)
    _flush_folder(export)


def _flush_folder(folder: Path) -> None:
    # Windows cannot open a folder; it also needs no flush of one.
    if os.name == "posix":
        _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point(targets: dict[Path, Path]) -> None:
    """Make every link a relative symbolic link to its target, each by one atomic rename.

    All new links exist before the first rename, so that a full disk cannot stop halfway through the swap.
    """
    for link, target in targets.items():
        _unfinished(link).symlink_to(target.relative_to(link.parent))
    for link in targets:
        os.replace(_unfinished(link), link)


def _unfinished(path: Path) -> Path:
    return path.with_name(f"{path.name}{UNFINISHED}")


def _unused(folder: Path) -> Path:
    """`folder`, or with a number behind when the same run published before: a folder cannot be renamed over."""
    numbered = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
    return next(path for path in chain((folder,), numbered) if not path.exists())


def _remove_leftovers(settings: Settings, folder: Path) -> None:
    """Remove what an unfinished publish left: its parts, their write-ahead logs and links not yet in place."""
    for link in (settings.marts, settings.export_dir):
        _unfinished(link).unlink(missing_ok=True)
    for path in folder.glob(f"*{UNFINISHED}*"):
        _remove(path)


def _kept_copies(folder: Path, *, only_pseudonyms: bool) -> int:
    """How many copies to keep. A mark in the folder says that every copy in it is without names."""
    mark = folder / "only-pseudonyms"
    if not only_pseudonyms:
        mark.unlink(missing_ok=True)
    elif not mark.exists():
        mark.touch()
        return 1
    return KEPT_COPIES


def _prune(settings: Settings, folder: Path, kept: int) -> None:
    """Remove all but the last copies and exports; never what a link points to."""
    for pattern, link in (("marts-*.duckdb", settings.marts), ("export-*", settings.export_dir)):
        current = link.resolve()
        others = [path for path in folder.glob(pattern) if path != current]
        others.sort(key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
        for path in others[kept - 1 :]:
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str | Path) -> str:
    return "'" + str(value).replace("'", "''") + "'"
