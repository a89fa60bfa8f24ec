"""Assets of the dbt project: seeds, staging, intermediate, history and marts, with dbt's tests as their checks."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from orchestration.current import current_settings
from orchestration.dbt_build import BuildError, build
from orchestration.manifest import load_manifest
from orchestration.publication import record
from orchestration.run import Run
from orchestration.stages import BUILD, POOL, stage
from orchestration.translators import ModelTranslator


@dbt_assets(
    manifest=load_manifest(current_settings()),
    name="dbt_build",
    dagster_dbt_translator=ModelTranslator(),
    pool=POOL,
)
def dbt_build(context: dg.AssetExecutionContext, dbt: DbtCliResource, run: dg.ResourceParam[Run]) -> Iterator[Any]:
    """Seeds, models, snapshots and tests in dbt's order; a failed check ends the run and nothing is published."""
    with stage(run, BUILD, "Building and testing the marts"):
        try:
            yield from build(run, dbt, context)
        except BuildError:
            record(run, context.run_id, "failed")
            raise
