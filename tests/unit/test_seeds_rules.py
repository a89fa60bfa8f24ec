"""Seeds: what must hold inside a file and between files."""

from pathlib import Path

import duckdb
import pytest

from pipelines.seeds import load_seeds, published_team_ids
from tests.unit.seed_files import problems_in, write_seeds

TEAM = "pay,Payments,,"


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("teams", ",Payments,,", "team_id"),
        ("teams", "pay, ,,", "team_name"),
        ("team_mapping", ",v,pay,", "custom_field"),
        ("team_mapping", "F,,pay,", "field_value"),
        ("team_mapping", "F,v,,", "team_id"),
        ("service_ownership", ",pay,,", "service"),
        ("incident_owners", ",pay", "incident"),
        ("team_members", ",pay,,", "person"),
        ("timestamp_roles", ",Resolved at,", "role"),
        ("timestamp_roles", "resolved,,", "timestamp_name"),
    ],
)
def test_a_required_cell_must_not_be_empty(tmp_path: Path, name: str, row: str, column: str) -> None:
    rows = {"teams": TEAM, name: row}
    assert problems_in(write_seeds(tmp_path, **rows)) == [f"{name}.csv:2: {column}: must not be empty ('')"]


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("teams", "pay,Payments,,", "pay,Pay,,"),
        ("team_mapping", "Owner,Straße,pay,1", " owner ,STRASSE,pay,2"),
        ("service_ownership", "API,pay,2026-01-01,", "api,pay,2026-01-01,"),
        ("incident_owners", "INC-1,pay", "inc-1,pay"),
        ("team_members", "a@x.io,pay,,", "A@x.io,pay,,"),
        ("timestamp_roles", "accepted,Taken at,1", "acknowledged,TAKEN,2"),
    ],
)
def test_a_key_stands_in_one_row_only(tmp_path: Path, name: str, first: str, second: str) -> None:
    rows: dict[str, str | list[str]] = {"teams": TEAM, name: [first, second]}
    (problem,) = problems_in(write_seeds(tmp_path, **rows))
    assert problem.startswith(f"{name}.csv:3: ")
    assert "as line 2; keep one" in problem


def test_a_team_has_a_row_for_each_incident_io_team_it_stands_for(tmp_path: Path) -> None:
    rows = ["web,Web,,", "pay,Payments,web,Payments", "pay,Payments,web,Billing", "pay,Payments,web,01OLD"]
    assert problems_in(write_seeds(tmp_path, teams=rows)) == []


def test_rows_of_one_team_agree_in_all_but_the_incident_io_team(tmp_path: Path) -> None:
    rows = ["web,Web,,", "pay,Payments,web,Payments", "pay,Pay,,Billing", "pay,Payments,web,"]
    assert [problem.split(" (")[0] for problem in problems_in(write_seeds(tmp_path, teams=rows))] == [
        "teams.csv:4: parent_team_id: differs from line 3 of the same team; only incident_io_team may",
        "teams.csv:4: team_name: differs from line 3 of the same team; only incident_io_team may",
        "teams.csv:5: team_id: same team_id as line 3; keep one, or name another incident.io team in each of them",
    ]


def test_one_value_may_map_to_several_teams_and_one_team_own_in_two_intervals(tmp_path: Path) -> None:
    write_seeds(
        tmp_path,
        teams=[TEAM, "web,Web,pay,"],
        team_mapping=["F,v,pay,", "F,v,web,"],
        service_ownership=["s,pay,,2026-01-01", "s,pay,2026-02-01,", "s,web,2025-01-01,2027-01-01"],
    )
    seeds = load_seeds(tmp_path)
    assert seeds.warnings == []


def test_overlapping_intervals_of_one_owner_are_a_warning(tmp_path: Path) -> None:
    write_seeds(
        tmp_path,
        teams=[TEAM, "web,Web,,"],
        service_ownership=["S,pay,,2026-02-01", "s,web,2026-01-01,", "s ,pay,2026-01-31,", "s,pay,2026-03-01,"],
    )
    assert [warning.split(" for")[0] for warning in load_seeds(tmp_path).warnings] == [
        "service_ownership.csv:4: valid_from: interval overlaps the one of line 2",
        "service_ownership.csv:5: valid_from: interval overlaps the one of line 4",
    ]


@pytest.mark.parametrize("name", ["service_ownership", "team_members"])
@pytest.mark.parametrize(("start", "end"), [("2026-02-01", "2026-01-31"), ("2026-02-01", "2026-02-01")])
def test_an_interval_must_hold_a_day(tmp_path: Path, name: str, start: str, end: str) -> None:
    rows = {"teams": TEAM, name: f"x,pay,{start},{end}"}
    (problem,) = problems_in(write_seeds(tmp_path, **rows))
    assert problem.startswith(f"{name}.csv:2: valid_to: must be later than valid_from 2026-02-01")


