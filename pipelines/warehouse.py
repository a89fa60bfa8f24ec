"""The warehouse file: one writer at a time, and read-only connections whose zone is UTC."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

RAW_SCHEMA = "raw_incident_io"

_holders: dict[Path, int] = {}
_holders_guard = threading.Lock()


class WarehouseBusyError(Exception):
    """Another run, or a program that opened the warehouse, holds it (exit code 3)."""


class WarehouseMissingError(Exception):
    """There is no warehouse or no published copy at this path yet."""


@contextmanager
def run_lock(home: Path) -> Iterator[None]:
    """Hold the right to write under `home`; raises :class:`WarehouseBusyError` at once when another holds it.

    The lock is the operating system's on `<home>/run.lock`, so it ends with the process, however that ends. Who
    holds it is written beside it for the message only. The thread that holds the lock may take it again.
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
    try:
        lock.acquire()
    except Timeout:
        raise WarehouseBusyError(_busy_message(home)) from None
    holder_file = home / "run.lock.holder"
    try:
        with _holders_guard:
            _holders[home] = me
        _write_holder(holder_file)
        yield
    finally:
        with _holders_guard:
            _holders.pop(home, None)
        holder_file.unlink(missing_ok=True)
        lock.release()


def _write_holder(path: Path) -> None:
    since = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
    os.replace(part, path)


def _busy_message(home: Path) -> str:
    try:
        holder = json.loads((home / "run.lock.holder").read_text())
        who = f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        # The holder is between taking the lock and writing its name, or between removing it and letting go.
        who = "a process that is just starting or ending"
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
