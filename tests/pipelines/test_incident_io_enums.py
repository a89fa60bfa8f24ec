"""Values of enumerations that this version does not know: found wherever they stand, told once."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.incident_io.endpoints import BY_NAME
from pipelines.incident_io.enums import CATEGORIES, EFFECTS, ENUMS, unknown_values
from pipelines.incident_io.report import MOST_UNKNOWN_VALUES, ExtractReport
from pipelines.incident_io.rows import to_batch
from tests.pipelines.vendor_contract import contract, enum_values, properties

FIELDS = [(table, path) for table, paths in ENUMS.items() for path in paths]


def found(table: str, *records: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [{"id": str(number), **record} for number, record in enumerate(records)]
    batch = to_batch(table, rows, BY_NAME[table].columns, {}, "load")
    return [(field, value) for field, value, _ in unknown_values(table, batch)]


@pytest.mark.parametrize(("table", "path"), FIELDS, ids=[f"{table}.{path}" for table, path in FIELDS])
def test_the_known_values_are_those_of_the_contract(table: str, path: str) -> None:
    shape = contract()[table]["record"]
    for key in path.replace("[]", "").split("."):
        shape = properties(shape)[key]
    documented = set(enum_values(shape[0] if path.endswith("[]") else shape))
    known = ENUMS[table][path]
    assert documented
    assert documented == known or (known == CATEGORIES and documented < known)


def test_effects_are_told_of_fields_that_are_looked_at() -> None:
    assert {f"{table}.{path}" for table, path in FIELDS} >= EFFECTS.keys()


def test_known_absent_and_null_values_are_not_reported() -> None:
    assert found("incidents", {"mode": "test", "incident_status": {"category": "live"}}, {}, {"mode": None}) == []
    assert found("incidents", {"incident_status": None}, {"incident_status": {"category": None}}) == []
    assert found("catalog_types", {"categories": ["team"]}, {"categories": []}, {"categories": [None]}) == []


def test_unknown_values_are_found_in_columns_nested_values_and_lists() -> None:
    assert found("incidents", {"mode": "drill", "visibility": "secret"}, {"mode": "drill"}) == [
        ("incidents.mode", "drill"),
        ("incidents.visibility", "secret"),
    ]
    assert found("incidents", {"incident_status": {"category": "frozen"}}) == [
        ("incidents.incident_status.category", "frozen")
    ]
    assert found("catalog_types", {"categories": ["service", "robot", "alien"]}) == [
        ("catalog_types.categories[]", "alien"),
        ("catalog_types.categories[]", "robot"),
    ]


def test_a_value_that_is_no_text_any_more_is_shown_as_json() -> None:
    assert found("incidents", {"incident_status": {"category": {"id": 5}}}) == [
        ("incidents.incident_status.category", '{"id":5}')
    ]


def test_a_table_without_enumerations_is_left_alone() -> None:
    assert found("severities", {"name": "frozen"}) == []


def test_a_warning_names_table_field_value_and_effect_once() -> None:
    report = ExtractReport()
    batch = to_batch("incidents", [{"id": "a", "visibility": "secret"}], BY_NAME["incidents"].columns, {}, "load")
    for _ in range(3):
        for unknown in unknown_values("incidents", batch):
            report.note_unknown(*unknown)
    assert report.warnings == [
        "incidents.visibility: the API sent 'secret', which this version does not know; "
        "the records are loaded and are treated as private"
    ]


def test_of_a_field_full_of_unknown_values_only_the_first_are_told() -> None:
    report = ExtractReport()
    for number in range(100):
        report.note_unknown("incidents.mode", str(number), f"{number}")
    assert len(report.warnings) == MOST_UNKNOWN_VALUES + 1
    assert report.unknown_values["incidents.mode"] == [str(number) for number in range(MOST_UNKNOWN_VALUES)]
