"""Rows of the seeds that fit nothing in the account, judged against published marts.

A row may be early (an option nobody has chosen yet is still found, an incident of tomorrow is not) or out of date,
so what is found here are warnings. Which teams a row gives credit to is decided by the models and by nothing here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pipelines.pseudonyms import pseudonym
from pipelines.seeds import Seeds, reading_order
from pipelines.seeds.schema import Problem, Row, fold, quoted


@dataclass(frozen=True)
class AccountCheck:
    """`warnings` in the order of files and lines, and a sentence for each subject that could not be looked at."""

    warnings: list[Problem]
    not_checked: list[str]


@dataclass
class Names:
    """What some things of the account are called: `ids` match exactly, `texts` after trimming and case folding."""

    ids: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)

    def add(self, ids: Iterable[str | None], texts: Iterable[str | None] = ()) -> None:
        """Takes in the ids and texts of one thing, unknown ones left out."""
        self.ids |= {name for name in ids if name is not None}
        self.texts |= {fold(text) for text in texts if text is not None}

    def fit(self, cell: str, salt: str | None) -> bool:
        """Whether a cell of a seed file means any of the things; with a salt also by its pseudonym."""
        if cell in self.ids or fold(cell) in self.texts:
            return True
        return salt is not None and pseudonym(cell, salt) in self.texts

    def __bool__(self) -> bool:
        return bool(self.ids)


def check_against_account(
    connection: duckdb.DuckDBPyConnection, seeds: Seeds, salt: str | None = None
) -> AccountCheck:
    """Compares valid seeds with the account as the marts on `connection` (schema `marts`) know it.

    `salt` is that of the pseudonyms, for marts in which people stand under theirs.

    A subject of which the account shows nothing at all, as when the key may not read it, is named instead of
    having every row warned about.
    """
    warnings: list[Problem] = []
    not_checked: list[str] = []
    for file, column, subject, find in SUBJECTS:
        rows = [row for row in seeds.tables[file] if row.cells[column]]
        if not rows:
            continue
        names = find(connection)
        if not names:
            not_checked.append(f"{file}.csv: {column}: not compared, no {subject} of the account can be seen")
            continue
        what = f"fits no {subject} of the account, so the row does nothing"
        warnings += [
            Problem(f"{file}.csv", row.line, column, what, quoted(row.cells[column]))
            for row in rows
            if not names.fit(row.cells[column], salt)
        ]
    warnings += _values_that_fit_nothing(connection, seeds.tables["team_mapping"], salt)
    return AccountCheck(sorted(warnings, key=reading_order), not_checked)


def _values_that_fit_nothing(
    connection: duckdb.DuckDBPyConnection, rows: list[Row], salt: str | None
) -> Iterator[Problem]:
    """Mapping rows whose field is there but offers no such value, nor does an incident carry it."""
    fields: dict[str, set[str]] = defaultdict(set)
    for field_id, name in _rows(
        connection, "select custom_field_id, custom_field_name from marts.dim_custom_fields"
    ):
        fields[field_id].add(field_id)
        if name is not None:
            fields[fold(name)].add(field_id)
    values: dict[str, Names] = defaultdict(Names)
    for field_id, option_id, entry_id, external_id, text in _rows(
        connection,
        "select custom_field_id, option_id, catalog_entry_id, external_id, field_value"
        " from marts.dim_custom_field_values",
    ):
        values[field_id].add((option_id, entry_id, external_id), (text,))
    for row in rows:
        custom_field, value = row.cells["custom_field"], row.cells["field_value"]
        named = fields.get(custom_field, set()) | fields.get(fold(custom_field), set())
        if named and not any(values[field_id].fit(value, salt) for field_id in named):
            what = "fits no value of this custom field, so the row does nothing"
            yield Problem("team_mapping.csv", row.line, "field_value", what, quoted(value))


def _names_from(query: str, count_ids: int) -> Callable[[duckdb.DuckDBPyConnection], Names]:
    """Reads names by a query whose first columns are ids and whose others are texts."""

    def find(connection: duckdb.DuckDBPyConnection) -> Names:
        names = Names()
        for row in _rows(connection, query):
            names.add(row[:count_ids], row[count_ids:])
        return names

    return find


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


# A file, the column that names something of the account, what that is, and what it may be called.
SUBJECTS = (
    (
        "teams",
        "incident_io_team",
        "team in incident.io",
        _names_from(
            "select trim(name) from marts.dim_team_names where name_kind not in ('team_name', 'alias')", 1
        ),
    ),
    (
        "team_mapping",
        "custom_field",
        "custom field",
        _names_from("select custom_field_id, custom_field_name from marts.dim_custom_fields", 1),
    ),
    (
        "service_ownership",
        "service",
        "service",
        _names_from("select service_id, external_id, service_name from marts.dim_services", 2),
    ),
    (
        "incident_owners",
        "incident",
        "incident",
        _names_from("select incident_id, reference from marts.fct_incidents", 1),
    ),
    (
        "team_members",
        "person",
        "person",
        _names_from("select person_id, email from marts.dim_people", 1),
    ),
    (
        "timestamp_roles",
        "timestamp_name",
        "incident timestamp",
        # The key of a name lacks its ending "at", which a row may write or not.
        _names_from(
            "select timestamp_name, timestamp_name_key, timestamp_name_key || ' at'"
            " from marts.dim_incident_timestamps",
            1,
        ),
    ),
)
