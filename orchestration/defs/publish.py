"""Assets of the published copy: one for each mart, all written by one step after everything else has succeeded."""

from collections.abc import Iterator

import dagster as dg

from orchestration.current import current_settings
from orchestration.manifest import load_manifest
from orchestration.publication import publish_run
from orchestration.run import Run
from orchestration.stages import POOL, PUBLISH, stage
from orchestration.translators import MARTS_SCHEMA, PUBLISHED, ModelTranslator

# Written by the run itself, so that no model owns them and a full refresh keeps them.
LOGS = ("run_log", "rpt_restatements")


def published_specs() -> list[dg.AssetSpec]:
    """One spec `[published, <table>]` for each mart, and one for each log, which no model writes.

    Each depends on its own mart, so lineage reads table by table; the step depends on all of them, because one
    step writes them all.
    """
    manifest = load_manifest(current_settings())
    translator = ModelTranslator()
    marts = sorted(
        translator.get_asset_key(node).path[-1]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == MARTS_SCHEMA
    )
    specs = [_spec(table, [table]) for table in marts]
    return [*specs, *(_spec(log, marts) for log in LOGS)]


def _spec(table: str, upstream: list[str]) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=[PUBLISHED, table],
        deps=[dg.AssetKey([MARTS_SCHEMA, mart]) for mart in upstream],
        group_name=PUBLISHED,
        description=f"`marts.{table}` in the read-only copy and as Parquet.",
        kinds={"duckdb", "parquet"},
    )


@dg.multi_asset(name="publish_marts", specs=published_specs(), pool=POOL)
def publish_marts(context: dg.AssetExecutionContext, run: dg.ResourceParam[Run]) -> Iterator[dg.MaterializeResult]:
    """Writes the logs and swaps the published copy; all tables or none."""
    with stage(run, PUBLISH, "Publishing the marts"):
        published = publish_run(run, context.run.run_id)
    for spec in context.assets_def.specs:
        count_rows = published.tables.get(spec.key.path[-1], 0)
        yield dg.MaterializeResult(
            asset_key=spec.key, metadata={"dagster/row_count": count_rows, "file": str(published.path)}
        )
