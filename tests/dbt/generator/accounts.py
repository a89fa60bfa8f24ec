"""Whole accounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from tests.dbt.account import DEFAULT_VARIABLES, Account, Row
from tests.dbt.generator.chance import Chance
from tests.dbt.generator.directory import Directory
from tests.dbt.generator.earlier import earlier_runs, with_links_to_former_names
from tests.dbt.generator.follow_ups import generate_follow_ups
from tests.dbt.generator.incidents import forget_definitions, generate_incidents, generate_participants
from tests.dbt.generator.seeds import generate_seeds

# Reporting rules under which accounts are built; one compilation of the project each.
VARIANTS: dict[str, Row] = {
    "defaults": {},
    "new_york_sunday": {
        "org_timezone": "America/New_York",
        "week_start": "sunday",
        "service_catalog_types": ["Product"],
        "hierarchy_mode": "as_of",
        "trailing_history_weeks": 3,
        "dimension_max_values": 2,
    },
    "kolkata_services_first": {
        "org_timezone": "Asia/Kolkata",
        "earliest_incident_date": "2024-06-01",
        "attribution_priority": ["service", "custom_field", "explicit_owner", "organisation"],
        "service_catalog_types": ['Custom["Product"]', "Region"],
        "service_owner_path": [" COMPONENTS", "team"],
        "minimum_severity_rank": 2,
        "person_durations": True,
        "native_duration_map": {" LASTED": "time_to_recover", "Time to resolve": None},
    },
    "lord_howe_no_auto_mapping": {
        "org_timezone": "Australia/Lord_Howe",
        "week_start": "sunday",
        "auto_map_team_fields": False,
        "root_team_id": "root'1",
        "root_team_name": "Tout le monde",
        "service_owner_path": ["owner"],
        "team_parent_attribute": ["peer", "parents"],
        "hierarchy_mode": "as_of",
        "excluded_incident_types": ["Security"],
        "dimension_fields": [" FIELD 0", "Field 1", "field 3", "PAYMENTS", "strasse"],
    },
    "explicit_only": {
        "attribution_priority": ["explicit_owner", "custom_field"],
        "org_timezone": "America/New_York",
        "team_parent_attribute": [],
        "excluded_incident_types": ["Default", "Unknown type"],
        "minimum_severity_rank": 1,
        "person_rows_include_private": True,
    },
}


def generate_account(seed: int, variant: str) -> Account:
    """The account of a seed under the rules of a variant; equal arguments give equal accounts."""
    variables = VARIANTS[variant]
    rules = {**DEFAULT_VARIABLES, **variables}
    chance = Chance(f"{variant}-{seed}", rules["org_timezone"])
    directory = Directory(chance)
    incidents, updates = generate_incidents(chance, directory)
    follow_ups = generate_follow_ups(chance, directory, incidents)
    participants = generate_participants(chance, directory, incidents)
    seeds = generate_seeds(chance, directory, incidents, rules["root_team_id"])
    forget_definitions(chance, directory)
    raw = {
        **directory.raw(),
        "incidents": incidents,
        "incident_updates": updates,
        "follow_ups": follow_ups,
        "incident_participants": participants,
    }
    as_of = _as_of(chance, updates)
    account = Account(
        raw,
        as_of,
        seeds,
        variables,
        _coverage(chance, as_of),
        read_at=chance.one((None, as_of - timedelta(seconds=90), as_of + timedelta(seconds=1))),
        swept_at=chance.one((None, chance.instant())),
    )
    account = replace(account, earlier=earlier_runs(chance, account))
    return with_links_to_former_names(chance, account)


def _as_of(chance: Chance, updates: list[Row]) -> datetime:
    """After everything, in the middle, exactly on an event, or exactly on a local midnight."""
    end = chance.window_start + timedelta(days=chance.window_days + 45)
    choice = chance.number(0, 3)
    if choice == 0 and updates:
        return chance.one(updates)["created_at"]
    if choice == 1:
        return chance.instant()
    if choice == 2:
        local_date = chance.local_date().replace(day=1)
        return datetime.combine(local_date, time(), chance.zone).astimezone(UTC)
    return end


def _coverage(chance: Chance, as_of: datetime) -> date | None:
    if chance.happens(0.5):
        return None
    local_today = as_of.astimezone(chance.zone).date()
    return min(chance.local_date(), local_today - timedelta(days=chance.number(1, 100)))
