"""The copy of the seeds that dbt reads."""

import csv
from pathlib import Path

import pytest

from pipelines.seeds import load_seeds
from pipelines.settings import PROJECT_ROOT
from tests.unit.seed_files import HEADERS, write_seeds


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "home" / "dbt" / "seeds"


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


def test_cells_are_trimmed_columns_ordered_and_every_row_knows_its_line(tmp_path: Path, target: Path) -> None:
    folder = write_seeds(tmp_path / "seeds")
    text = '\ufeffteam_name,incident_io_team,parent_team_id,team_id\r\n\r\n" Zoë ""Z"" ",, ,zoe\r\n'
    (folder / "teams.csv").write_bytes(text.encode())
    load_seeds(folder).write_normalised(target)
    assert (target / "teams.csv").read_bytes().decode() == (
        '"team_id","team_name","parent_team_id","incident_io_team","seed_line"\n"zoe","Zoë ""Z""","","","3"\n'
    )


def test_every_file_is_there_with_the_descriptions(tmp_path: Path, target: Path) -> None:
    load_seeds(write_seeds(tmp_path / "seeds")).write_normalised(target)
    assert sorted(path.name for path in target.iterdir()) == sorted(
        ["_seeds.yml", *(f"{name}.csv" for name in HEADERS)]
    )
    assert (target / "_seeds.yml").read_bytes() == (PROJECT_ROOT / "seeds" / "_seeds.yml").read_bytes()
    for name, header in HEADERS.items():
        with (target / f"{name}.csv").open(newline="") as file:
            assert list(csv.reader(file)) == [[*header.split(","), "seed_line"]]


def test_the_users_files_are_not_touched(tmp_path: Path, target: Path) -> None:
    folder = write_seeds(tmp_path / "seeds", teams="a,A,,")
    before = snapshot(folder)
    load_seeds(folder).write_normalised(target)
    assert snapshot(folder) == before


def test_unchanged_files_are_left_alone_and_a_changed_one_is_replaced(tmp_path: Path, target: Path) -> None:
    folder = write_seeds(tmp_path / "seeds", teams="a,A,,")
    load_seeds(folder).write_normalised(target)
    before = snapshot(target)
    load_seeds(folder).write_normalised(target)
    assert snapshot(target) == before
    write_seeds(folder, teams="a,B,,")
    load_seeds(folder).write_normalised(target)
    assert {name for name, state in snapshot(target).items() if state != before[name]} == {"teams.csv"}


def test_files_that_dbt_would_take_for_seeds_are_removed(tmp_path: Path, target: Path) -> None:
    target.mkdir(parents=True)
    (target / "retired.csv").write_text("a\n")
    (target / "teams.csv.part").write_text("half")
    load_seeds(write_seeds(tmp_path / "seeds")).write_normalised(target)
    assert not (target / "retired.csv").exists()
    assert not (target / "teams.csv.part").exists()
