"""`--vars`: only rules that the dbt project knows, every unknown one named at once."""

from __future__ import annotations

import pytest

from orchestration.dbt_vars import VarsError, known_vars, parse_vars


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
