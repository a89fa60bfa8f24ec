"""One run over the account: what the resources share, and how one table is read from its plan to its new state.

A table is read in this order: its plan, its list (or lists), a closing pass over what moved while the first pass
took more than one page, and, when everything was read, the search for rows that are gone. Only then is its state
changed. All of it goes into one load package, so either the rows and the state reach the warehouse or neither
counts.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
import pyarrow.compute as pc
from dlt.common.runtime import signals

from pipelines.incident_io.backfill import Window, resumed_from
from pipelines.incident_io.client import Client
from pipelines.incident_io.cursors import (
    WHOLE,
    Plan,
    TableState,
    overlapped,
    plan,
    state_after,
    state_after_window,
)
from pipelines.incident_io.endpoints import Endpoint
from pipelines.incident_io.errors import InvalidRequestError, MissingScopeError, NotFoundError
from pipelines.incident_io.pages import read_pages
from pipelines.incident_io.report import ExtractReport
from pipelines.incident_io.rows import arrow_schema, to_batch
from pipelines.incident_io.series import SERIES, Parents, Series
from pipelines.incident_io.spool import Spool, SpoolFile
from pipelines.incident_io.stored import StoredRows
from pipelines.incident_io.sweep import find_deleted
from pipelines.incident_io.touched import narrowed_to_touched

Progress = Callable[[str, int, int | None], None]
STATE_KEY = "incident_io"


@dataclass
class Reading:
    """A table while and after it is read.

    `latest` and `count_pages` are per partition; `unread`: partitions that were refused or had gone, and
    `is_complete` is False when some part that has no partition of its own was refused.
    """

    plan: Plan
    began: datetime
    spool: Spool
    load_id: str
    latest: dict[str, datetime] = field(default_factory=dict)
    count_pages: dict[str, int] = field(default_factory=dict)
    read_partitions: set[str] = field(default_factory=set)
    is_complete: bool = True
    stamps: list[pa.Array] = field(default_factory=list)
    ids: pa.ChunkedArray | None = None
    files: list[SpoolFile] = field(default_factory=list)
    state: TableState | None = None


class Extraction:
    """Everything that one run reads. A table is read once, by whoever asks first; the others wait for that."""

    def __init__(
        self,
        client: Client | None,
        start: date | None,
        *,
        as_of: datetime | None = None,
        stored: StoredRows | None = None,
        full_refresh: bool = False,
        window: Window | None = None,
        report: ExtractReport | None = None,
        progress: Progress | None = None,
        spool_dir: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._start = start
        self._as_of = as_of or clock()
        self._stored = stored
        self._full_refresh = full_refresh
        self._window = window
        self._report = report or ExtractReport()
        self._progress = progress
        self._spool_dir = spool_dir
        self._clock = clock
        self._parents = Parents(client) if client else None
        self._failure: BaseException | None = None
        self._lock = threading.RLock()
        self._locks: dict[str, threading.Lock] = {}
        self._readings: dict[str, Reading] = {}
        # Arrow looks for pandas at its first conversion; in a worker thread dlt could meet it half imported.
        pa.array([])

    def read(self, endpoint: Endpoint) -> Iterator[Any]:
        """Files of one table for dlt to import; one without rows when there is none or no right to read."""
        if self._client is None:
            raise RuntimeError("incident_io_source was made without a client: pass one to extract")
        try:
            reading = self.reading(endpoint)
        except BaseException as error:
            with self._lock:
                if self._failure is None:
                    self._failure = error
                    self._client.cancel()
            # Resources stopped by the failure of another one must not hide what went wrong.
            raise self._failure from None
        finally:
            self._report.requests = self._client.count_requests
        for file in reading.files:
            yield dlt.mark.with_file_import(str(file.path), "parquet", file.count_rows)
        if reading.state is not None:
            with self._lock:
                _states()[endpoint.name] = reading.state

    def reading(self, endpoint: Endpoint) -> Reading:
        """The finished reading of a table, made now if nobody has yet."""
        with self._lock:
            lock = self._locks.setdefault(endpoint.name, threading.Lock())
        with lock:
            if endpoint.name not in self._readings:
                self._readings[endpoint.name] = self._read_table(endpoint)
            return self._readings[endpoint.name]

    def _read_table(self, endpoint: Endpoint) -> Reading:
        folder = self._spool_dir or Path(tempfile.mkdtemp(prefix="incident_io_"))
        folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            state: TableState = dict(_states().get(endpoint.name, {}))
        reading = Reading(
            self._plan(endpoint, state),
            self._clock(),
            Spool(folder, endpoint.name, arrow_schema(endpoint.columns)),
            dlt.current.load_package_state()["load_id"],
        )
        self._report.add_rows(endpoint.name, 0)
        try:
            self._read_lists(endpoint, reading, state)
            accepted = True
            is_whole = reading.plan.first is None and reading.plan.last is None
            if reading.plan.is_full and is_whole and endpoint.finds_deletions and self._stored is not None:
                assert self._parents is not None
                accepted = find_deleted(
                    endpoint,
                    reading,
                    parents=self._parents,
                    stored=self._stored,
                    report=self._report,
                    as_of=self._as_of,
                    force=self._full_refresh,
                )
            if reading.plan.last is not None:
                reading.state = state_after_window(state, reading.plan, reading.began)
            elif endpoint.cursor is not None:
                reading.state = state_after(
                    state,
                    reading.plan,
                    latest=reading.latest,
                    began=reading.began,
                    as_of=self._as_of,
                    load_id=reading.load_id,
                    accepted=accepted,
                )
        except MissingScopeError as error:
            self._report.miss(endpoint.name, error.scope)
        except BaseException:
            reading.spool.close()
            raise
        reading.ids = reading.spool.ids()
        reading.files = reading.spool.finish()
        count_loaded = sum(file.count_rows for file in reading.files)
        self._report.settle_rows(endpoint.name, count_loaded - self._report.deleted.get(endpoint.name, 0))
        return reading

    def _plan(self, endpoint: Endpoint, state: TableState) -> Plan:
        planned = plan(endpoint, state, self._start, self._as_of, self._full_refresh or self._stored is None)
        if endpoint.cursor != "day":
            return planned
        first = resumed_from(state, self._start)
        behind = datetime.fromisoformat(state["backfill"]["began"]) if first else None
        if self._window:
            return replace(planned, first=self._window.first, last=self._window.last, behind=behind)
        return replace(planned, first=first, behind=behind)

    def _read_lists(self, endpoint: Endpoint, reading: Reading, state: TableState) -> None:
        assert self._parents is not None
        if endpoint.cursor == "incident" and not reading.plan.is_full and self._stored is not None:
            reading.plan, reading.began = narrowed_to_touched(endpoint, reading, state, self.reading, self._stored)
        for series in SERIES[endpoint.series](self._parents, reading.plan):
            self._walk(endpoint, series, reading)
        if endpoint.cursor in ("day", "instant") and reading.plan.last is None:
            self._read_what_moved(endpoint, reading)

    def _read_what_moved(self, endpoint: Endpoint, reading: Reading) -> None:
        """A record that changes after its page was read, or slips from a later page to an earlier one, is stale or
        missed; having changed, it is among those changed since the reading began."""
        assert self._parents is not None
        since = {
            partition: overlapped(endpoint, min(reading.latest.get(partition, reading.began), reading.began))
            for partition, count in reading.count_pages.items()
            if count > 1
        }
        if reading.plan.behind is not None:
            since = {WHOLE: overlapped(endpoint, reading.plan.behind)}
        if not since:
            return
        moved = replace(reading.plan, since=since, first=None)
        for series in SERIES[endpoint.series](self._parents, moved):
            if series.partition in since:
                self._walk(endpoint, series, reading, is_new=False)

    def _walk(self, endpoint: Endpoint, series: Series, reading: Reading, *, is_new: bool = True) -> None:
        assert self._client is not None
        try:
            for page in read_pages(self._client, endpoint, series.params):
                signals.raise_if_signalled()
                batch = to_batch(endpoint.name, page.rows, endpoint.columns, series.constants, reading.load_id)
                reading.spool.add(batch)
                _note(reading, series.partition, batch)
                if series.unexpected and any(map(series.is_unexpected, page.rows)):
                    self._report.warn(series.unexpected)
                count_rows = self._report.add_rows(endpoint.name, len(page.rows) if is_new else 0)
                if self._progress and is_new:
                    self._progress(endpoint.name, count_rows, page.total)
        except NotFoundError:
            if series.child_of is None:
                raise
            self._report.warn(f"{endpoint.name}: {series.child_of} went away while reading and was skipped")
        except InvalidRequestError as error:
            if series.optional is None or error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            self._report.warn(series.optional)
            reading.is_complete = reading.is_complete and endpoint.partition is not None
        else:
            reading.read_partitions.add(series.partition)


def _note(reading: Reading, partition: str, batch: pa.RecordBatch) -> None:
    reading.count_pages[partition] = reading.count_pages.get(partition, 0) + 1
    if "updated_at" not in batch.schema.names:
        return
    stamps = batch.column("updated_at")
    reading.stamps.append(stamps)
    latest = pc.max(stamps).as_py()
    if latest is not None:
        reading.latest[partition] = max(latest, reading.latest.get(partition, latest))


def _states() -> dict[str, TableState]:
    """State of the tables by name, inside dlt's own; a change counts once its load package is complete."""
    tables: dict[str, TableState] = dlt.current.source_state(STATE_KEY).setdefault("tables", {})
    return tables
