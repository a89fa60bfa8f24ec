"""`explain`, `metrics` and `doctor`: what they say, from the published file alone."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from cli_support import publish_small_marts, run_command

from pipelines.warehouse import run_lock


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("reading") / "home"
    publish_small_marts(home)
    return home


def test_explain_tells_every_step_with_value_mapping_row_interval_and_winner(home: Path):
    story = run_command(home, "explain", "INC-7").stdout
    assert "Credited to Payments (1) by the step custom_field." in story
    assert "1. custom_field: mapped custom fields - decides" in story
    assert "* Owner = 'Pay' -> Payments  (matched by text; " in story
    assert "team_mapping.csv:12" in story
    assert "Area = 'Roads' -> Straßenbau" in story
    assert "lost: field priority 2, and a field of priority 1 names a team" in story
    assert "2. explicit_owner: explicit owner teams - names no known team: incident_owners.csv has no row" in story
    assert "3. service: teams owning the linked services - not needed, custom_field decided" in story
    assert "lost: the step custom_field comes first and names a team" in story
    assert "owned from 2026-01-01 until today" in story
    assert "4. organisation" in story


def test_explain_names_the_values_that_map_to_no_team(home: Path):
    story = run_command(home, "explain", "INC-7").stdout
    assert "Region = 'Nowhere' maps to no team (perhaps payments): add a row to " in story
    assert "Owner = 'Nowhere'" not in story


def test_explain_names_linked_services_that_nobody_owned(home: Path):
    story = run_command(home, "explain", "INC-7").stdout
    assert "'Ledger' has no known owner on that day: add a row to " in story
    assert "'Checkout' has no known owner" not in story


def test_explain_tells_how_the_credit_was_restated(home: Path):
    finished = run_command(home, "explain", "INC-7")
    assert "2026-03-05 05:00 UTC: service: straße -> custom_field: payments  (mapping_edit)" in finished.stdout
    assert "Changed since" not in run_command(home, "explain", "INC-8").stdout
    [restated] = run_command(home, "explain", "INC-7", "--json").document["restatements"]
    assert (restated["reason"], restated["old_team_ids"]) == ("mapping_edit", ["straße"])


def test_explain_says_which_file_outranks_what_incident_io_says(home: Path):
    story = run_command(home, "explain", "INC-8").stdout
    assert "* incident_owners = 'INC-8' -> Payments  (matched by reference; " in story
    assert "  team_ids = '01TEAM' -> Straßenbau  (" in story
    assert "lost: a row of incident_owners.csv comes first" in story


def test_explain_says_why_an_incident_does_not_count(home: Path):
    assert "Counts in no metric: test." in run_command(home, "explain", "INC-8").stdout


@pytest.mark.parametrize("wanted", ["INC-7", "inc-7", "7", "007", " INC-7 ", "01A", "01a"])
def test_an_incident_is_found_by_reference_number_or_id_in_any_case(home: Path, wanted: str):
    finished = run_command(home, "explain", wanted, "--json")
    assert finished.code == 0, finished.stderr
    assert finished.document["incident_id"] == "01A"


def test_explain_as_json_has_the_winner_and_every_candidate(home: Path):
    document = run_command(home, "explain", "INC-7", "--json").document
    assert document["attribution_step"] == "custom_field"
    assert [team["team_id"] for team in document["teams"]] == ["payments"]
    custom_field, _, service, _ = document["steps"]
    assert [row["lost_because"] for row in custom_field["candidates"]] == [
        None,
        "field priority 2, and a field of priority 1 names a team",
    ]
    assert [row["lost_because"] for row in service["candidates"]] == [
        "the step custom_field comes first and names a team"
    ]
    assert [row["service_id"] for row in document["ownerless_services"]] == ["svc-2"]
    assert [
        (step["attribution_step"], step["is_winner"], len(step["candidates"])) for step in document["steps"]
    ] == [
        ("custom_field", True, 2),
        ("explicit_owner", False, 0),
        ("service", False, 1),
        ("organisation", False, 1),
    ]


@pytest.mark.parametrize("wanted", ["INC-70", "nothing", "'; drop table x", "٣", ""])
def test_an_unknown_reference_is_refused_with_the_nearest_ones(home: Path, wanted: str):
    finished = run_command(home, "explain", wanted)
    assert finished.code == 1
    assert finished.stdout == ""
    assert "the nearest are INC-" in finished.stderr


def test_metrics_show_the_organisation_newest_period_first(home: Path):
    text = run_command(home, "metrics", "--grain", "month", "--periods", "2").stdout
    lines = text.splitlines()
    assert lines[0] == "Harbour (organisation)"
    assert lines[4].startswith("2026-03-01 (so far)")
    assert lines[5].startswith("2026-02-01 ")
    assert len(lines) == 6


@pytest.mark.parametrize("wanted", ["payments", "Payments", "  PAYMENTS "])
def test_a_team_is_found_by_id_or_by_folded_name_and_has_both_rollups(home: Path, wanted: str):
    rows = run_command(home, "metrics", "--team", wanted, "--grain", "month", "--json").document["periods"]
    assert {row["scope_id"] for row in rows} == {"payments"}
    assert [row["rollup"] for row in rows[:2]] == ["direct", "subtree"]


def test_names_fold_as_in_the_warehouse(home: Path):
    assert run_command(home, "metrics", "--team", "STRASSENBAU", "--grain", "month").code == 0


@pytest.mark.parametrize("wanted", ["u1", "Ada", "ADA@example.com"])
def test_a_person_is_found_by_id_name_or_email(home: Path, wanted: str):
    document = run_command(home, "metrics", "--person", wanted, "--grain", "month", "--json").document
    assert (document["scope_type"], document["scope_id"]) == ("person", "u1")


def test_an_ambiguous_name_asks_for_an_id(home: Path):
    finished = run_command(home, "metrics", "--team", "Twins", "--grain", "month")
    assert finished.code == 1
    assert "twin-1, twin-2" in finished.stderr


def test_an_unknown_team_is_refused_with_the_nearest_name(home: Path):
    finished = run_command(home, "metrics", "--team", "Paymants", "--grain", "month")
    assert finished.code == 1
    assert "Payments (payments)" in finished.stderr


def test_csv_holds_every_column_and_nothing_else(home: Path):
    text = run_command(home, "metrics", "--grain", "month", "--periods", "3", "--csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["period_start"] for row in rows] == ["2026-03-01", "2026-02-01", "2026-01-01"]
    assert rows[0]["time_to_resolve_p90_hours"] == ""
    assert rows[0]["total_incidents"] == "9"


def test_without_published_marts_the_next_step_is_named(tmp_path: Path):
    for arguments in (["metrics"], ["explain", "INC-1"]):
        finished = run_command(tmp_path / "home", *arguments)
        assert finished.code == 1
        assert "`incident-marts run` creates it" in finished.stderr
    assert not (tmp_path / "home").exists()


def test_doctor_finds_nothing_wrong_and_writes_nothing(tmp_path: Path):
    finished = run_command(tmp_path / "home", "doctor", "--json")
    assert finished.code == 0, finished.stdout
    findings = {finding["subject"]: finding for finding in finished.document["findings"]}
    assert finished.document["ok"] is True
    assert set(findings) >= {
        "python",
        "packages",
        "settings",
        "seeds",
        "key",
        "disk",
        "lock",
        "marts",
        "connection",
    }
    assert findings["key"]["status"] == "note"
    assert "INCIDENT_IO_API_KEY" in findings["key"]["fix"]
    assert not (tmp_path / "home").exists()


def test_doctor_says_how_to_fix_settings_and_seeds(tmp_path: Path):
    wrong = run_command(tmp_path / "home", "doctor", INCIDENT_MARTS_START="soon")
    assert wrong.code == 1
    assert "INCIDENT_MARTS_START" in wrong.stdout
    assert "fix:" in wrong.stdout
    no_seeds = run_command(tmp_path / "home", "doctor", INCIDENT_MARTS_SEEDS=str(tmp_path))
    assert no_seeds.code == 1
    assert "teams.csv" in no_seeds.stdout


def test_doctor_names_where_the_key_is_and_never_the_key(tmp_path: Path):
    finished = run_command(
        tmp_path / "home",
        "doctor",
        INCIDENT_IO_API_KEY="canary-123",
        INCIDENT_IO_API_URL="http://127.0.0.1:9",
    )
    assert finished.code == 1
    assert "found in INCIDENT_IO_API_KEY" in finished.stdout
    assert "INCIDENT_IO_API_URL" in finished.stdout
    assert "canary-123" not in finished.stdout + finished.stderr


def test_doctor_says_who_holds_the_warehouse(home: Path):
    with run_lock(home):
        finished = run_command(home, "doctor", "--offline")
    assert "another run holds the warehouse" in finished.stdout
