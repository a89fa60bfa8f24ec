"""`mapping fields`, `suggest` and `check` as a user runs them, on a small published file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from cli_support import Finished, environment, publish_small_marts, run_command

from pipelines.warehouse import run_lock
from tests.unit.seed_files import HEADERS

SEEDS = {
    "teams": (
        "payments,Payments,,\nstraße,Straßenbau,,01TEAM\ntwin-1,Twins,,\ntwin-2,Twins,,\nroad-2,Road Works,,\n"
    ),
    "team_mapping": "Owner,Pay,payments,3\nowner,Old,payments,3\n",
    "service_ownership": "checkout,payments,,\next-1,payments,2026-01-01,\n",
    "incident_owners": "inc-7,payments\n01B,payments\n",
    "team_members": "ADA@example.com,payments,,\nu2,payments,,\n",
    "timestamp_roles": "resolved,Resolved,\nresolved, STRASSE FREI AT,2\n",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    publish_small_marts(home)
    return home


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for name, header in HEADERS.items():
        (folder / f"{name}.csv").write_text(f"{header}\n{SEEDS[name]}", encoding="utf-8")
    return folder


def run(home: Path, seeds: Path, *arguments: str) -> Finished:
    return run_command(home, "mapping", *arguments, INCIDENT_MARTS_SEEDS=str(seeds))


def proposed(finished: Finished) -> dict[str, tuple[str, str]]:
    """Value -> team and method."""
    assert finished.code == 0, finished.stderr
    return {row["field_value"]: (row["team_id"], row["method"]) for row in finished.document["proposals"]}


# fields


def test_fields_lists_every_field_with_type_values_incidents_and_whether_it_is_mapped(home: Path, seeds: Path):
    finished = run(home, seeds, "fields")
    lines = finished.stdout.splitlines()
    assert lines[2].split() == ["Owner", "f-owner", "single_select", "6", "7", "5", "40", "by", "team_mapping.csv"]
    assert any("Squad" in line and "single_select of Team" in line and "by itself" in line for line in lines)
    document = run(home, seeds, "fields", "--json").document
    assert {field["custom_field_id"]: field["mapped_by"] for field in document["fields"]} == {
        "f-owner": "seed",
        "f-squad": "auto",
        **dict.fromkeys(("f-region", "f-services", "f-twin-1", "f-twin-2"), "none"),
    }


@pytest.mark.parametrize("wanted", ["f-owner", "Owner", " OWNER "])
def test_fields_of_one_field_shows_its_values_incidents_and_teams(home: Path, seeds: Path, wanted: str):
    document = run(home, seeds, "fields", "--field", wanted, "--json").document
    assert document["field"]["custom_field_id"] == "f-owner"
    values = {value["field_value"]: value for value in document["values"]}
    assert (values["Pay"]["count_incidents"], values["Pay"]["team_ids"]) == (12, ["payments"])
    assert (values["Twins"]["count_incidents_to_gain"], values["Twins"]["team_ids"]) == (30, None)
    text = run(home, seeds, "fields", "--field", wanted).stdout
    assert text.splitlines()[0] == "Owner (f-owner, single_select), on 40 incidents, mapped: by team_mapping.csv"
    assert any(line.split()[:2] == ["Pay", "12"] and line.endswith("payments") for line in text.splitlines())


def test_fields_refuses_an_unknown_or_ambiguous_field_with_what_to_say_instead(home: Path, seeds: Path):
    unknown = run(home, seeds, "fields", "--field", "Ownr")
    assert (unknown.code, unknown.stdout) == (2, "")
    assert "the nearest are 'Owner'" in unknown.stderr
    ambiguous = run(home, seeds, "fields", "--field", "twin")
    assert ambiguous.code == 2
    assert "give one of the ids f-twin-1, f-twin-2" in ambiguous.stderr


def test_reading_works_while_a_run_holds_the_warehouse(home: Path, seeds: Path):
    with run_lock(home):
        assert run(home, seeds, "fields").code == 0
        assert run(home, seeds, "suggest").code == 0
        assert run(home, seeds, "check").code == 0


def test_marts_of_an_earlier_version_are_named_with_what_renews_them(home: Path, seeds: Path):
    with duckdb.connect(str((home / "marts.duckdb").resolve())) as connection:
        connection.execute("drop table marts.dim_custom_fields")
    finished = run(home, seeds, "fields")
    assert finished.code == 1
    assert "`incident-marts run` renews it" in finished.stderr
    assert "not expected" not in finished.stderr


def test_without_published_marts_the_next_step_is_named(tmp_path: Path, seeds: Path):
    for command in ("fields", "suggest"):
        finished = run(tmp_path / "empty", seeds, command)
        assert finished.code == 1
        assert "`incident-marts run` creates it" in finished.stderr


# suggest


def test_suggest_ranks_exact_folded_alias_and_fuzzy_matches_by_what_they_could_move(home: Path, seeds: Path):
    finished = run(home, seeds, "suggest", "--json")
    rows = [(row["field_value"], row["team_id"], row["method"]) for row in finished.document["proposals"]]
    assert rows == [
        (" STRASSENBAU ", "straße", "folded"),
        ("Payments team", "payments", "fuzzy"),
        ("billing", "payments", "alias"),
        ("Payments", "payments", "exact"),
        ("Straßenbau", "straße", "exact"),
        ("Payments", "payments", "exact"),
    ]
    scores = {row["field_value"]: row["score"] for row in finished.document["proposals"]}
    assert scores["Payments"] == 100
    assert scores["Payments team"] == 90


def test_suggest_leaves_choices_mapped_unused_service_and_self_mapping_values_alone(home: Path, seeds: Path):
    rows = run(home, seeds, "suggest", "--json").document["proposals"]
    assert {row["custom_field_id"] for row in rows} == {"f-owner", "f-twin-1", "f-twin-2"}
    assert not {"Twins", "Pay", "Harbour"} & {row["field_value"] for row in rows}
    assert "Harbour" in proposed(run(home, seeds, "suggest", "--unused", "--json"))


def test_suggest_takes_fuzzy_matches_of_other_fields_only_when_the_field_is_named(home: Path, seeds: Path):
    assert "The payments failed" not in proposed(run(home, seeds, "suggest", "--json"))
    named = proposed(run(home, seeds, "suggest", "--field", "Region", "--json"))
    assert named == {"The payments failed": ("payments", "fuzzy")}


def test_a_higher_score_proposes_less(home: Path, seeds: Path):
    assert "Payments team" not in proposed(run(home, seeds, "suggest", "--min-score", "95", "--json"))


def test_a_field_of_a_shared_name_is_named_by_its_id_and_priorities_follow_the_field(home: Path, seeds: Path):
    rows = {
        row["custom_field_id"]: row["row"] for row in run(home, seeds, "suggest", "--json").document["proposals"]
    }
    assert rows["f-owner"]["custom_field"] == "Owner"
    assert rows["f-owner"]["field_priority"] == "3"
    assert (rows["f-twin-1"]["custom_field"], rows["f-twin-1"]["field_priority"]) == ("f-twin-1", "")


def test_teams_that_were_added_since_the_last_run_are_proposed_too(home: Path, seeds: Path):
    with duckdb.connect(str((home / "marts.duckdb").resolve())) as connection:
        connection.execute(
            "update marts.dim_custom_field_values set field_value = 'Road works' where option_id = 'o-twins'"
        )
    assert proposed(run(home, seeds, "suggest", "--json"))["Road works"] == ("road-2", "folded")


def test_a_team_that_left_teams_csv_is_proposed_no_more(home: Path, seeds: Path):
    (seeds / "teams.csv").write_text(f"{HEADERS['teams']}\npayments,Payments,,\n", encoding="utf-8")
    assert {team for team, _ in proposed(run(home, seeds, "suggest", "--json")).values()} == {"payments"}


def test_without_write_nothing_changes_and_the_patch_applies(home: Path, seeds: Path):
    mapping = seeds / "team_mapping.csv"
    before = mapping.read_bytes()
    finished = run(home, seeds, "suggest")
    assert finished.code == 0
    assert mapping.read_bytes() == before
    assert "fuzzy" in finished.stdout
    for program in (["git", "apply", "--check", "-"], ["git", "apply", "-"]):
        subprocess.run(program, input=finished.stdout, text=True, cwd=seeds.parent, check=True)
    assert mapping.read_text(encoding="utf-8") == before.decode() + (
        "Owner,STRASSENBAU,straße,3\nOwner,Payments team,payments,3\nOwner,billing,payments,3\n"
        "Owner,Payments,payments,3\nf-twin-2,Straßenbau,straße,\nf-twin-1,Payments,payments,\n"
    )


@pytest.mark.parametrize("tool", [["git", "apply", "-"], ["patch", "-p1"]])
def test_write_shows_the_patch_and_gives_what_the_patch_gives(home: Path, seeds: Path, tool: list[str]):
    mapping = seeds / "team_mapping.csv"
    odd = "\ufeff" + mapping.read_text(encoding="utf-8").replace("\n", "\r\n").rstrip()
    mapping.write_bytes(odd.encode())
    written = run(home, seeds, "suggest", "--write")
    assert written.code == 0, written.stderr
    assert "+++ b/seeds/team_mapping.csv" in written.stdout
    assert "6 rows appended to" in written.stderr
    after = mapping.read_bytes()
    assert after.startswith(odd.encode() + b"\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    mapping.write_bytes(odd.encode())
    patch = run_bytes(home, seeds, "suggest")
    subprocess.run(tool, input=patch, cwd=seeds.parent, check=True, capture_output=True)
    assert mapping.read_bytes() == after
    assert sorted(path.name for path in seeds.iterdir()) == sorted(f"{name}.csv" for name in HEADERS)


def run_bytes(home: Path, seeds: Path, command: str) -> bytes:
    return subprocess.run(
        [sys.executable, "-m", "apps.cli", "mapping", command],
        cwd=home.parent,
        env=environment(home, INCIDENT_MARTS_SEEDS=str(seeds)),
        capture_output=True,
        check=True,
    ).stdout


def test_a_second_write_finds_nothing_more_to_add(home: Path, seeds: Path):
    run(home, seeds, "suggest", "--write")
    once = (seeds / "team_mapping.csv").read_bytes()
    again = run(home, seeds, "suggest", "--write", "--json")
    assert (again.document["proposals"], again.document["patch"], again.document["written"]) == ([], "", False)
    assert (seeds / "team_mapping.csv").read_bytes() == once
    assert "Nothing to propose" in run(home, seeds, "suggest").stdout


def test_what_was_written_passes_the_check(home: Path, seeds: Path):
    run(home, seeds, "suggest", "--write", "--unused")
    checked = run(home, seeds, "check", "--json")
    assert checked.code == 0
    assert [
        warning for warning in checked.document["warnings"] if not warning.startswith("team_mapping.csv:3:")
    ] == []


def test_wrong_seeds_are_refused_before_anything_is_proposed(home: Path, seeds: Path):
    with (seeds / "team_mapping.csv").open("a", encoding="utf-8") as file:
        file.write("Owner,X,nobody,one\n")
    finished = run(home, seeds, "suggest", "--write")
    assert (finished.code, finished.stdout) == (2, "")
    assert "team_mapping.csv:4: team_id: unknown team" in finished.stderr
    assert "team_mapping.csv:4: field_priority: not a whole number" in finished.stderr


# check


def test_check_names_rows_that_fit_nothing_by_file_and_line(home: Path, seeds: Path):
    for name, row in {
        "teams": "lost,Lost,,NO-TEAM",
        "team_mapping": "Nowhere,Pay,payments,\nf-owner,o-alias,payments,\nOwner,Nonsense,payments,",
        "service_ownership": "Ledgers,payments,,",
        "incident_owners": "INC-99,payments",
        "team_members": "bob@example.com,payments,,",
        "timestamp_roles": "closed,Shut at,",
    }.items():
        with (seeds / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(f"{row}\n")
    finished = run(home, seeds, "check", "--json")
    assert finished.code == 0
    does_nothing = "so the row does nothing"
    assert finished.document["warnings"] == [
        f"teams.csv:7: incident_io_team: fits no team in incident.io of the account, {does_nothing} ('NO-TEAM')",
        f"team_mapping.csv:3: field_value: fits no value of this custom field, {does_nothing} ('Old')",
        f"team_mapping.csv:4: custom_field: fits no custom field of the account, {does_nothing} ('Nowhere')",
        f"team_mapping.csv:6: field_value: fits no value of this custom field, {does_nothing} ('Nonsense')",
        f"service_ownership.csv:4: service: fits no service of the account, {does_nothing} ('Ledgers')",
        f"incident_owners.csv:4: incident: fits no incident of the account, {does_nothing} ('INC-99')",
        f"team_members.csv:4: person: fits no person of the account, {does_nothing} ('bob@example.com')",
        "timestamp_roles.csv:4: timestamp_name: fits no incident timestamp of the account,"
        f" {does_nothing} ('Shut at')",
    ]
    text = run(home, seeds, "check").stdout.splitlines()
    assert text[:8] == finished.document["warnings"]
    assert text[-1].endswith(": 8 warnings")


def test_warnings_fail_only_when_the_check_is_strict(home: Path, seeds: Path):
    assert run(home, seeds, "check").code == 0
    strict = run(home, seeds, "check", "--strict", "--json")
    assert (strict.code, strict.document["ok"]) == (1, False)
    (seeds / "team_mapping.csv").write_text(f"{HEADERS['team_mapping']}\n", encoding="utf-8")
    clean = run(home, seeds, "check", "--strict", "--json")
    assert (clean.code, clean.document["ok"], clean.document["warnings"]) == (0, True, [])


def test_wrong_files_are_errors_with_every_problem(home: Path, seeds: Path):
    (seeds / "teams.csv").write_text("team_id,team_name\na,A\n", encoding="utf-8")
    (seeds / "incident_owners.csv").unlink()
    finished = run(home, seeds, "check", "--json")
    assert finished.code == 2
    problems = finished.document["problems"]
    assert any(problem.startswith("teams.csv:1: parent_team_id: column is missing") for problem in problems)
    assert any(problem.startswith("incident_owners.csv:1: file: is missing") for problem in problems)
    assert finished.stderr.splitlines() == problems


def test_another_folder_can_be_checked(home: Path, seeds: Path, tmp_path: Path):
    other = seeds.rename(tmp_path / "draft")
    assert run(home, other, "check", "--seeds", str(other)).code == 0


def test_what_the_account_does_not_show_is_said_and_not_warned_about(home: Path, seeds: Path):
    with duckdb.connect(str((home / "marts.duckdb").resolve())) as connection:
        connection.execute("delete from marts.dim_people")
    document = run(home, seeds, "check", "--json").document
    assert document["not_checked"] == [
        "team_members.csv: person: not compared, no person of the account can be seen"
    ]
    assert not [warning for warning in document["warnings"] if warning.startswith("team_members")]


def test_before_the_first_run_only_the_files_are_checked(tmp_path: Path, seeds: Path):
    document = run(tmp_path / "empty", seeds, "check", "--json").document
    assert document["ok"] is True
    assert "nothing is published yet" in document["not_checked"][0]
