"""Seeds, generated: good folders survive the copy whole, damaged ones are refused at the damaged line."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.seeds import load_seeds
from tests.unit.seed_files import HEADERS, problems_in, write_seeds

TEAMS = ("pay", "web", "organisation")

# Everything a cell may hold, with the marks of CSV and the spaces that trimming must find made likely.
cell_text = st.text(
    st.one_of(
        st.sampled_from(list("\",;'\\\n\r\t  a\u00a0\u2028ß")),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"),
    ),
    min_size=1,
    max_size=12,
).filter(str.strip)


@st.composite
def mapping_rows(draw: st.DrawFn) -> list[list[str]]:
    """Rows of team_mapping.csv, no two with one key."""
    rows = draw(
        st.lists(
            st.tuples(cell_text, cell_text, st.sampled_from(TEAMS), st.sampled_from(["", "1", "7"])),
            unique_by=lambda row: (row[0].strip().casefold(), row[1].strip().casefold(), row[2]),
            max_size=8,
        )
    )
    return [list(row) for row in rows]


@st.composite
def layouts(draw: st.DrawFn) -> tuple[str, str, bool]:
    """Line end, blank line between rows or not, byte order mark."""
    return draw(st.sampled_from(["\n", "\r\n"])), draw(st.sampled_from(["", " , ,\t, "])), draw(st.booleans())


def in_csv(row: list[str], line_end: str) -> str:
    """One record. The writer quotes what its own line end holds, so CRLF makes it quote a lone CR as well."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(row)
    return buffer.getvalue().removesuffix("\r\n") + line_end


def write_mapping(folder: Path, rows: list[list[str]], layout: tuple[str, str, bool]) -> list[int]:
    """Writes team_mapping.csv in the layout; the line each row starts on."""
    line_end, blank, has_mark = layout
    parts = [HEADERS["team_mapping"] + line_end]
    lines = []
    for row in rows:
        parts.append(blank + line_end)
        lines.append(count_lines("".join(parts)) + 1)
        parts.append(in_csv(row, line_end))
    (folder / "team_mapping.csv").write_bytes(("\ufeff" * has_mark + "".join(parts)).encode())
    return lines


def count_lines(text: str) -> int:
    return len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1


@settings(deadline=None)
@given(rows=mapping_rows(), layout=layouts())
def test_a_good_folder_is_copied_whole_and_the_copy_is_stable(
    rows: list[list[str]], layout: tuple[str, str, bool]
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder, target = Path(scratch) / "seeds", Path(scratch) / "copy"
        write_seeds(folder, teams=["pay,Payments,,", "web,Web,pay,"])
        lines = write_mapping(folder, rows, layout)
        seeds = load_seeds(folder)
        trimmed = [[cell.strip() for cell in row] for row in rows]
        assert [list(row.cells.values()) for row in seeds.tables["team_mapping"]] == trimmed
        assert [row.line for row in seeds.tables["team_mapping"]] == lines

        seeds.write_normalised(target)
        with (target / "team_mapping.csv").open(encoding="utf-8", newline="") as file:
            header, *copied = csv.reader(file)
        assert header == [*HEADERS["team_mapping"].split(","), "seed_line"]
        assert copied == [[*row, str(line)] for row, line in zip(trimmed, lines, strict=True)]

        # The copy without its added column is a good seed again, with the same content.
        (folder / "team_mapping.csv").write_bytes(
            "".join(in_csv(record[:-1], "\n") for record in (header, *copied)).encode()
        )
        again = load_seeds(folder).tables["team_mapping"]
        assert [list(row.cells.values()) for row in again] == trimmed


DAMAGES = {
    "empty field": lambda row: [" ", *row[1:]],
    "empty value": lambda row: [row[0], "", *row[2:]],
    "unknown team": lambda row: [*row[:2], "nobody", row[3]],
    "no team": lambda row: [*row[:2], "", row[3]],
    "bad priority": lambda row: [*row[:3], "soon"],
    "too short": lambda row: row[:3],
    "too long": lambda row: [*row, ""],
    "control character": lambda row: [f"{row[0]}\x07x", *row[1:]],
}


@settings(deadline=None)
@given(
    rows=mapping_rows().filter(bool),
    layout=layouts(),
    damages=st.lists(st.tuples(st.integers(0, 7), st.sampled_from(sorted(DAMAGES))), min_size=1, max_size=4),
)
def test_every_damaged_row_is_reported_at_its_line_and_no_other(
    rows: list[list[str]], layout: tuple[str, str, bool], damages: list[tuple[int, str]]
) -> None:
    damage_at = {position % len(rows): damage for position, damage in damages}
    damaged = [DAMAGES[damage_at[at]](row) if at in damage_at else row for at, row in enumerate(rows)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "seeds"
        write_seeds(folder, teams=["pay,Payments,,", "web,Web,pay,"])
        lines = write_mapping(folder, damaged, layout)
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        problems = problems_in(folder)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    blamed = {int(problem.split(":")[1]) for problem in problems if problem.startswith("team_mapping.csv:")}
    assert blamed == {lines[at] for at in damage_at}
    assert len(blamed) <= len(problems)


@settings(deadline=None)
@given(parents=st.lists(st.integers(-1, 7), min_size=1, max_size=8))
def test_the_team_tree_is_refused_exactly_when_some_team_never_reaches_the_root(parents: list[int]) -> None:
    def reaches_root(team: int) -> bool:
        for _ in parents:
            if not 0 <= team < len(parents):
                return team == -1
            team = parents[team]
        return team == -1

    rows = [f"t{at},T,{'' if parent < 0 else f't{parent}'}," for at, parent in enumerate(parents)]
    with tempfile.TemporaryDirectory() as scratch:
        problems = problems_in(write_seeds(Path(scratch) / "seeds", teams=rows))
    assert bool(problems) == (not all(reaches_root(at) for at in range(len(parents))))
