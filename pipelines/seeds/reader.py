"""Reads one seed file into rows, with the physical line of each, or into the problems that stop it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.seeds.schema import Problem, Row, SeedFile, quoted


@dataclass
class Content:
    """What a file holds: good rows in the file's order, rows with too few or too many cells, and its problems.

    Rows have a cell for every declared column; cells of `missing_columns` are empty and say nothing.
    """

    rows: list[Row] = field(default_factory=list)
    ragged_rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    missing_columns: frozenset[str] = frozenset()


def read_file(path: Path, seed_file: SeedFile) -> Content:
    """The trimmed rows of a file and what is wrong with its shape.

    Blank lines and lines of nothing but separators are passed over.
    """
    decoded = _decode(path, seed_file)
    if isinstance(decoded, Problem):
        return Content(problems=[decoded], missing_columns=frozenset(seed_file.column_names))
    records, problems = _records(decoded, seed_file)
    if not records:
        if not problems:
            what = f"is empty; its first line must be {','.join(seed_file.column_names)}"
            problems = [Problem(seed_file.file_name, 1, "file", what, "nothing")]
        return Content(problems=problems, missing_columns=frozenset(seed_file.column_names))
    header_line, header = records[0]
    problems += _header_problems(header_line, header, seed_file)
    content = Content(problems=problems, missing_columns=frozenset(seed_file.column_names) - set(header))
    if len(content.missing_columns) == len(seed_file.columns):
        return content
    width = len(header)
    positions = [(name, header.index(name) if name in header else width) for name in seed_file.column_names]
    for line, cells in records[1:]:
        padded = [*cells[:width], *[""] * (width + 1)]
        row = Row(line, {name: padded[position] for name, position in positions})
        if len(cells) == width:
            content.rows.append(row)
            continue
        noun = "cell" if len(cells) == 1 else "cells"
        what = f"has {len(cells)} {noun} where the header has {width}"
        content.problems.append(Problem(seed_file.file_name, line, "row", what, quoted(",".join(cells))))
        content.ragged_rows.append(row)
    return content


def _decode(path: Path, seed_file: SeedFile) -> str | Problem:
    name = seed_file.file_name
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        what = f"is missing; create it with the line {','.join(seed_file.column_names)} and rows as needed"
        return Problem(name, 1, "file", what, f"nothing at {path}")
    except OSError as error:
        return Problem(name, 1, "file", "cannot be read", error.strerror or str(error))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The offset does not count a byte order mark, which is removed before decoding.
        content = bytes(error.object)
        line = content[: error.start].count(b"\n") + 1
        found = f"byte 0x{content[error.start]:02x} on that line"
        return Problem(name, line, "file", "is not UTF-8 text; save it as CSV UTF-8", found)


def _records(text: str, seed_file: SeedFile) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """Records that hold anything, each with the line it starts on, and the quoting faults between them."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    problems: list[Problem] = []
    line = 1
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return records, problems
        except csv.Error as error:
            what = "broken quoting; text in quotes ends with a quote, and a quote within it is doubled"
            problems.append(Problem(seed_file.file_name, line, "row", what, str(error)))
            cells = []
        if any(cells):
            records.append((line, cells))
        line = reader.line_num + 1


def _header_problems(line: int, header: list[str], seed_file: SeedFile) -> list[Problem]:
    name = seed_file.file_name
    expected = seed_file.column_names
    found = quoted(",".join(header))
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        return [Problem(name, line, "file", f"columns must be separated by commas: {','.join(expected)}", found)]
    problems = [
        Problem(name, line, column, "column is missing", found) for column in expected if column not in header
    ]
    for position, column in enumerate(header):
        if column not in expected:
            what = f"unknown column; known ones are {', '.join(expected)}"
            problems.append(Problem(name, line, column or f"column {position + 1}", what, quoted(column)))
        elif column in header[:position]:
            problems.append(Problem(name, line, column, "column appears twice", found))
    return problems
