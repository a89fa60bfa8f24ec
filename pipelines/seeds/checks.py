"""What must hold inside a file and between files. Which team gets credit is decided by the models, not here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from pipelines.seeds.reader import Content
from pipelines.seeds.schema import Problem, Row, SeedFile, date_fault, quoted

TEAMS = "teams.csv"
CONTROL_CHARACTERS = {chr(code) for code in range(32)} - {"\t", "\n", "\r"}


def cell_problems(seed_file: SeedFile, content: Content) -> Iterator[Problem]:
    """Empty required cells and cells that are not what their column holds."""
    for column in seed_file.columns:
        name = column.name
        for row in content.rows if name not in content.missing_columns else ():
            cell = row.cells[name]
            if not cell:
                if column.is_required:
                    yield Problem(seed_file.file_name, row.line, name, "must not be empty", quoted(cell))
            elif not CONTROL_CHARACTERS.isdisjoint(cell):
                yield Problem(seed_file.file_name, row.line, name, "holds a control character", quoted(cell))
            elif column.fault and (what := column.fault(cell)):
                yield Problem(seed_file.file_name, row.line, name, what, quoted(cell))


def duplicate_problems(seed_file: SeedFile, content: Content) -> Iterator[Problem]:
    """Rows that share their key with an earlier one. Rows without their whole key are reported elsewhere."""
    required = [column.name for column in seed_file.columns if column.is_required]
    first_lines: dict[tuple[str, ...], int] = {}
    for row in content.rows if not content.missing_columns else ():
        if not all(row.cells[name] for name in required):
            continue
        first_line = first_lines.setdefault(seed_file.key(row.cells), row.line)
        if first_line != row.line:
            what = f"same {seed_file.key_text} as line {first_line}; keep one"
            yield Problem(seed_file.file_name, row.line, required[0], what, quoted(row.cells[required[0]]))


def team_row_problems(rows: list[Row]) -> Iterator[Problem]:
    """Several rows of one team that are not one for each incident.io team it stands for, alike in all else."""
    first_of: dict[str, Row] = {}
    keys: set[tuple[str, str]] = set()
    for row in rows:
        team_id, link = row.cells["team_id"], row.cells["incident_io_team"]
        first = first_of.setdefault(team_id, row)
        is_repeated = (team_id, link) in keys
        keys.add((team_id, link))
        # A whole row that stands twice is reported as such.
        if not team_id or first is row or is_repeated:
            continue
        if not link or not first.cells["incident_io_team"]:
            what = f"same team_id as line {first.line}; keep one, or name another incident.io team in each of them"
            yield Problem(TEAMS, row.line, "team_id", what, quoted(team_id))
        for name in ("team_name", "parent_team_id"):
            if row.cells[name] != first.cells[name]:
                what = f"differs from line {first.line} of the same team; only incident_io_team may"
                yield Problem(TEAMS, row.line, name, what, quoted(row.cells[name]))


def interval_problems(seed_file: SeedFile, rows: list[Row]) -> Iterator[Problem]:
    """Intervals that end before they begin or hold no day. Both ends must be good dates to be compared."""
    if "valid_to" not in seed_file.column_names:
        return
    for row in rows:
        start, end = row.cells["valid_from"], row.cells["valid_to"]
        # Dates of one fixed width compare as text.
        if start and end and end <= start and not (date_fault(start) or date_fault(end)):
            what = f"must be later than valid_from {start}; the end day is not part of the interval"
            yield Problem(seed_file.file_name, row.line, "valid_to", what, quoted(end))


def overlaps_of_one_owner(seed_file: SeedFile, rows: list[Row]) -> Iterator[Problem]:
    """Two intervals of the same subject and team that overlap: harmless for the numbers, likely a slip."""
    if not seed_file.subject:
        return
    by_subject: dict[tuple[str, ...], list[tuple[str, str, int, str]]] = defaultdict(list)
    for row in rows:
        key = seed_file.key(row.cells)[: len(seed_file.subject)]
        # An empty start sorts before every date; an empty end must sort after every date.
        by_subject[key].append(
            (row.cells["valid_from"], row.cells["valid_to"] or "~", row.line, row.cells["team_id"])
        )
    for intervals in by_subject.values():
        intervals.sort()
        _, reached, reached_line, _ = intervals[0]
        for start, end, line, team_id in intervals[1:]:
            if start < reached:
                same = " and ".join(seed_file.subject)
                what = f"interval overlaps the one of line {reached_line} for the same {same}"
                yield Problem(seed_file.file_name, line, "valid_from", what, quoted(team_id))
            if end > reached:
                reached, reached_line = end, line


def hierarchy_problems(rows: list[Row], other_teams: set[str], root_team_id: str) -> Iterator[Problem]:
    """Faults of the team tree: a root with a parent, unknown parents, cycles, an incident.io team linked twice.

    `rows` are those of teams.csv; `other_teams` are ids that may be parents although their rows cannot be read.
    """
    line_of: dict[str, int] = {}
    parent_of: dict[str, str] = {}
    linked: dict[str, int] = {}
    for row in rows:
        team_id, parent_id, link = (row.cells[name] for name in ("team_id", "parent_team_id", "incident_io_team"))
        if link and linked.setdefault(link, row.line) != row.line:
            what = f"this incident.io team is already linked by line {linked[link]}; keep one"
            yield Problem(TEAMS, row.line, "incident_io_team", what, quoted(link))
        if team_id and line_of.setdefault(team_id, row.line) == row.line:
            parent_of[team_id] = parent_id
    for row in rows:
        team_id, parent_id = row.cells["team_id"], row.cells["parent_team_id"]
        if not parent_id:
            continue
        if team_id == root_team_id:
            what = f"{root_team_id} is the root team and has no parent; leave it empty"
            yield Problem(TEAMS, row.line, "parent_team_id", what, quoted(parent_id))
        elif parent_id != root_team_id and parent_id not in parent_of and parent_id not in other_teams:
            what = f"unknown parent; it must be a team_id of this file or {root_team_id}"
            yield Problem(TEAMS, row.line, "parent_team_id", what, quoted(parent_id))
    parent_of[root_team_id] = ""
    for cycle in _cycles(parent_of):
        # Reported once, on the row of the cycle that stands first in the file.
        first = min(range(len(cycle)), key=lambda position: line_of[cycle[position]])
        path = [*cycle[first:], *cycle[:first], cycle[first]]
        what = "teams form a cycle; give one of them another parent"
        shown = " -> ".join(path)
        yield Problem(TEAMS, line_of[path[0]], "parent_team_id", what, quoted(shown))


def _cycles(parent_of: Mapping[str, str]) -> Iterator[list[str]]:
    """Every cycle of the child-to-parent mapping once; linear, and not recursive because chains may be long."""
    walk_of: dict[str, str] = {}
    for start in parent_of:
        path = []
        team_id = start
        while team_id in parent_of and team_id not in walk_of:
            walk_of[team_id] = start
            path.append(team_id)
            team_id = parent_of[team_id]
        if walk_of.get(team_id) == start and path:
            yield path[path.index(team_id) :]


def unknown_team_problems(seed_file: SeedFile, rows: list[Row], known: set[str]) -> Iterator[Problem]:
    """Rows that name a team which does not exist."""
    for row in rows:
        team_id = row.cells["team_id"]
        if team_id and team_id not in known:
            what = "unknown team; add it to teams.csv or correct the id"
            yield Problem(seed_file.file_name, row.line, "team_id", what, quoted(team_id))
