"""Seeds: the shape of a file. Every message is `file:line: column: what is wrong (what was found)`."""

import re
from pathlib import Path

import pytest

from pipelines.seeds import load_seeds
from pipelines.settings import PROJECT_ROOT
from tests.unit.seed_files import HEADERS, problems_in, write_seeds

TEAM = "pay,Payments,,"


def test_the_seeds_of_the_project_are_headers_only_and_good() -> None:
    seeds = load_seeds(PROJECT_ROOT / "seeds")
    assert not any(seeds.tables.values())
    assert {name: (PROJECT_ROOT / "seeds" / f"{name}.csv").read_text().strip() for name in HEADERS} == HEADERS


def test_a_byte_order_mark_crlf_blank_lines_and_any_column_order_are_accepted(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    text = "\ufeff team_name ,team_id,incident_io_team,parent_team_id\r\n\r\n,,,\r\n  Zoë's ,\tzoe , ,\r\n"
    (tmp_path / "teams.csv").write_bytes(text.encode())
    ((line, cells),) = load_seeds(tmp_path).tables["teams"]
    assert line == 4
    assert cells == {"team_id": "zoe", "team_name": "Zoë's", "parent_team_id": "", "incident_io_team": ""}


def test_a_file_without_a_last_line_end_is_accepted(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    (tmp_path / "teams.csv").write_text(f"{HEADERS['teams']}\n{TEAM}")
    assert len(load_seeds(tmp_path).tables["teams"]) == 1


def test_a_row_is_numbered_by_the_physical_line_it_starts_on(tmp_path: Path) -> None:
    write_seeds(tmp_path, teams=['a,"two', 'lines",,', "", 'b,"say ""hi"", all",,', "c,C,,"])
    teams = load_seeds(tmp_path).tables["teams"]
    assert [(row.line, row.cells["team_id"]) for row in teams] == [(2, "a"), (5, "b"), (6, "c")]
    assert teams[0].cells["team_name"] == "two\nlines"
    assert teams[1].cells["team_name"] == 'say "hi", all'


def test_a_missing_file_is_named_with_the_line_to_start_it_with(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    (tmp_path / "team_members.csv").unlink()
    (problem,) = problems_in(tmp_path)
    assert problem.startswith("team_members.csv:1: file: is missing")
    assert HEADERS["team_members"] in problem


def test_a_missing_folder_reports_every_file(tmp_path: Path) -> None:
    problems = problems_in(tmp_path / "nowhere")
    assert [problem.split(":")[0] for problem in problems] == [f"{name}.csv" for name in HEADERS]


def test_an_empty_file_is_reported(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    (tmp_path / "teams.csv").write_bytes(b"\xef\xbb\xbf\r\n")
    (problem,) = problems_in(tmp_path)
    assert problem.startswith("teams.csv:1: file: is empty; its first line must be team_id,")


def test_missing_unknown_and_repeated_columns_are_reported_and_the_rest_is_still_judged(tmp_path: Path) -> None:
    write_seeds(tmp_path, teams=TEAM)
    (tmp_path / "team_mapping.csv").write_text(
        "team_id,custom_field,priority,team_id,,field_priority\nx,F,1,x,,low\n"
    )
    assert [problem.split(" (")[0] for problem in problems_in(tmp_path)] == [
        "team_mapping.csv:1: column 5: unknown column; known ones are"
        " custom_field, field_value, team_id, field_priority",
        "team_mapping.csv:1: field_value: column is missing",
        "team_mapping.csv:1: priority: unknown column; known ones are"
        " custom_field, field_value, team_id, field_priority",
        "team_mapping.csv:1: team_id: column appears twice",
        "team_mapping.csv:2: field_priority: not a whole number from 1 to 2147483647",
        "team_mapping.csv:2: team_id: unknown team; add it to teams.csv or correct the id",
    ]


def test_a_file_separated_by_semicolons_is_told_apart(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    (tmp_path / "teams.csv").write_text(HEADERS["teams"].replace(",", ";"))
    (problem,) = problems_in(tmp_path)
    assert "separated by commas" in problem


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_another_encoding_is_reported_at_its_first_bad_line(tmp_path: Path, mark: bytes) -> None:
    write_seeds(tmp_path)
    (tmp_path / "teams.csv").write_bytes(mark + f"{HEADERS['teams']}\na,A,,\njosé,José,,\n".encode("latin-1"))
    (problem,) = problems_in(tmp_path)
    assert problem == "teams.csv:3: file: is not UTF-8 text; save it as CSV UTF-8 (byte 0xe9 on that line)"


def test_utf_16_is_another_encoding(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    (tmp_path / "teams.csv").write_bytes(HEADERS["teams"].encode("utf-16"))
    (problem,) = problems_in(tmp_path)
    assert problem.startswith("teams.csv:1: file: is not UTF-8")


def test_rows_with_too_few_or_too_many_cells_are_reported_without_blaming_other_rows(tmp_path: Path) -> None:
    write_seeds(
        tmp_path,
        teams=["a,A,", "b,B,a,", "c,C,,,,"],
        team_mapping=["F,one,a,", "F,two,c,"],
    )
    assert problems_in(tmp_path) == [
        "teams.csv:2: row: has 3 cells where the header has 4 ('a,A,')",
        "teams.csv:4: row: has 6 cells where the header has 4 ('c,C,,,,')",
    ]


def test_broken_quoting_is_reported_where_the_record_starts(tmp_path: Path) -> None:
    write_seeds(tmp_path, teams=['a,"A"x,,', "b,B,zz,", 'c,"never ends,,', "d,D,,"])
    problems = problems_in(tmp_path)
    assert [problem.split(";")[0] for problem in problems] == [
        "teams.csv:2: row: broken quoting",
        "teams.csv:3: parent_team_id: unknown parent",
        "teams.csv:4: row: broken quoting",
    ]


def test_a_folder_in_place_of_a_file_cannot_be_read(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    (tmp_path / "teams.csv").unlink()
    (tmp_path / "teams.csv").mkdir()
    (problem,) = problems_in(tmp_path)
    assert problem.startswith("teams.csv:1: file: cannot be read")


def test_a_csv_file_that_is_no_seed_is_a_warning(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    (tmp_path / "team_maping.csv").write_text("anything")
    assert load_seeds(tmp_path).warnings == [
        "team_maping.csv:1: file: is not a seed and is not read (unknown name)"
    ]


def test_every_problem_of_every_file_comes_at_once_in_reading_order(tmp_path: Path) -> None:
    write_seeds(
        tmp_path,
        teams=["a,A,b,", "b,B,a,", "c,,nowhere,"],
        team_mapping=["F,x,nobody,0"],
        service_ownership=["s,a,2026-02-30,2026-01-01", "s,b,2026-02-01,2026-02-01"],
        incident_owners=[",a"],
        timestamp_roles=["begun,Begun at,1"],
    )
    (tmp_path / "team_members.csv").unlink()
    problems = problems_in(tmp_path)
    assert [problem.split(": ")[0] for problem in problems] == [
        "teams.csv:2",
        "teams.csv:4",
        "teams.csv:4",
        "team_mapping.csv:2",
        "team_mapping.csv:2",
        "service_ownership.csv:2",
        "service_ownership.csv:3",
        "incident_owners.csv:2",
        "team_members.csv:1",
        "timestamp_roles.csv:2",
    ]
    assert all(re.fullmatch(r"[a-z_]+\.csv:\d+: [a-z_]+: .+ \(.+\)", problem) for problem in problems)
