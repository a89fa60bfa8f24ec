"""The warehouse file: one writer at a time, and read-only connections whose zone is UTC."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

RAW_SCHEMA = "raw_incident_io"
SECONDS_BETWEEN_TRIES = 0.05
SECONDS_FOR_A_NAME = 1
# Copying a warehouse of several gigabytes.
SECONDS_FOR_A_BRIEF_HOLDER = 60

_holders: dict[Path, int] = {}
_holders_guard = threading.Lock()


class WarehouseBusyError(Exception):
    """Another run, or a program that opened the warehouse, holds it (exit code 3)."""


class WarehouseMissingError(Exception):
    """There is no warehouse or no published copy at this path yet."""


@contextmanager
def run_lock(home: Path, brief: bool = False) -> Iterator[None]:
    """Hold the right to write under `home`; raises :class:`WarehouseBusyError` at once when another holds it.

    The lock is the operating system's on `<home>/run.lock`, so it ends with the process, however that ends. Who
    holds it is written beside it. The thread that holds the lock may take it again. Who takes it for a moment
    only, to look or to copy, says so with `brief`: others then wait a while, so that looking fails no run.
    """
    home = home.resolve()
    me = threading.get_ident()
    with _holders_guard:
        is_nested = _holders.get(home) == me
    if is_nested:
        yield
        return
    home.mkdir(parents=True, exist_ok=True)
    # The fallback for file systems without locks would leave a stale lock after a crash: better to fail there.
    lock = FileLock(home / "run.lock", timeout=0, thread_local=False, fallback_to_soft=False)
    waiting_since = time.monotonic()
    while True:
        try:
            lock.acquire()
            break
        except Timeout:
            if time.monotonic() - waiting_since > _patience(home):
                raise WarehouseBusyError(_busy_message(home)) from None
            time.sleep(SECONDS_BETWEEN_TRIES)
    holder_file = home / "run.lock.holder"
    try:
        with _holders_guard:
            _holders[home] = me
        _write_holder(holder_file, brief)
        yield
    finally:
        with _holders_guard:
            _holders.pop(home, None)
        holder_file.unlink(missing_ok=True)
        lock.release()


def copy_warehouse(home: Path, warehouse: Path, target: Path) -> None:
    """Copies the file `warehouse` of `home` to `target`, for work that would keep a run from writing it.

    Raises :class:`WarehouseMissingError` when there is none and :class:`WarehouseBusyError` while a run writes it.
    """
    if not warehouse.exists():
        raise WarehouseMissingError(f"{warehouse} does not exist yet; `incident-marts run` creates it")
    with run_lock(home, brief=True):
        shutil.copyfile(warehouse, target)
        # What a process that died had not yet written into the file itself.
        log = warehouse.with_name(f"{warehouse.name}.wal")
        if log.exists():
            shutil.copyfile(log, target.with_name(f"{target.name}.wal"))


def _write_holder(path: Path, brief: bool) -> None:
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    part = path.with_suffix(".part")
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": since, "brief": brief}
    part.write_text(json.dumps(holder))
    os.replace(part, path)


def _read_holder(home: Path) -> dict[str, Any] | None:
    """Who holds the lock; None while the holder is between taking the lock and writing its name, or leaving."""
    try:
        holder = json.loads((home / "run.lock.holder").read_text())
    except (OSError, ValueError):
        return None
    return holder if isinstance(holder, dict) else None


def _patience(home: Path) -> float:
    """Seconds worth waiting for whoever holds the lock."""
    holder = _read_holder(home)
    if holder is None:
        return SECONDS_FOR_A_NAME
    return SECONDS_FOR_A_BRIEF_HOLDER if holder.get("brief") else 0


def _busy_message(home: Path) -> str:
    holder = _read_holder(home)
    who = "a process that is just starting or ending"
    if holder is not None:
        who = f"process {holder.get('pid')} on {holder.get('host')} since {holder.get('since')}"
    return f"another run holds the warehouse in {home}: {who}; wait for it or stop that process"


def read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection whose session zone is UTC; close it, or use it as a context manager.

    A symbolic link is followed first: DuckDB keeps one instance per path in a process, so going through the link
    after a publish would show the old copy while an older connection is open. Raises
    :class:`WarehouseMissingError` when nothing is there and :class:`WarehouseBusyError` while a run writes it.
    """
    target = path.resolve()
    if not target.exists():
        raise WarehouseMissingError(f"{path} does not exist yet; `incident-marts run` creates it")
    try:
        connection = duckdb.connect(str(target), read_only=True)
    except (duckdb.IOException, duckdb.ConnectionException) as error:
        raise WarehouseBusyError(
            f"{path} cannot be read now, probably because a run writes it: {error}"
        ) from error
    connection.execute("set timezone = 'UTC'")
    return connection


def raw_row_counts(path: Path, schema: str = RAW_SCHEMA) -> dict[str, int]:
    """Rows of every raw table in the warehouse file, by table name; empty when nothing was loaded yet.

    dlt's own bookkeeping tables are left out. All counts come from one query.
    """
    with read_only(path) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where schema_name = ? and not starts_with(table_name, '_dlt')"
            " order by table_name",
            [schema],
        ).fetchall()
        if not names:
            return {}
        counts = " union all ".join(
            f"select '{name}' as table_name, count(*) as count_rows from {schema}.\"{name}\"" for (name,) in names
        )
        return dict(connection.execute(f"{counts} order by table_name").fetchall())
