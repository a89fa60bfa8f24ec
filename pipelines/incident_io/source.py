"""The dlt source: fourteen lists of the incident.io API into `raw_incident_io`, one table each, merged on `id`.

Authentication: a :class:`~pipelines.incident_io.client.Client` holding an API key with the scopes of
`endpoints.py`. Run it alone with `python -m pipelines.incident_io`. Incidents, their updates and follow-ups are
read incrementally; `cursors.py` says which cursor is trusted how far, and why everything is read again once a
week: what is embedded in a record changes without moving its `updated_at`, and deletions leave no trace. Rows
travel as Parquet files that dlt imports untouched (`spool.py`), so their columns are declared up front here and a
new key of the API lands in `extra_fields` instead of changing the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dlt
from dlt.common.schema.typing import TColumnSchema
from dlt.extract import DltResource, DltSource

from pipelines.incident_io.backfill import Window
from pipelines.incident_io.client import Client
from pipelines.incident_io.endpoints import ENDPOINTS, Endpoint
from pipelines.incident_io.extraction import STATE_KEY, Extraction, Progress
from pipelines.incident_io.report import ExtractReport
from pipelines.incident_io.rows import all_columns
from pipelines.incident_io.stored import StoredRows

SOURCE_NAME = STATE_KEY


def incident_io_source(
    client: Client | None,
    start: date | None = None,
    *,
    as_of: datetime | None = None,
    stored: StoredRows | None = None,
    full_refresh: bool = False,
    window: Window | None = None,
    report: ExtractReport | None = None,
    progress: Progress | None = None,
    spool_dir: Path | None = None,
) -> DltSource:
    """The source `incident_io`; a resource is named like its raw table.

    `client` may be None to look at the definitions without a key or network; extracting then fails. `start`: read
    incidents created on or after this day (UTC). `as_of`: the instant of the run, which `deleted_at` gets and
    which decides whether a sweep is due; now when not given. `stored`: the raw tables as they are; without them
    every list is read in full and no deletion is found. `full_refresh`: read everything, and believe a list that
    has shrunk. `window`: of the incidents only those created in it, as one step of a backfill. `report` is filled
    while extracting. `progress` is called with (table, rows so far, total or None) after each page, from worker
    threads. `spool_dir` holds the files between extract and load, on the file system of the pipeline's folder if
    possible; the caller removes it after the load.
    """
    extraction = Extraction(
        client,
        start,
        as_of=as_of,
        stored=stored,
        full_refresh=full_refresh,
        window=window,
        report=report,
        progress=progress,
        spool_dir=spool_dir,
    )

    @dlt.source(name=SOURCE_NAME, max_table_nesting=0)
    def source() -> list[DltResource]:
        return [_resource(endpoint, extraction) for endpoint in ENDPOINTS]

    return source()


def _resource(endpoint: Endpoint, extraction: Extraction) -> DltResource:
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
