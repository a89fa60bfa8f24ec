"""Resources of the assets: the run they belong to and dbt. Both look at the world only when a run starts."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
from dagster_dlt import DagsterDltResource

from orchestration.current import current_run, current_settings
from orchestration.dbt_build import dbt_command
from orchestration.history import cheap_history
from orchestration.run import Run, prepared
from pipelines.warehouse import RAW_SCHEMA


@dg.resource(
    description="Settings, client, lock and results of the run; the warehouse is locked as long as it lives."
)
def prepared_run(context: dg.InitResourceContext) -> Iterator[Run]:
    """The run that a command has prepared, else one prepared here because Dagster started it."""
    handed_over = current_run()
    if handed_over:
        yield handed_over
        return
    selected = context.run.asset_selection if context.run else None
    needs_api = not selected or any(key.path[0] == RAW_SCHEMA for key in selected)
    settings = current_settings()
    with cheap_history(settings.dagster_dir), prepared(settings, needs_api=needs_api) as run:
        yield run


@dg.definitions
def resources() -> dg.Definitions:
    """The resources, and the executor: one process, because the warehouse takes one writer anyway."""
    return dg.Definitions(
        resources={"run": prepared_run, "dlt": DagsterDltResource(), "dbt": dbt_command()},
        executor=dg.in_process_executor,
    )
