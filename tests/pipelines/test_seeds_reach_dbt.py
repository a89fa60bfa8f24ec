"""The validated copy is what dbt loads: every cell as the person wrote it, whatever characters it holds."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.dbt_environment import child_environment, dbt_arguments
from pipelines.seeds import load_seeds
from pipelines.settings import Settings
from pipelines.warehouse import read_only
from tests.unit.seed_files import write_seeds

ODD_VALUES = ['say ""hi""', "a,b", "two\nlines", "'single'", "null", "None", "007", "1e5", "true", "2024-01-01"]
ODD_VALUES += ["back\\slash", "\\", "#hash", "a;b|c", "Zoë 😀", '""', "line\u2028separator", "x" * 60_000]
# More rows than DuckDB looks at to guess a file's dialect: a doubled quote behind them was once called malformed.
PLAIN_ROWS = 21_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    plain = [f"Owner,plain {number},pay," for number in range(PLAIN_ROWS)]
    odd = [f'Owner,"{value}",pay,2' for value in ODD_VALUES]
    seeds = write_seeds(
        tmp_path / "seeds",
        teams="pay,Payments,,",
        team_mapping=[*plain, *odd],
        service_ownership=["api,pay,,2026-01-31", "api,pay,2026-01-31,"],
    )
    return Settings(home=tmp_path / "it's home", seeds=seeds, as_of=datetime(2026, 1, 1, tzinfo=UTC))


def test_dbt_loads_every_cell_as_it_was_written(settings: Settings) -> None:
    seeds = load_seeds(settings.seeds)
    seeds.write_normalised(settings.dbt_dir / "seeds")
    loaded = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), "seed", *dbt_arguments(settings)],
        env=child_environment(settings, os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert loaded.returncode == 0, loaded.stdout[-3000:]
    with read_only(settings.warehouse) as connection:
        mapping = connection.execute(
            "select custom_field, field_value, team_id, coalesce(field_priority::varchar, ''), seed_line"
            " from seeds.team_mapping order by seed_line"
        ).fetchall()
        ownership = connection.execute(
            "select valid_from::varchar, valid_to::varchar, seed_line"
            " from seeds.service_ownership order by seed_line"
        ).fetchall()
        owners = connection.execute("select count(*) from seeds.incident_owners").fetchone()
    assert mapping == [(*row.cells.values(), row.line) for row in seeds.tables["team_mapping"]]
    assert ownership == [(None, "2026-01-31", 2), ("2026-01-31", None, 3)]
    assert owners == (0,)
