"""One definition of every number: marts, catalogue, descriptions and the page say what the file says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.dbt.compiled_project import DbtProject
from tests.dbt.conftest import Compile
from tests.dbt.generate_metric_docs import DOC_BLOCKS, PAGE, doc_blocks, main, sections_in, with_tables
from tests.dbt.metric_definitions import DEFINITIONS, DefinitionError, Definitions, load_definitions

CATALOGUE = ("metric", "title", "formula", "unit", "period_rule", "caveat", "definition_version")


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return load_definitions()


# A list of what to repair in the catalog.
NO_METRICS = {"rpt_unresolved_references"}


@pytest.fixture(scope="module")
def reports(dbt_project: DbtProject) -> dict[str, Any]:
    """Every metric mart in dbt's manifest by its name."""
    models = (node for node in dbt_project.manifest.nodes.values() if node.resource_type == "model")
    found = {
        model.name: model for model in models if model.name.startswith("rpt_") and model.name not in NO_METRICS
    }
    assert found
    return found


def test_every_metric_mart_belongs_to_one_group(definitions: Definitions, reports: dict[str, Any]) -> None:
    assert Counter(name for tables in definitions.marts.values() for name in tables) == Counter(reports.keys())


def test_every_column_of_a_metric_mart_is_defined_and_every_defined_column_is_there(
    definitions: Definitions, reports: dict[str, Any]
) -> None:
    shown = {name: set(report.columns) for name, report in reports.items()}
    defined = {
        name: {column.name for column in definitions.columns_of(group)}
        for group, tables in definitions.marts.items()
        for name in tables
    }
    assert {name: shown[name] - defined.get(name, set()) for name in shown} == {name: set() for name in shown}
    assert {name: defined[name] - shown.get(name, set()) for name in defined} == {name: set() for name in defined}


def test_descriptions_of_columns_come_from_the_definitions(
    definitions: Definitions, reports: dict[str, Any]
) -> None:
    differing = [
        f"{name}.{column.name}"
        for group, tables in definitions.marts.items()
        for name in tables
        for column in definitions.columns_of(group)
        if reports[name].columns[column.name].description != column.description
    ]
    assert differing == []


def test_the_catalogue_holds_the_definitions(definitions: Definitions, compile_project: Compile) -> None:
    model = next(model for model in compile_project({}).models if model.name == "metric_catalogue")
    with duckdb.connect() as connection:
        rows = connection.execute(model.sql).fetchall()
        assert tuple(column[0] for column in connection.description or ()) == CATALOGUE
    expected = sorted(tuple(metric[column] for column in CATALOGUE) for metric in definitions.metrics)
    assert rows == expected
    assert all(text.strip() for row in rows for text in row)


def test_every_metric_has_its_own_name_a_column_and_a_numbered_version(definitions: Definitions) -> None:
    names = [metric["metric"] for metric in definitions.metrics]
    assert sorted(names) == sorted(set(names))
    assert set(names) == {column.metric for column in definitions.columns if column.metric}
    assert [m["metric"] for m in definitions.metrics if int(m["definition_version"]) < 1] == []


def test_generated_descriptions_and_tables_are_up_to_date(definitions: Definitions) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert sections_in(page) == list(definitions.sections)
    hint = "run `make docs`"
    assert DOC_BLOCKS.read_text(encoding="utf-8") == doc_blocks(definitions), hint
    assert page == with_tables(page, definitions), hint


def test_a_stale_file_is_written_anew(definitions: Definitions, tmp_path: Path) -> None:
    page = tmp_path / "metrics.md"
    page.write_text("a\n<!-- metrics: people -->\n| old |\n<!-- end of metrics -->\nz\n", encoding="utf-8")
    main(tmp_path / "blocks.md", page)
    assert (tmp_path / "blocks.md").read_text(encoding="utf-8") == doc_blocks(definitions)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("a\n<!-- metrics: people -->\n| metric | formula |")
    assert "| `incidents_led` |" in text
    assert "| old |" not in text
    assert text.endswith("<!-- end of metrics -->\nz\n")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"shown_in": {"metrics": {"reopen_rate": "Mine."}}},
            "metrics__reopen_rate belongs to total_incidents and",
        ),
        ({"shown_in": {"metrics": {"period_end": "Mine."}}}, "metrics__period_end belongs to the keys and"),
        ({"shown_in": {"metrics": "durations"}}, "total_incidents has the unknown family durations"),
        ({"shown_in": {"weekly": "value"}}, "total_incidents is shown in the unknown group weekly"),
        ({"section": "others"}, "total_incidents is in the unknown section others"),
    ],
)
def test_definitions_that_contradict_themselves_are_refused(
    change: dict[str, Any], complaint: str, tmp_path: Path
) -> None:
    content = yaml.safe_load(DEFINITIONS.read_text(encoding="utf-8"))
    content["models"][0]["config"]["meta"]["metrics"][0].update(change)
    file = tmp_path / "definitions.yml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(DefinitionError, match=complaint):
        load_definitions(file)
