"""The dlt pipeline from incident.io to the warehouse, and one run of it.

Use :func:`extract` for a whole run, or :func:`open_run` to let another tool (Dagster) drive `pipeline.run(source)`
and read the same report afterwards.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import dlt
import duckdb
from dlt.destinations import duckdb as duckdb_destination
from dlt.destinations.impl.duckdb.configuration import DuckDbCredentials
from dlt.extract import DltSource
from dlt.pipeline.exceptions import PipelineStepFailed

from pipelines.incident_io.account import check_account
from pipelines.incident_io.backfill import windows
from pipelines.incident_io.client import Client
from pipelines.incident_io.cursors import DEFAULT_PER_INCIDENT, PIPELINE_NAME, Rules, TableState
from pipelines.incident_io.dlt_config import configure_dlt
from pipelines.incident_io.endpoints import ENDPOINTS
from pipelines.incident_io.errors import ApiError, RejectedTablesError
from pipelines.incident_io.extraction import Extraction
from pipelines.incident_io.reader import Progress
from pipelines.incident_io.report import ExtractReport
from pipelines.incident_io.source import source_of
from pipelines.incident_io.stored import StoredRows
from pipelines.secrets import find_api_key
from pipelines.settings import Settings
from pipelines.warehouse import RAW_SCHEMA


class LoadFailedError(Exception):
    """dlt could not write what was read; the cause is in the message."""


@dataclass(frozen=True)
class Run:
    """One extraction ready to go: `pipeline.run(source)` does it and fills `report`."""

    pipeline: dlt.Pipeline
    source: DltSource
    report: ExtractReport


def create_pipeline(settings: Settings) -> dlt.Pipeline:
    """The pipeline `incident_io` into schema `raw_incident_io` of the warehouse; touches no network and no
    table."""
    configure_dlt()
    # Beyond the limit DuckDB spills to disk. 200,000 rows of 3 kB merge within 400 MB; a whole run has 1.5 GB.
    credentials = DuckDbCredentials(str(settings.warehouse), global_config={"memory_limit": "500MB", "threads": 2})
    return dlt.pipeline(
        pipeline_name=PIPELINE_NAME,
        pipelines_dir=str(settings.dlt_dir),
        destination=duckdb_destination(credentials=credentials),
        dataset_name=RAW_SCHEMA,
    )


@contextmanager
def open_run(
    settings: Settings,
    client: Client,
    progress: Progress | None = None,
    *,
    full_refresh: bool = False,
    tables: Collection[str] | None = None,
    catalog_types: Collection[str] = (),
) -> Iterator[Run]:
    """A run whose leftovers are cleaned up whatever happens inside the `with`.

    Checks the account first (see :func:`~pipelines.incident_io.account.check_account`), so that a wrong key or
    an unreachable API fails before anything is written. dlt's local folder is dropped before and after a
    failure: its state, the cursors among it, comes back from the warehouse, where it moved together with the data,
    and packages of an earlier run that never reached the warehouse must not be loaded late, because this run reads
    the same again and newer. `full_refresh`: read everything instead of what changed. `tables`: only these.
    `catalog_types`: catalog types to read besides those of the settings. A long history is loaded in windows
    before the run is handed out (`backfill.py`). Errors of the API that dlt wraps come out as the
    :class:`~pipelines.incident_io.errors.ApiError` they were. When the `with` ends, raises
    :class:`~pipelines.incident_io.errors.RejectedTablesError` if tables had to be left as they were while the
    others were loaded.
    """
    check_account(client, settings.home)
    spool_dir = settings.dlt_dir / "files" / PIPELINE_NAME
    shutil.rmtree(spool_dir, ignore_errors=True)
    settings.home.mkdir(parents=True, exist_ok=True)
    report = ExtractReport()
    pipeline = create_pipeline(settings)
    pipeline.drop()
    try:
        # dlt opens the file some thirty times a run; one kept connection makes that cheap and saves checkpoints.
        with duckdb.connect(str(settings.warehouse)) as connection:
            pipeline.sync_destination()
            states = _states(pipeline)
            extraction = Extraction(
                client,
                settings.start,
                as_of=settings.as_of,
                stored=StoredRows(connection, RAW_SCHEMA),
                states=states,
                rules=rules_of(settings, catalog_types),
                full_refresh=full_refresh,
                report=report,
                progress=progress,
                spool_dir=spool_dir,
            )
            with closing(extraction):
                wanted = [endpoint for endpoint in ENDPOINTS if tables is None or endpoint.name in tables]
                if any(endpoint.name == "incidents" for endpoint in wanted):
                    for window in windows(client, states.get("incidents", {}), settings.start, datetime.now(UTC)):
                        # The incident list has the lowest quota; all other lists are read in its shadow.
                        extraction.start(endpoint for endpoint in wanted if endpoint.can_go_ahead)
                        pipeline.run(source_of(extraction, ("incidents", *extraction.ready()), window))
                        report.carry()
                        extraction.forget_window()
                yield Run(pipeline, source_of(extraction, tables), report)
    except PipelineStepFailed as error:
        pipeline.drop()
        raise _plain(error) from None
    finally:
        report.requests = client.count_requests
        shutil.rmtree(spool_dir, ignore_errors=True)
    if report.rejected:
        raise RejectedTablesError(report.rejected)


def extract(
    settings: Settings,
    progress: Progress | None = None,
    client: Client | None = None,
    tables: Collection[str] | None = None,
    *,
    full_refresh: bool = False,
) -> ExtractReport:
    """Read what changed, or with `full_refresh` everything, merge it into the warehouse, say what was done.

    `tables`: only these of the raw tables.

    Raises the errors of :mod:`pipelines.incident_io.errors`, :class:`~pipelines.incident_io.account
    .AccountMismatchError` or :class:`LoadFailedError`. When reading fails, the warehouse is unchanged.
    """
    if client is None:
        key = find_api_key(settings)
        client = Client(settings.api_url, key.value if key else "")
    with open_run(settings, client, progress, full_refresh=full_refresh, tables=tables) as run:
        run.pipeline.run(run.source)
    return run.report


def rules_of(settings: Settings, catalog_types: Collection[str] = ()) -> Rules:
    """What the settings say about reading."""
    attachments, participants = (
        DEFAULT_PER_INCIDENT[table] for table in ("incident_attachments", "incident_participants")
    )
    return Rules(
        sweep_every=timedelta(days=settings.sweep_days),
        catalog_types=frozenset({*settings.catalog_types, *catalog_types}),
        per_incident={
            "incident_attachments": replace(
                attachments, days=settings.attachment_days, requests=settings.attachment_requests
            ),
            "incident_participants": replace(
                participants,
                days=settings.participant_days,
                requests=settings.participant_requests,
                is_wanted=settings.participant_days > 0,
            ),
        },
    )


def _states(pipeline: dlt.Pipeline) -> dict[str, TableState]:
    sources = pipeline.state.get("sources", {})
    states: dict[str, TableState] = sources.get(PIPELINE_NAME, {}).get("tables", {})
    return dict(states)


def _plain(error: PipelineStepFailed) -> Exception:
    """The API's error inside dlt's, else one sentence of dlt's own.

    The found error is cut out of dlt's chain of causes: raised again it gets that chain as its context, and a
    chain that leads back to itself hangs whoever walks it.
    """
    outer: BaseException = error
    while (inner := outer.__cause__ or outer.__context__) is not None:
        if isinstance(inner, ApiError):
            outer.__cause__ = outer.__context__ = None
            return inner
        outer = inner
    words = " ".join(str(error.exception).split())
    return LoadFailedError(f"dlt failed in its step {error.step}: {words[:600]}")