@pytest.mark.parametrize("text", ["2026-02-30", "20260201", "01/02/2026", "2026-W05-1", "2026-2-1", "٢٠٢٦-٠١-٠١"])
def test_a_bad_date_is_shown(tmp_path: Path, text: str) -> None:
    (problem,) = problems_in(write_seeds(tmp_path, teams=TEAM, service_ownership=f"s,pay,{text},2026-01-01"))
    assert problem.startswith("service_ownership.csv:2: valid_from: ")
    assert problem.endswith(f"({text!r})")


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "first", "²", "99999999999"])
def test_a_priority_is_a_whole_number_from_one(tmp_path: Path, text: str) -> None:
    (problem,) = problems_in(write_seeds(tmp_path, timestamp_roles=f"resolved,Done at,{text}"))
    assert problem == f"timestamp_roles.csv:2: priority: not a whole number from 1 to 2147483647 ({text!r})"


def test_an_unknown_role_lists_the_known_ones(tmp_path: Path) -> None:
    (problem,) = problems_in(write_seeds(tmp_path, timestamp_roles="begun,Begun at,"))
    assert problem.startswith("timestamp_roles.csv:2: role: unknown role; known ones are declared, reported,")


def test_a_control_character_is_refused(tmp_path: Path) -> None:
    (problem,) = problems_in(write_seeds(tmp_path, teams="pay,Pay\x00ments,,"))
    assert problem == "teams.csv:2: team_name: holds a control character ('Pay\\x00ments')"


def test_a_cycle_is_reported_once_where_it_starts(tmp_path: Path) -> None:
    write_seeds(tmp_path, teams=["leaf,Leaf,b,", "a,A,c,", "b,B,a,", "c,C,b,", "self,Self,self,", "fine,Fine,,"])
    assert problems_in(tmp_path) == [
        "teams.csv:3: parent_team_id: teams form a cycle; give one of them another parent ('a -> c -> b -> a')",
        "teams.csv:6: parent_team_id: teams form a cycle; give one of them another parent ('self -> self')",
    ]


def test_a_parent_is_a_team_of_the_file_or_the_root(tmp_path: Path) -> None:
    write_seeds(tmp_path, teams=["a,A,organisation,", "b,B,a,", "c,C,nowhere,", "d,D,A,"])
    assert [problem.split(" (")[0] for problem in problems_in(tmp_path, {"nowhere"})] == [
        f"teams.csv:{line}: parent_team_id: unknown parent; it must be a team_id of this file or organisation"
        for line in (4, 5)
    ]


def test_the_root_may_have_a_row_but_no_parent(tmp_path: Path) -> None:
    assert problems_in(write_seeds(tmp_path, teams="organisation,Acme,,ACME")) == []
    (problem,) = problems_in(write_seeds(tmp_path, teams=[TEAM, "organisation,Acme,pay,"]))
    assert problem.startswith("teams.csv:3: parent_team_id: organisation is the root team and has no parent")


def test_the_root_goes_by_the_id_it_is_given(tmp_path: Path) -> None:
    write_seeds(tmp_path, teams=["a,A,acme,", "acme,Acme,,"], incident_owners="INC-1,acme")
    assert load_seeds(tmp_path, root_team_id="acme").warnings == []


def test_one_incident_io_team_is_linked_by_one_row(tmp_path: Path) -> None:
    (problem,) = problems_in(write_seeds(tmp_path, teams=["a,A,,Core", "b,B,,Core", "c,C,,core"]))
    assert problem.startswith("teams.csv:3: incident_io_team: this incident.io team is already linked by line 2")


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("team_mapping", "F,v,{},"),
        ("service_ownership", "s,{},,"),
        ("incident_owners", "INC-1,{}"),
        ("team_members", "p,{},,"),
    ],
)
def test_an_unknown_team_is_reported_in_every_file_that_names_one(tmp_path: Path, name: str, row: str) -> None:
    rows: dict[str, str | list[str]] = {
        "teams": TEAM,
        name: [row.format("pay"), row.format("organisation"), row.format("01ABC"), row.format("Pay")],
    }
    problems = problems_in(write_seeds(tmp_path, **rows), {"01ABC"})
    assert problems == [f"{name}.csv:5: team_id: unknown team; add it to teams.csv or correct the id ('Pay')"]


def test_without_any_known_team_an_id_cannot_be_judged_and_is_a_warning(tmp_path: Path) -> None:
    write_seeds(tmp_path, incident_owners="INC-1,01ABC")
    assert load_seeds(tmp_path).warnings == [
        "incident_owners.csv:2: team_id: unknown team; add it to teams.csv or correct the id ('01ABC')"
    ]
    assert len(problems_in(tmp_path, set())) == 1


def test_a_linked_incident_io_team_goes_by_the_id_of_its_row(tmp_path: Path) -> None:
    write_seeds(tmp_path, teams="pay,Payments,,01ABC", incident_owners=["INC-1,pay", "INC-2,01ABC"])
    (problem,) = problems_in(tmp_path, {"01ABC"})
    assert problem.startswith("incident_owners.csv:3: team_id: unknown team")


def test_known_teams_are_read_from_the_published_marts(tmp_path: Path) -> None:
    marts = tmp_path / "marts-run.duckdb"
    assert published_team_ids(marts) is None
    with duckdb.connect(str(marts)) as connection:
        connection.execute("create schema marts")
    assert published_team_ids(marts) is None
    with duckdb.connect(str(marts)) as connection:
        connection.execute(
            "create table marts.dim_teams as from"
            " (values ('organisation', 'system'), ('pay', 'seed'), ('01ABC', 'incident_io')) as t(team_id, source)"
        )
    assert published_team_ids(marts) == {"01ABC"}
