"""Overrides of reporting rules for one run: the JSON of `--vars`, checked against dbt_project.yml."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import yaml  # type: ignore[import-untyped]

from pipelines.settings import DBT_PROJECT_DIR, Settings, parse_instant

LONGEST_OWNER_PATH = 2
STEPS = ("custom_field", "explicit_owner", "service", "organisation")

DURATIONS = (
    "time_to_resolve",
    "time_to_recover",
    "time_to_acknowledge",
    "time_to_mitigate",
    "impact_duration",
    "time_to_resolve_active",
)


class VarsError(Exception):
    """Wrong `--vars`; `problems` holds one sentence for each (exit code 2)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def known_vars() -> dict[str, Any]:
    """Reporting variables with their defaults, as dbt_project.yml documents them."""
    project = yaml.safe_load((DBT_PROJECT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    declared = project.get("vars") or {}
    nested = declared.get(project["name"])
    return dict(nested if isinstance(nested, dict) else declared)


def parse_vars(text: str | None) -> dict[str, Any]:
    """The variables of a `--vars` argument; raises :class:`VarsError` for anything that dbt would not use."""
    if not text:
        return {}
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise VarsError([f"--vars: not JSON ({error.msg} at character {error.pos + 1}): {text}"]) from error
    if not isinstance(values, dict):
        raise VarsError([f'--vars: not a JSON object such as {{"org_timezone": "Europe/Berlin"}}: {text}'])
    return check_vars(values)


def check_vars(values: dict[str, Any]) -> dict[str, Any]:
    """The same variables, names known and values usable; raises :class:`VarsError` with every one that is not."""
    known = known_vars()
    problems = []
    for name, value in values.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known ones are {', '.join(sorted(known))}"
            problems.append(f"--vars: unknown variable {name}; {hint}")
        elif name in EXPECTED and not _fits(name, value, known[name]):
            problems.append(f"--vars: {name} must be {EXPECTED[name][0]} (found {json.dumps(value)})")
    if problems:
        raise VarsError(problems)
    return values


def with_vars(settings: Settings, values: dict[str, Any]) -> Settings:
    """The settings of a run with these (checked) variables: its instant is the variable's where one is given."""
    return replace(settings, as_of=parse_instant(values["as_of"])) if values.get("as_of") else settings


def _fits(name: str, value: Any, default: Any) -> bool:
    if value is None:
        return default is None
    try:
        return bool(EXPECTED[name][1](value))
    except (ValueError, TypeError, AttributeError, KeyError, OSError):
        return False


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_duration_map(value: Any) -> bool:
    names = {name.strip().casefold() for name in value}
    return len(names) == len(value) and all(ours is None or ours in DURATIONS for ours in value.values())


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


# A variable's expectation in words and as a check; a check may also raise for what it cannot take.
EXPECTED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "as_of": ("an RFC 3339 instant such as 2026-01-31T09:00:00Z", parse_instant),
    "coverage_start": ("a date such as 2024-01-01", date.fromisoformat),
    "earliest_incident_date": ("a date such as 2000-01-01", date.fromisoformat),
    "org_timezone": ("the name of a time zone such as Europe/Berlin", lambda value: bool(ZoneInfo(value))),
    "week_start": ("monday or sunday", lambda value: value in ("monday", "sunday")),
    "root_team_id": ("a team id", _is_text),
    "root_team_name": ("a name", _is_text),
    "attribution_priority": (
        f"a list of different steps out of {', '.join(STEPS)}",
        lambda value: _is_texts(value) and set(value) <= set(STEPS) and len(set(value)) == len(value),
    ),
    "auto_map_team_fields": ("true or false", lambda value: isinstance(value, bool)),
    "service_catalog_types": ("a list of ids or names of catalog types", _is_texts),
    "service_owner_path": (
        "a list of at most two attributes of the catalog, by id or name",
        lambda value: _is_texts(value) and len(value) <= LONGEST_OWNER_PATH,
    ),
    "team_parent_attribute": ("a list of attributes of the team type, by id or name", _is_texts),
    "hierarchy_mode": ("current or as_of", lambda value: value in ("current", "as_of")),
    "trailing_history_weeks": ("a whole number above 0", lambda value: _is_whole(value) and value > 0),
    "excluded_incident_types": ("a list of ids or names of incident types", _is_texts),
    "minimum_severity_rank": ("a whole number", _is_whole),
    "dimension_fields": ("a list of ids or names of custom fields", _is_texts),
    "dimension_max_values": ("a whole number of at least 1", lambda value: _is_whole(value) and value > 0),
    "native_duration_map": (
        f"an object of different native duration metrics, each with one of {', '.join(DURATIONS)}, or null",
        _is_duration_map,
    ),
    "person_durations": ("true or false", lambda value: isinstance(value, bool)),
    "pii_mode": ("plain or hashed", lambda value: value in ("plain", "hashed")),
    "person_rows_include_private": ("true or false", lambda value: isinstance(value, bool)),
}
