"""Assets of the raw tables: one for each endpoint of incident.io, loaded by one dlt pipeline."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dlt import DagsterDltResource, dlt_assets

from orchestration.current import current_settings
from orchestration.run import Run
from orchestration.stages import EXTRACT, POOL, stage
from orchestration.translators import RawTranslator
from pipelines.incident_io import incident_io_source
from pipelines.incident_io.pipeline import create_pipeline, open_run


# The source and pipeline given here only describe the tables; the real ones, with the key in the client's hands,
# are made when a run starts, so that definitions load on a machine that has neither key nor warehouse.
@dlt_assets(
    dlt_source=incident_io_source(client=None),
    dlt_pipeline=create_pipeline(current_settings()),
    name="incident_io",
    dagster_dlt_translator=RawTranslator(),
    pool=POOL,
)
def incident_io(
    context: dg.AssetExecutionContext, dlt: DagsterDltResource, run: dg.ResourceParam[Run]
) -> Iterator[Any]:
    """Reads the account and merges it into the raw tables; whatever the key may not read is noted, not fatal."""
    with (
        stage(run, EXTRACT, f"Reading {run.settings.api_url}"),
        open_run(
            run.settings,
            run.connected(),
            run.progress.rows,
            full_refresh=run.full_refresh,
            catalog_types=run.rules["service_catalog_types"],
        ) as extraction,
    ):
        run.extracted = extraction.report
        yield from dlt.run(context=context, dlt_source=extraction.source, dlt_pipeline=extraction.pipeline)
    run.warnings += [warning for warning in run.extracted.warnings if warning not in run.warnings]
