"""The dlt source: fourteen lists of the incident.io API into `raw_incident_io`, one table each, merged on `id`.

Authentication: a :class:`~pipelines.incident_io.client.Client` holding an API key with the scopes of
`endpoints.py`. Run it alone with `python -m pipelines.incident_io`. No cursor is trusted yet: every run reads
everything, because definitions embedded in incidents (statuses, roles, fields) change without moving an
incident's `updated_at`. Rows travel as Parquet files that dlt imports untouched (`spool.py`), so their columns
are declared up front here and a new key of the API lands in `extra_fields` instead of changing the table.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.common.runtime import signals
from dlt.common.schema.typing import TColumnSchema
from dlt.extract import DltResource, DltSource

from pipelines.incident_io.client import Client
from pipelines.incident_io.endpoints import ENDPOINTS, Endpoint
from pipelines.incident_io.errors import InvalidRequestError, MissingScopeError, NotFoundError
from pipelines.incident_io.pages import read_pages
from pipelines.incident_io.report import ExtractReport
from pipelines.incident_io.rows import all_columns, arrow_schema, to_batch
from pipelines.incident_io.series import SERIES, Parents, Series
from pipelines.incident_io.spool import Spool

SOURCE_NAME = "incident_io"
Progress = Callable[[str, int, int | None], None]


def incident_io_source(
    client: Client | None,
    start: date | None = None,
    *,
    report: ExtractReport | None = None,
    progress: Progress | None = None,
    spool_dir: Path | None = None,
) -> DltSource:
    """The source `incident_io`; a resource is named like its raw table.

    `client` may be None to look at the definitions without a key or network; extracting then fails. `start`:
    read incidents created on or after this day (UTC). `report` is filled while extracting. `progress` is called
    with (table, rows so far, total or None) after each page, from worker threads. `spool_dir` holds the files
    between extract and load, on the file system of the pipeline's folder if possible; the caller removes it
    after the load.
    """
    extraction = _Extraction(client, start, report or ExtractReport(), progress, spool_dir)

    @dlt.source(name=SOURCE_NAME, max_table_nesting=0)
    def source() -> list[DltResource]:
        return [_resource(endpoint, extraction) for endpoint in ENDPOINTS]

    return source()


def _resource(endpoint: Endpoint, extraction: _Extraction) -> DltResource:
    def read() -> Iterator[Any]:
        yield from extraction.read(endpoint)

    return dlt.resource(
        read,
        name=endpoint.name,
        primary_key="id",
        # The spool has dropped duplicates already, see there.
        write_disposition={"disposition": "merge", "strategy": "delete-insert", "deduplicated": True},
        columns=_column_hints(endpoint),
        schema_contract={"tables": "evolve", "columns": "evolve", "data_type": "freeze"},
        parallelized=True,
    )


def _column_hints(endpoint: Endpoint) -> dict[str, TColumnSchema]:
    return {
        name: {"name": name, "data_type": data_type, "nullable": name != "id"}
        for name, data_type in all_columns(endpoint.columns).items()
    }


class _Extraction:
    """What the resources of one source share: the client, the parents read so far, the report."""

    def __init__(
        self,
        client: Client | None,
        start: date | None,
        report: ExtractReport,
        progress: Progress | None,
        spool_dir: Path | None,
    ) -> None:
        self._client = client
        self._start = start
        self._report = report
        self._progress = progress
        self._spool_dir = spool_dir
        self._parents = Parents(client) if client else None
        self._failure: BaseException | None = None
        # Arrow looks for pandas at its first conversion; in a worker thread dlt could meet it half imported.
        pa.array([])

    def read(self, endpoint: Endpoint) -> Iterator[Any]:
        """Files of one table for dlt to import; one without rows when there is none or no right to read."""
        if self._client is None or self._parents is None:
            raise RuntimeError("incident_io_source was made without a client: pass one to extract")
        folder = self._spool_dir or Path(tempfile.mkdtemp(prefix="incident_io_"))
        folder.mkdir(parents=True, exist_ok=True)
        spool = Spool(folder, endpoint.name, arrow_schema(endpoint.columns))
        self._report.add_rows(endpoint.name, 0)
        try:
            load_id = dlt.current.load_package_state()["load_id"]
            for series in SERIES[endpoint.series](self._parents, self._start):
                self._walk(endpoint, series, spool, load_id)
        except MissingScopeError as error:
            self._report.miss(endpoint.name, error.scope)
        except BaseException as error:
            spool.close()
            if self._failure is None:
                self._failure = error
                self._client.cancel()
            # Resources stopped by the failure of another one must not hide what went wrong.
            raise self._failure from None
        finally:
            self._report.requests = self._client.count_requests
        for file in spool.finish():
            yield dlt.mark.with_file_import(str(file.path), "parquet", file.count_rows)

    def _walk(self, endpoint: Endpoint, series: Series, spool: Spool, load_id: str) -> None:
        assert self._client is not None
        try:
            for page in read_pages(self._client, endpoint, series.params):
                signals.raise_if_signalled()
                spool.add(to_batch(endpoint.name, page.rows, endpoint.columns, series.constants, load_id))
                count_rows = self._report.add_rows(endpoint.name, len(page.rows))
                if series.unexpected:
                    self._report.warn(series.unexpected)
                if self._progress:
                    self._progress(endpoint.name, count_rows, page.total)
        except NotFoundError:
            if series.child_of is None:
                raise
            self._report.warn(f"{endpoint.name}: {series.child_of} went away while reading and was skipped")
        except InvalidRequestError as error:
            if series.optional is None or error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            self._report.warn(series.optional)
