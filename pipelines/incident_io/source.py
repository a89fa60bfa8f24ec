"""The dlt source: twenty-one lists of the incident.io API into `raw_incident_io`, one table each, merged on `id`.

Authentication: a :class:`~pipelines.incident_io.client.Client` holding an API key with the scopes of
`endpoints.py`. Run it alone with `python -m pipelines.incident_io`. Whatever can be read incrementally is;
`cursors.py` says which cursor is trusted how far, and why everything is read again once a week: what is embedded
in a record changes without moving its `updated_at`, and deletions leave no trace. Rows travel as Parquet files
that dlt imports untouched (`spool.py`), so their columns are declared up front here and a new key of the API
lands in `extra_fields` instead of changing the table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dlt
from dlt.common.schema.typing import TColumnSchema
from dlt.extract import DltResource, DltSource

from pipelines.incident_io.backfill import Window
from pipelines.incident_io.client import Client
from pipelines.incident_io.endpoints import ENDPOINTS, Endpoint
from pipelines.incident_io.extraction import STATE_KEY, Extraction
from pipelines.incident_io.reader import Progress
from pipelines.incident_io.report import ExtractReport
from pipelines.incident_io.rows import all_columns

SOURCE_NAME = STATE_KEY


def incident_io_source(
    client: Client | None,
    start: date | None = None,
    *,
    report: ExtractReport | None = None,
    progress: Progress | None = None,
    spool_dir: Path | None = None,
) -> DltSource:
    """The source `incident_io`; a resource is named like its raw table. Every list is read in full.

    `client` may be None to look at the definitions without a key or network; extracting then fails. `start`: read
    incidents created on or after this day (UTC). `report` is filled while extracting. `progress` is called with
    (table, rows so far, total or None) after each page, from worker threads. `spool_dir` holds the files between
    extract and load, on the file system of the pipeline's folder if possible; the caller removes it after the
    load. What changed since the last run, windows and deletions need an
    :class:`~pipelines.incident_io.extraction.Extraction` that knows what is stored: see :func:`source_of`.
    """
    return source_of(Extraction(client, start, report=report, progress=progress, spool_dir=spool_dir))


def source_of(
    extraction: Extraction, tables: Collection[str] | None = None, window: Window | None = None
) -> DltSource:
    """The source over one extraction. `tables`: only these; `window`: of the incidents only those created in it,
    as one step of a backfill, beside tables that are read already."""
    endpoints = [endpoint for endpoint in ENDPOINTS if tables is None or endpoint.name in tables]

    @dlt.source(name=SOURCE_NAME, max_table_nesting=0)
    def source() -> list[DltResource]:
        return [_resource(endpoint, endpoints, extraction, window) for endpoint in endpoints]

    return source()


def _resource(
    endpoint: Endpoint, endpoints: list[Endpoint], extraction: Extraction, window: Window | None
) -> DltResource:
    def read() -> Iterator[Any]:
        # Whichever table dlt asks for first, all are read at the same time.
        if window is None and extraction.is_readable:
            extraction.start(endpoints)
        yield from extraction.files(endpoint, window if endpoint.name == "incidents" else None)

    return dlt.resource(
        read,
        name=endpoint.name,
        primary_key="id",
        # The spool has dropped duplicates already, see there.
        write_disposition={"disposition": "merge", "strategy": "delete-insert", "deduplicated": True},
        columns=_column_hints(endpoint),
        schema_contract={"tables": "evolve", "columns": "evolve", "data_type": "freeze"},
    )


def _column_hints(endpoint: Endpoint) -> dict[str, TColumnSchema]:
    return {
        name: {"name": name, "data_type": data_type, "nullable": name != "id"}
        for name, data_type in all_columns(endpoint.columns).items()
    }
