"""The generated company: the same every time, growing with time, and with every case the product has to handle."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from demo_api_support import tables

import apps.demo_api
from apps.demo_api.account import RESOURCES, Account, compile_account
from apps.demo_api.company import HISTORY_START, REFERENCE_END, build_account

SEEDS = Path(apps.demo_api.__file__).parent / "seeds"


def digest(account: Account) -> str:
    compiled = compile_account(account).tables
    content = b"".join(b"".join(compiled[name].read(range(len(compiled[name])))) for name in RESOURCES)
    return hashlib.sha256(content).hexdigest()


@pytest.fixture(scope="module")
def company() -> dict:
    return tables(build_account(until=REFERENCE_END))


def seed_rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values_of(incident: dict, field: str) -> list[dict]:
    return next(e["values"] for e in incident["custom_field_entries"] if e["custom_field"]["name"] == field)


def test_same_arguments_give_the_same_bytes_and_another_seed_other_ones():
    until = REFERENCE_END
    first = digest(build_account(incidents=150, until=until))
    assert digest(build_account(incidents=150, until=until)) == first
    assert digest(build_account(incidents=150, until=until, seed=7)) != first


def test_several_processes_draw_the_same_company():
    alone = digest(build_account(incidents=1_100, until=REFERENCE_END))
    assert digest(build_account(incidents=1_100, until=REFERENCE_END, processes=2)) == alone


@pytest.mark.parametrize("size", [0, 1, 10, 333])
def test_there_are_exactly_as_many_incidents_as_asked_for_in_the_reference_period(size):
    assert len(build_account(incidents=size, until=REFERENCE_END).incidents) == size


def test_before_the_history_starts_there_are_no_incidents():
    assert len(build_account(incidents=50, until=HISTORY_START - timedelta(days=1)).incidents) == 0


def settled(row: dict) -> dict:
    """A record without what changes although its own stamp does not move."""
    return {key: row[key] for key in row if key not in ("last_activity_at", "related_incidents", "related_alerts")}


def test_a_later_until_adds_incidents_and_changes_only_what_happened_since():
    earlier, later = REFERENCE_END - timedelta(days=30), REFERENCE_END
    before = tables(build_account(incidents=300, until=earlier))
    after = tables(build_account(incidents=300, until=later))
    for resource, stamp in (
        ("incidents", "updated_at"),
        ("follow_ups", "updated_at"),
        ("incident_updates", "created_at"),
        ("actions", "updated_at"),
        ("alerts", "updated_at"),
        ("escalations", "updated_at"),
    ):
        new = {row["id"]: row for row in after[resource]}
        for row in before[resource]:
            assert row["id"] in new
            moved = new[row["id"]]
            if datetime.fromisoformat(moved[stamp]) <= earlier:
                assert settled(moved) == settled(row)
        known = {row["id"] for row in before[resource]}
        for row in after[resource]:  # nothing turns up later than it happened
            assert row["id"] in known or datetime.fromisoformat(row["created_at"]) > earlier - timedelta(seconds=1)
    assert len(after["incidents"]) > len(before["incidents"])


def test_nothing_has_happened_after_until():
    until = REFERENCE_END - timedelta(days=200, hours=3)
    rows = tables(build_account(incidents=600, until=until))
    for incident in rows["incidents"]:
        stamps = [value.get("value", {}).get("value") for value in incident["incident_timestamp_values"]]
        stamps += [incident["created_at"], incident["updated_at"], incident["last_activity_at"]]
        assert all(datetime.fromisoformat(stamp) <= until for stamp in stamps if stamp)
    for row in rows["incident_updates"]:
        assert datetime.fromisoformat(row["created_at"]) <= until
    for row in rows["follow_ups"]:
        assert datetime.fromisoformat(row.get("completed_at", row["updated_at"])) <= until


def test_every_mode_status_category_and_visibility_occurs(company):
    incidents = company["incidents"]
    assert {row["mode"] for row in incidents} == {"standard", "retrospective", "test", "tutorial"}
    assert {row["incident_status"]["category"] for row in incidents} == {
        "triage", "live", "paused", "learning", "closed", "declined", "merged", "canceled",
    }  # fmt: skip
    assert {row["visibility"] for row in incidents} == {"public", "private"}
    assert {row.get("severity", {}).get("rank") for row in incidents} == {None, 1, 2, 3, 4}
    assert {status for row in incidents for status in (m["status"] for m in row["duration_metrics"])} >= {
        "success", "timestamps_missing", "invalid_timestamps",
    }  # fmt: skip


def test_updates_agree_with_the_incident_they_belong_to(company):
    history: dict[str, list[dict]] = {}
    for update in company["incident_updates"]:
        history.setdefault(update["incident_id"], []).append(update)
    for incident in company["incidents"]:
        updates = history[incident["id"]]
        assert updates == sorted(updates, key=lambda row: (datetime.fromisoformat(row["created_at"]), row["id"]))
        assert updates[-1]["new_incident_status"] == incident["incident_status"]
        assert updates[0]["created_at"] == incident["created_at"]
        assert updates[-1].get("new_severity") == incident.get("severity")


def test_merged_incidents_name_an_earlier_survivor(company):
    places = {row["id"]: (number, row) for number, row in enumerate(company["incidents"])}
    merges = [row for row in company["incident_updates"] if row["new_incident_status"]["category"] == "merged"]
    assert merges
    for merge in merges:
        number, target = places[merge["merged_into_incident_id"]]
        assert number < places[merge["incident_id"]][0]
        assert target["incident_status"]["category"] not in ("merged", "declined", "canceled")


def test_some_incidents_were_reopened_with_and_without_a_corrected_timestamp(company):
    history: dict[str, list[dict]] = {}
    for update in company["incident_updates"]:
        history.setdefault(update["incident_id"], []).append(update)
    resolved = {
        row["id"]: value["value"]["value"]
        for row in company["incidents"]
        for value in row["incident_timestamp_values"]
        if value["incident_timestamp"]["name"] == "Resolved at" and value.get("value", {}).get("value")
    }
    kinds = Counter()
    for incident_id, updates in history.items():
        categories = [row["new_incident_status"]["category"] for row in updates]
        reopens = [
            datetime.fromisoformat(updates[place]["created_at"])
            for place in range(1, len(updates))
            if categories[place] in ("live", "triage", "paused")
            and categories[place - 1] in ("learning", "closed")
        ]
        if reopens and incident_id in resolved:
            kinds[datetime.fromisoformat(resolved[incident_id]) > reopens[-1]] += 1
    assert kinds[True] > 5
    assert kinds[False] > 5


def test_retrospective_incidents_were_over_before_they_were_created(company):
    for row in company["incidents"]:
        if row["mode"] == "retrospective" and row["incident_status"]["category"] == "closed":
            stamps = {
                value["incident_timestamp"]["name"]: value.get("value", {}).get("value")
                for value in row["incident_timestamp_values"]
            }
            assert stamps["Reported at"] < row["created_at"]


def test_fractions_of_a_second_have_zero_to_six_digits(company):
    digits = {len(row["created_at"].partition(".")[2].rstrip("Z")) for row in company["incidents"]}
    assert digits == set(range(7))


def test_several_years_with_quiet_nights_and_weekends(company):
    moments = [datetime.fromisoformat(row["created_at"]) for row in company["incidents"]]
    assert {moment.year for moment in moments} == {2023, 2024, 2025, 2026}
    weekend = sum(moment.weekday() >= 5 for moment in moments) / len(moments)
    office = sum(8 <= moment.hour < 17 for moment in moments) / len(moments)
    assert weekend < 0.2
    assert office > 0.5


def test_creators_are_people_alerts_workflows_keys_and_nobody(company):
    assert {next(iter(row["creator"]), None) for row in company["incidents"]} == {
        "user", "alert", "workflow", "api_key", None,
    }  # fmt: skip


def test_an_incident_is_as_large_as_a_real_one():
    account = build_account(incidents=200, until=REFERENCE_END)
    sizes = [len(row) for row in account.incidents.read(range(200))]
    assert 4_000 < sum(sizes) / len(sizes) < 10_000


def test_catalog_owners_are_named_by_id_external_id_alias_and_name(company):
    team_ids = {row["catalog_entry"]["id"] for row in company["teams"]}
    teams = [row for row in company["catalog_entries"] if row["id"] in team_ids]
    kinds = Counter()
    for service in company["catalog_entries"]:
        for value in service["attribute_values"].values():
            for part in [value["value"]] if "value" in value else value["array_value"]:
                for team in teams:
                    if part["label"] == team["name"] and "literal" in part:
                        kinds["id"] += part["literal"] == team["id"]
                        kinds["external_id"] += part["literal"] == team.get("external_id")
                        kinds["alias"] += part["literal"] in team["aliases"]
                        kinds["name"] += part["literal"] == team["name"]
    assert all(kinds[kind] for kind in ("id", "external_id", "alias", "name")), kinds


def test_the_seeds_name_only_teams_people_and_services_that_exist(company):
    teams = {row["team_id"] for row in seed_rows("teams")}
    known = {row["parent_team_id"] for row in seed_rows("teams")} - {""}
    known |= {row["team_id"] for name in ("team_mapping", "service_ownership", "incident_owners", "team_members")
              for row in seed_rows(name)}  # fmt: skip
    assert known <= teams
    entries = company["catalog_entries"]
    catalog = {row["id"] for row in entries} | {row.get("external_id") for row in entries}
    catalog |= {row["name"].casefold() for row in entries}
    assert {row["service"] for row in seed_rows("service_ownership")} <= catalog | {"Parcel Events"}
    linked = {row["incident_io_team"] for row in seed_rows("teams")} - {""}
    identities = {
        text for row in company["teams"] for text in (row["id"], row["name"], row["catalog_entry"]["id"])
    }
    assert linked <= identities | {row["catalog_entry"].get("external_id") for row in company["teams"]}
    people = {text for row in company["users"] for text in (row["id"], row.get("email"))}
    assert {row["person"] for row in seed_rows("team_members")} <= people
    stamps = {row["name"] for row in company["incident_timestamps"]}
    assert {row["timestamp_name"] for row in seed_rows("timestamp_roles")} <= stamps
    options = {row["value"].casefold() for row in company["custom_field_options"]}
    options |= {row["id"].casefold() for row in company["custom_field_options"]}
    assert {row["field_value"].casefold() for row in seed_rows("team_mapping")} <= options


def test_every_attribution_step_has_a_sensible_share_of_the_incidents(company):
    mapped = {row["field_value"].casefold() for row in seed_rows("team_mapping")}
    owners = {row["incident"] for row in seed_rows("incident_owners")}
    seeded = {row["service"].casefold() for row in seed_rows("service_ownership")}
    has_owner = {
        row["id"]
        for row in company["catalog_entries"]
        if "owner" in row["attribute_values"] or any("array_value" in v for v in row["attribute_values"].values())
    }
    in_seed = {
        row["id"]
        for row in company["catalog_entries"]
        if seeded & {row["id"].casefold(), row["name"].casefold(), row.get("external_id", "")}
    }
    owned = has_owner | in_seed
    steps = Counter()
    for row in company["incidents"]:
        options = [
            value["value_option"]
            for field in ("Proximal Owner", "Affected Teams")
            for value in values_of(row, field)
        ]
        if values_of(row, "Owning Team") or any(
            {o["value"].casefold(), o["id"].casefold()} & mapped for o in options
        ):
            steps["custom_field"] += 1
        elif row["team_ids"] or row["reference"] in owners:
            steps["explicit_owner"] += 1
            owners.discard(row["reference"])
        elif any(value["value_catalog_entry"]["id"] in owned for value in values_of(row, "Affected Services")):
            steps["service"] += 1
        else:
            steps["organisation"] += 1
    assert owners == set()  # each seeded owner decides
    shares = {step: count / len(company["incidents"]) for step, count in steps.items()}
    assert 0.3 < shares["custom_field"] < 0.6
    assert 0.08 < shares["explicit_owner"] < 0.25
    assert 0.2 < shares["service"] < 0.45
    assert 0.08 < shares["organisation"] < 0.25
