"""One run over the account: every table is read once, all of them at the same time, and handed to dlt as files.

All of a run goes into one load package, so either the rows and the state reach the warehouse or neither counts.
Windows of a long first reading are packages of their own; the other tables are read meanwhile.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotFinishedError
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.common.runtime import signals

from pipelines.incident_io.backfill import Window
from pipelines.incident_io.client import Client
from pipelines.incident_io.cursors import Plan, Rules, TableState
from pipelines.incident_io.endpoints import ENDPOINTS, Endpoint
from pipelines.incident_io.errors import UnexpectedDataError
from pipelines.incident_io.landmarks import Landmarks
from pipelines.incident_io.reader import Account, Progress, TableReader, planned, utc_now
from pipelines.incident_io.reading import Reading
from pipelines.incident_io.report import ExtractReport
from pipelines.incident_io.rows import arrow_schema
from pipelines.incident_io.series import Parents
from pipelines.incident_io.spool import Spool, restamped
from pipelines.incident_io.stored import StoredRows

STATE_KEY = "incident_io"
SERIES_AT_ONCE, WALKERS_AT_ONCE = 16, 12
SECONDS_BETWEEN_LOOKS = 0.5
COUNT_LANDMARKS = 500
WINDOWS = "windows"


class Extraction:
    """Everything that one run reads; :meth:`close` it when the run is over.

    `states`: where the tables were left, as of the last load.
    """

    def __init__(
        self,
        client: Client | None,
        start: date | None,
        *,
        as_of: datetime | None = None,
        stored: StoredRows | None = None,
        states: Mapping[str, TableState] | None = None,
        rules: Rules | None = None,
        full_refresh: bool = False,
        report: ExtractReport | None = None,
        progress: Progress | None = None,
        spool_dir: Path | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._client = client
        self._start = start
        self._states = dict(states or {})
        self._spool_dir = spool_dir
        self._clock = clock
        self._lock = threading.RLock()
        self._failure: BaseException | None = None
        self._futures: dict[str, Future[Reading]] = {}
        self._handed_out: set[str] = set()
        self._report = report or ExtractReport()
        self._tables = ThreadPoolExecutor(len(ENDPOINTS) + 1, "table")
        rules = rules or Rules()
        self._account = Account(
            client=client,  # type: ignore[arg-type]  # looked at without one, never read
            parents=Parents(client, rules.catalog_types) if client else None,  # type: ignore[arg-type]
            stored=stored,
            report=self._report,
            rules=rules,
            as_of=as_of or clock(),
            full_refresh=full_refresh,
            series_pool=ThreadPoolExecutor(SERIES_AT_ONCE, "series"),
            walker_pool=ThreadPoolExecutor(WALKERS_AT_ONCE, "walker"),
            landmarks=Landmarks(),
            progress=progress,
        )
        for moment, incident_id in stored.sample("incidents", COUNT_LANDMARKS) if stored else ():
            self._account.landmarks.add(moment, incident_id)
        # Arrow looks for pandas at its first conversion; in a worker thread dlt could meet it half imported.
        pa.array([])

    @property
    def is_readable(self) -> bool:
        """False for one that only describes the tables."""
        return self._client is not None

    def start(self, endpoints: Iterable[Endpoint]) -> None:
        """Begin to read these tables in the background."""
        for endpoint in endpoints:
            self._future(endpoint)

    def ready(self) -> list[str]:
        """Tables that are read and not handed out yet."""
        with self._lock:
            return [
                name for name, future in self._futures.items() if future.done() and name not in self._handed_out
            ]

    def files(self, endpoint: Endpoint, window: Window | None = None) -> Iterator[Any]:
        """Files of one table for dlt to import; one without rows when there is none or no right to read.

        Called by dlt in an extract step, once for each table; nothing more comes of a table that an earlier
        package of this run took in. `window`: of the incidents only those created in it. A table whose data does
        not fit its columns is left as it is and noted in the report as rejected.
        """
        if self._client is None:
            raise RuntimeError("incident_io_source was made without a client: pass one to extract")
        if window is None and endpoint.name in self._handed_out:
            return
        load_id = dlt.current.load_package_state()["load_id"]
        try:
            reading = self._finished(self._future(endpoint, load_id, window))
        except UnexpectedDataError as error:
            self._report.reject(endpoint.name, str(error))
            reading = self._nothing(endpoint)
        finally:
            self._report.requests = self._client.count_requests
        for file in reading.files:
            if reading.load_id != load_id:
                restamped(file.path, load_id)
            yield dlt.mark.with_file_import(str(file.path), "parquet", file.count_rows)
        if reading.state is not None:
            if "load_id" in reading.state:
                reading.state["load_id"] = load_id
            with self._lock:
                self._states[endpoint.name] = reading.state
                _dlt_states()[endpoint.name] = reading.state
        if window is None:
            self._handed_out.add(endpoint.name)

    def forget_window(self) -> None:
        """Remove the files of a window that is loaded."""
        if self._spool_dir is not None:
            shutil.rmtree(self._spool_dir / WINDOWS, ignore_errors=True)

    def close(self) -> None:
        """End what still reads, and wait for it."""
        if self._client is not None and any(not future.done() for future in self._futures.values()):
            self._client.cancel()
        for pool in (self._tables, self._account.series_pool, self._account.walker_pool):
            pool.shutdown(wait=True, cancel_futures=True)

    def _future(self, endpoint: Endpoint, load_id: str = "", window: Window | None = None) -> Future[Reading]:
        if window is not None:
            return self._tables.submit(self._read, endpoint, load_id, window)
        with self._lock:
            if endpoint.name not in self._futures:
                self._futures[endpoint.name] = self._tables.submit(self._read, endpoint, load_id)
            return self._futures[endpoint.name]

    def _finished(self, future: Future[Reading]) -> Reading:
        """The reading once it is done, looking up now and then whether the run was told to stop."""
        while True:
            try:
                return future.result(SECONDS_BETWEEN_LOOKS)
            except NotFinishedError:
                signals.raise_if_signalled()
                if self._failure is not None:
                    raise self._failure from None
            except UnexpectedDataError:
                raise
            except BaseException:
                # Resources stopped by the failure of another one must not hide what went wrong.
                raise (self._failure or future.exception()) from None  # type: ignore[misc]

    def _read(self, endpoint: Endpoint, load_id: str, window: Window | None = None) -> Reading:
        try:
            with self._lock:
                state: TableState = dict(self._states.get(endpoint.name, {}))
            reading = Reading(
                planned(self._account, endpoint, state, window, Plan(self._start)),
                self._clock(),
                self._spool(endpoint, WINDOWS if window else ""),
                load_id,
            )
            TableReader(self._account, endpoint, reading, state, self._other).read()
        except UnexpectedDataError:
            raise
        except BaseException as error:
            with self._lock:
                if self._failure is None:
                    self._failure = error
            assert self._client is not None
            self._client.cancel()
            raise
        return reading

    def _other(self, endpoint: Endpoint) -> Reading:
        return self._future(endpoint).result()

    def _nothing(self, endpoint: Endpoint) -> Reading:
        reading = Reading(Plan(self._start), self._clock(), self._spool(endpoint), "")
        reading.finish()
        return reading

    def _spool(self, endpoint: Endpoint, below: str = "") -> Spool:
        with self._lock:
            if self._spool_dir is None:
                self._spool_dir = Path(tempfile.mkdtemp(prefix="incident_io_"))
        parent = self._spool_dir / below
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{endpoint.name}.", dir=parent))
        return Spool(folder, endpoint.name, arrow_schema(endpoint.columns))


def _dlt_states() -> dict[str, TableState]:
    """State of the tables by name, inside dlt's own; a change counts once its load package is complete."""
    tables: dict[str, TableState] = dlt.current.source_state(STATE_KEY).setdefault("tables", {})
    return tables
