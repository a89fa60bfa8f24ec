"""Asset keys and groups: dataset or schema, then table, so that lineage joins by itself from load to mart.

dlt loads `raw_incident_io.<table>` and dbt declares sources of the same schema and table, so both sides translate
to the same key without any mapping. Groups mirror the stages of the path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings
from dagster_dlt import DagsterDltTranslator
from dagster_dlt.translator import DltResourceTranslatorData

from pipelines.warehouse import RAW_SCHEMA

MARTS_SCHEMA = "marts"
PUBLISHED = "published"
STAGES = ("staging", "intermediate", "marts")
GROUPS_OF_RESOURCES = {"seed": "seeds", "snapshot": "history"}


class RawTranslator(DagsterDltTranslator):
    """Keys `[raw_incident_io, <table>]`, group `raw`, and no phantom upstream assets."""

    def get_asset_spec(self, data: DltResourceTranslatorData) -> dg.AssetSpec:
        """The spec of the table that one dlt resource loads."""
        spec = super().get_asset_spec(data)
        return spec.replace_attributes(
            key=dg.AssetKey([RAW_SCHEMA, data.resource.name]),
            deps=[],
            group_name="raw",
            description=f"Rows of the incident.io endpoint behind `{data.resource.name}`, as the API sends them.",
        )


class ModelTranslator(DagsterDbtTranslator):
    """Keys `[schema, name]`; groups `seeds`, `staging`, `intermediate`, `history` and `marts`."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """The spec of one model, seed, snapshot or source table."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        return spec.replace_attributes(group_name=_group(self.get_resource_props(manifest, unique_id)))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Schema and table; dbt's own helpers ask for the key alone, so it is overridden besides the spec."""
        table = (
            dbt_resource_props.get("identifier") or dbt_resource_props.get("alias") or dbt_resource_props["name"]
        )
        return dg.AssetKey([dbt_resource_props["schema"], table])


def _group(node: Mapping[str, Any]) -> str:
    folder = node["fqn"][1] if len(node["fqn"]) > 1 else ""
    return GROUPS_OF_RESOURCES.get(node["resource_type"]) or (folder if folder in STAGES else "raw")
