"""The rules that every model follows, read from dbt's manifest and from the project's files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.incident_io.endpoints import ENDPOINTS
from pipelines.settings import DBT_PROJECT_DIR
from tests.dbt.compiled_project import BY_KEY, DbtProject

FOLDER_PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts/core": ("dim_", "fct_"),
    "marts/metrics": ("rpt_",),
}
# Tables that the contract names without a prefix.
NAMED_BY_CONTRACT = {"metric_catalogue", "run_log"}
LONGEST_MODEL = 130
CLOCK = re.compile(
    r"\b(current_timestamp|current_date|current_time|localtimestamp|localtime|get_current_timestamp"
    r"|now\s*\(|today\s*\(|transaction_timestamp|run_started_at|modules\.datetime|random\s*\(|uuid\s*\()",
    re.IGNORECASE,
)
COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", re.DOTALL)
PASSES_ALL_THROUGH = re.compile(r"^\s*select\s+\*\s+from\s+\{\{[^}]*\}\}\s*$", re.IGNORECASE)
JOIN = re.compile(r"\bjoin\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def models(dbt_project: DbtProject) -> list[Any]:
    nodes = dbt_project.manifest.nodes.values()
    found = sorted((n for n in nodes if n.resource_type == "model"), key=lambda node: node.name)
    assert found
    return found


@pytest.fixture(scope="module")
def marts(models: list[Any]) -> list[Any]:
    return [model for model in models if _folder(model).startswith("marts")]


@pytest.fixture(scope="module")
def staging(models: list[Any]) -> list[Any]:
    return [model for model in models if _folder(model).startswith("staging")]


def _folder(model: Any) -> str:
    return Path(model.original_file_path).parent.relative_to("models").as_posix()


def _code(model: Any) -> str:
    return COMMENTS.sub(" ", model.raw_code)


def _sources(model: Any) -> list[str]:
    return [parent for parent in model.depends_on.nodes if parent.startswith("source.")]


def test_every_description_begins_with_the_grain(models: list[Any]) -> None:
    assert [model.name for model in models if not model.description.strip().startswith("One row per")] == []


def test_every_model_lies_in_the_folder_of_its_prefix(models: list[Any]) -> None:
    wrong = []
    for model in models:
        prefixes = [prefix for folder, prefix in FOLDER_PREFIXES.items() if _folder(model).startswith(folder)]
        if not prefixes or not (model.name.startswith(prefixes[0]) or model.name in NAMED_BY_CONTRACT):
            wrong.append(model.original_file_path)
    assert wrong == []


def test_staging_models_are_named_after_their_source_and_table(staging: list[Any]) -> None:
    for model in staging:
        _, _, source, table = _sources(model)[0].split(".")
        upstream = source.removeprefix("raw_")
        assert model.name == f"stg_{upstream}__{table}"
        assert _folder(model) == f"staging/{upstream}"


def test_staging_reads_one_source_and_joins_nothing(staging: list[Any]) -> None:
    assert [model.name for model in staging if len(model.depends_on.nodes) != 1 or JOIN.search(_code(model))] == []


def test_only_staging_reads_sources(models: list[Any]) -> None:
    assert [m.name for m in models if _sources(m) and not _folder(m).startswith("staging")] == []


def test_every_table_of_the_extraction_has_a_described_source_and_a_staging_model(
    staging: list[Any], dbt_project: DbtProject
) -> None:
    sources = {source.name: source for source in dbt_project.manifest.sources.values()}
    assert {name for name, source in sources.items() if not source.description.strip()} == set()
    staged = {_sources(model)[0].split(".")[-1] for model in staging}
    assert staged == set(sources) == {endpoint.name for endpoint in ENDPOINTS}


def test_staging_stores_nothing_and_marts_are_tables(staging: list[Any], marts: list[Any]) -> None:
    assert {model.config.materialized for model in staging} == {"view"}
    assert {model.config.materialized for model in marts} == {"table", BY_KEY}


def test_every_mart_has_an_enforced_contract(marts: list[Any]) -> None:
    assert [model.name for model in marts if not model.config.contract.enforced] == []


def test_every_column_of_every_mart_has_a_type_and_a_description(marts: list[Any]) -> None:
    assert [
        f"{model.name}.{column.name}"
        for model in marts
        for column in model.columns.values()
        if not column.data_type or not column.description.strip()
    ] == []


def test_every_mart_has_a_test_of_its_key(marts: list[Any], dbt_project: DbtProject) -> None:
    tested = {
        test.attached_node
        for test in dbt_project.manifest.nodes.values()
        if test.resource_type == "test"
        and (getattr(test, "test_metadata", None) and test.test_metadata.name.startswith("unique"))
    }
    assert [model.name for model in marts if model.unique_id not in tested] == []


def test_no_mart_only_passes_another_model_through(marts: list[Any]) -> None:
    assert [model.name for model in marts if PASSES_ALL_THROUGH.match(_code(model))] == []


def test_nothing_reads_a_clock_or_a_random_number(models: list[Any], dbt_project: DbtProject) -> None:
    texts = {model.name: _code(model) for model in models}
    for macro in dbt_project.manifest.macros.values():
        if macro.package_name == "incident_marts":
            texts[macro.original_file_path] = COMMENTS.sub(" ", macro.macro_sql)
    assert texts
    assert [name for name, text in texts.items() if CLOCK.search(text)] == []


def test_attribution_incidents_periods_and_metrics_have_unit_tests(
    models: list[Any], dbt_project: DbtProject
) -> None:
    tested = {parent for test in dbt_project.manifest.unit_tests.values() for parent in test.depends_on.nodes}
    for subject in ("attribution", "catalog", "incidents", "periods", "metrics", "services", "teams"):
        names = [m.unique_id for m in models if _folder(m) == f"intermediate/{subject}"]
        assert any(name in tested for name in names), f"no unit test in intermediate/{subject}"


def test_snapshots_say_their_grain_and_keep_what_they_no_longer_see(dbt_project: DbtProject) -> None:
    snapshots = [node for node in dbt_project.manifest.nodes.values() if node.resource_type == "snapshot"]
    assert snapshots
    for snapshot in snapshots:
        assert snapshot.description.strip().startswith("One row per"), snapshot.name
        assert (snapshot.schema, snapshot.config.group) == ("history", "incident_reporting")
        assert snapshot.config.get("hard_deletes") == "ignore"


def test_the_time_of_a_snapshot_is_the_instant_of_the_run(dbt_project: DbtProject) -> None:
    snapshots = [node for node in dbt_project.manifest.nodes.values() if node.resource_type == "snapshot"]
    assert {(snapshot.config.strategy, snapshot.config.updated_at) for snapshot in snapshots} == {
        ("check", "observed_at")
    }
    # dbt's own macro of this name reads the clock.
    [ours] = [
        macro
        for macro in dbt_project.manifest.macros.values()
        if macro.name == "duckdb__snapshot_get_time" and macro.package_name == "incident_marts"
    ]
    assert "{{ as_of() }}" in ours.macro_sql


def test_models_stay_short_enough_to_hold_one_idea(models: list[Any]) -> None:
    assert [model.name for model in models if len(model.raw_code.splitlines()) > LONGEST_MODEL] == []


def test_no_yaml_uses_the_deprecated_key_of_data_tests() -> None:
    files = sorted(DBT_PROJECT_DIR.rglob("*.yml"))
    assert files
    assert [
        file.name for file in files if re.search(r"^\s*(- )?tests:", file.read_text(encoding="utf-8"), re.M)
    ] == []


def test_every_intermediate_model_is_private_to_its_group(models: list[Any]) -> None:
    inner = [model for model in models if _folder(model).startswith("intermediate")]
    assert [model.name for model in inner if model.config.access != "private" or not model.config.group] == []
