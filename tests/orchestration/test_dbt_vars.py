"""`--vars`: only rules that the dbt project knows, every unknown one named at once."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.dbt_vars import DURATIONS, EXPECTED, VarsError, known_vars, parse_vars, with_vars
from pipelines.settings import DBT_PROJECT_DIR, Settings


def test_no_vars_are_no_overrides():
    assert parse_vars(None) == {}
    assert parse_vars("") == {}


def test_known_rules_pass_through_unchanged():
    assert parse_vars('{"org_timezone": "Europe/Berlin", "minimum_severity_rank": 2}') == {
        "org_timezone": "Europe/Berlin",
        "minimum_severity_rank": 2,
    }


def test_the_rules_of_the_contract_are_known_with_their_defaults():
    rules = known_vars()
    assert rules["org_timezone"] == "UTC"
    assert rules["week_start"] == "monday"
    assert rules["root_team_id"] == "organisation"
    assert rules["attribution_priority"] == ["custom_field", "explicit_owner", "service", "organisation"]
    assert rules["auto_map_team_fields"] is True


def test_every_unknown_rule_is_named_with_the_nearest_one():
    with pytest.raises(VarsError) as refused:
        parse_vars('{"org_timezon": "UTC", "zzz": 1, "week_start": "sunday"}')
    assert len(refused.value.problems) == 2
    assert "org_timezon; did you mean org_timezone?" in refused.value.problems[0]
    assert "zzz" in refused.value.problems[1]
    assert "week_start" in refused.value.problems[1]


@pytest.mark.parametrize("text", ["{", "nope", '["org_timezone"]', '"x"', "3"])
def test_anything_but_a_json_object_is_refused(text: str):
    with pytest.raises(VarsError, match="--vars: not"):
        parse_vars(text)


def test_every_unusable_value_is_named_with_what_was_expected():
    text = (
        '{"org_timezone": "Nowhere/City", "week_start": "tue", "as_of": "soon", "hierarchy_mode": "old",'
        ' "minimum_severity_rank": true, "attribution_priority": ["service", "service"], "coverage_start": null,'
        ' "service_catalog_types": "Service", "auto_map_team_fields": null, "root_team_name": " ",'
        ' "native_duration_map": {"Lasted": "resolve_time"}, "person_durations": "yes"}'
    )
    with pytest.raises(VarsError) as refused:
        parse_vars(text)
    named = [problem.split()[1] for problem in refused.value.problems]
    assert named == [
        *("org_timezone", "week_start", "as_of", "hierarchy_mode", "minimum_severity_rank"),
        *("attribution_priority", "service_catalog_types", "auto_map_team_fields", "root_team_name"),
        *("native_duration_map", "person_durations"),
    ]


def test_native_durations_may_be_compared_with_every_duration_of_the_project_and_no_other():
    macro = (DBT_PROJECT_DIR / "macros" / "duration_families.sql").read_text(encoding="utf-8")
    assert re.findall(r"'name': '(\w+)'", macro) == list(DURATIONS)
    with pytest.raises(VarsError, match="native_duration_map"):
        parse_vars('{"native_duration_map": {"Lasted": null, " LASTED": null}}')
    mapped = {"Lasted": "time_to_resolve", "Other": None}
    assert parse_vars(json.dumps({"native_duration_map": mapped})) == {"native_duration_map": mapped}


def test_every_variable_of_the_project_has_its_values_checked():
    assert set(EXPECTED) == set(known_vars())


def test_every_default_would_be_accepted():
    assert parse_vars(json.dumps(known_vars())) == known_vars()


def test_the_instant_of_a_run_follows_the_variable(tmp_path: Path):
    settings = Settings(home=tmp_path, seeds=tmp_path, as_of=datetime(2026, 1, 1, tzinfo=UTC))
    moved = with_vars(settings, parse_vars('{"as_of": "2025-06-01T02:00:00+02:00"}'))
    assert moved.as_of == datetime(2025, 6, 1, tzinfo=UTC)
    assert with_vars(settings, {}) == settings
