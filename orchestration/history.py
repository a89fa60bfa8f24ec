"""Keeps Dagster's bookkeeping cheap during a run of ours.

Dagster opens a new SQLite connection for every event and closes it again. Closing the last connection of a
database in WAL mode writes the log back and flushes it to disk, so each of the few hundred events of a run waits
for the disk several times: measured on a busy machine, 278 s for a build that took dbt 49 s. With one connection
held open for each database the log is left alone, and `synchronous=normal` flushes it at checkpoints only. A power
cut can lose the last events of a run, never the database. One engine for each database, instead of one for each
connection, lets SQLAlchemy compile every statement once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

BUSY = {"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}


@contextmanager
def cheap_history(dagster_dir: Path) -> Iterator[None]:
    """Inside the block SQLite databases under `dagster_dir` behave as described above."""
    held: dict[str, sqlite3.Connection] = {}

    def on_connect(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        database = connection.execute("pragma database_list").fetchone()[2]
        if not database or not Path(database).is_relative_to(dagster_dir):
            return
        connection.execute("pragma synchronous = normal")
        if database not in held:
            held[database] = sqlite3.connect(database, check_same_thread=False)
        # A connection takes part in the log only after it has read something.
        held[database].execute("select count(*) from sqlite_master").fetchone()

    engine_of_each_event = sqlite_event_log.create_engine
    one_engine_per_database = cache(lambda url: engine_of_each_event(url, poolclass=NullPool, connect_args=BUSY))
    sqlite_event_log.create_engine = lambda url, **_: one_engine_per_database(url)
    event.listen(Engine, "connect", on_connect)
    try:
        yield
    finally:
        event.remove(Engine, "connect", on_connect)
        sqlite_event_log.create_engine = engine_of_each_event
        for connection in held.values():
            connection.close()
