"""Seeds: the CSV files people edit, validated as a set and copied for dbt.

`load_seeds` reads and judges all files and reports every problem at once; nothing is written by it. A good set is
handed to dbt by `Seeds.write_normalised`: the user's own files stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.seeds.checks import (
    cell_problems,
    duplicate_problems,
    hierarchy_problems,
    interval_problems,
    overlaps_of_one_owner,
    team_row_problems,
    unknown_team_problems,
)
from pipelines.seeds.known_teams import published_team_ids
from pipelines.seeds.normalise import write_normalised
from pipelines.seeds.reader import read_file
from pipelines.seeds.schema import SEED_FILES, Problem, Row

__all__ = [
    "DEFAULT_ROOT_TEAM_ID",
    "Seeds",
    "SeedsError",
    "known_team_ids",
    "load_seeds",
    "published_team_ids",
    "reading_order",
]

DEFAULT_ROOT_TEAM_ID = "organisation"


class SeedsError(Exception):
    """Seeds that cannot be used; `problems` holds one `file:line: column: what (found)` each (exit code 2)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Seeds:
    """A valid set of seeds.

    `tables` maps the file's name without its ending to its rows, in the file's order. `warnings` are sentences of
    the same form as problems about what is allowed but likely a slip.
    """

    folder: Path
    tables: dict[str, list[Row]]
    warnings: list[str] = field(default_factory=list)

    def write_normalised(self, target: Path) -> None:
        """Write the copies dbt reads into folder `target`, with `seed_line` added.

        UTF-8, LF, canonical column order, trimmed cells; `_seeds.yml` of the project beside them. Each file is
        replaced atomically, and left untouched when its content is already right, which keeps dbt's parse cache.
        """
        write_normalised(self.tables, target)


def load_seeds(
    folder: Path,
    account_team_ids: Collection[str] | None = None,
    root_team_id: str = DEFAULT_ROOT_TEAM_ID,
) -> Seeds:
    """Read and validate every seed file of `folder`.

    `account_team_ids` are ids of teams that exist without a row in `teams.csv` (incident.io's own teams), None
    when they are not known yet. Without them and without any row in `teams.csv` a team id cannot be judged, so it
    is then a warning. Raises :class:`SeedsError` with every problem of every file, by file and line.
    """
    problems: list[Problem] = []
    warnings = _files_not_read(folder)
    contents = {seed_file.name: read_file(folder / seed_file.file_name, seed_file) for seed_file in SEED_FILES}
    teams = contents["teams"]
    for seed_file in SEED_FILES:
        content = contents[seed_file.name]
        problems += content.problems
        problems += cell_problems(seed_file, content)
        problems += duplicate_problems(seed_file, content)
        problems += interval_problems(seed_file, content.rows)
        warnings += overlaps_of_one_owner(seed_file, content.rows)

    # A ragged row is one problem already; its team and the rows that name it should not become more.
    team_rows = [*teams.rows, *teams.ragged_rows]
    problems += team_row_problems(teams.rows) if not teams.missing_columns else []
    problems += hierarchy_problems(teams.rows, {row.cells["team_id"] for row in teams.ragged_rows}, root_team_id)
    known = known_team_ids(team_rows, account_team_ids or (), root_team_id)
    can_judge = bool(team_rows) or account_team_ids is not None
    for seed_file in SEED_FILES if "team_id" not in teams.missing_columns else ():
        if seed_file.name != "teams" and "team_id" in seed_file.column_names:
            unknown = unknown_team_problems(seed_file, contents[seed_file.name].rows, known)
            (problems if can_judge else warnings).extend(unknown)

    if problems:
        raise SeedsError([str(problem) for problem in sorted(problems, key=reading_order)])
    tables = {name: content.rows for name, content in contents.items()}
    return Seeds(folder, tables, [str(warning) for warning in sorted(warnings, key=reading_order)])


def known_team_ids(team_rows: Iterable[Row], account_team_ids: Iterable[str], root_team_id: str) -> set[str]:
    """Ids that a seed may name: rows of `teams.csv`, the account's own teams and the root.

    An incident.io team that a row stands for goes by the row's id from then on.
    """
    rows = list(team_rows)
    linked = {row.cells["incident_io_team"] for row in rows}
    return {row.cells["team_id"] for row in rows} | (set(account_team_ids) - linked) | {root_team_id}


_FILE_ORDER = {seed_file.file_name: position for position, seed_file in enumerate(SEED_FILES)}


def _files_not_read(folder: Path) -> list[Problem]:
    """CSV files of the folder that are no seed, most likely a misspelt name or a backup."""
    names = sorted(path.name for path in folder.glob("*.csv") if path.name not in _FILE_ORDER)
    return [Problem(name, 1, "file", "is not a seed and is not read", "unknown name") for name in names]


def reading_order(problem: Problem) -> tuple[int, str, int, str, str]:
    """Sorts problems by file, line and column."""
    position = _FILE_ORDER.get(problem.file, len(_FILE_ORDER))
    return position, problem.file, problem.line, problem.column, problem.what
