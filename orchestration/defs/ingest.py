"""Assets of the raw tables: one for each endpoint of incident.io, loaded by one dlt pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dlt import DagsterDltResource, dlt_assets

from orchestration.current import current_settings
from orchestration.translators import RawTranslator
from orchestration.stages import timed
from pipelines.incident_io import incident_io_source
from pipelines.incident_io.pipeline import create_pipeline


@dlt_assets(
    dlt_source=incident_io_source(client=None),
    dlt_pipeline=create_pipeline(current_settings()),
    name="incident_io",
    dagster_dlt_translator=RawTranslator(),
    pool="warehouse",
)
def incident_io(context: dg.AssetExecutionContext) -> Iterator[Any]:
    pass
