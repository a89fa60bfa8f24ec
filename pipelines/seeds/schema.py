"""The seed files as data: their columns, what a cell may hold, and what makes two rows the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

LARGEST_INTEGER = 2**31 - 1
LONGEST_QUOTE = 80

# `accepted` is another name of `acknowledged`; the models treat them as one role.
TIMESTAMP_ROLES = (
    "declared",
    "reported",
    "acknowledged",
    "accepted",
    "impact_started",
    "mitigated",
    "resolved",
    "closed",
)


class Row(NamedTuple):
    """One record of a file: the physical line it starts on and its trimmed cells by column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file. `column` is a column's name; `row` or `file` when no single one is to blame."""

    file: str
    line: int
    column: str
    what: str
    found: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.column}: {self.what} ({self.found})"


def fold(text: str) -> str:
    """The form in which names and texts are compared: trimmed and case-folded."""
    return text.strip().casefold()


def quoted(text: str) -> str:
    """`text` on one line between quotes, shortened so that a message stays readable."""
    return repr(text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}...")


def date_fault(text: str) -> str | None:
    """What is wrong with a date cell, or None."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            date.fromisoformat(text)
        except ValueError:
            return "no such day in the calendar"
        return None
    return "not a date such as 2026-01-31"


def priority_fault(text: str) -> str | None:
    """What is wrong with a priority cell, or None."""
    if re.fullmatch(r"[0-9]{1,10}", text) and 1 <= int(text) <= LARGEST_INTEGER:
        return None
    return f"not a whole number from 1 to {LARGEST_INTEGER}"


def role_fault(text: str) -> str | None:
    """What is wrong with a timestamp role cell, or None."""
    return None if fold(text) in TIMESTAMP_ROLES else f"unknown role; known ones are {', '.join(TIMESTAMP_ROLES)}"


@dataclass(frozen=True)
class Column:
    """A column of a seed file. `fault` judges a filled cell; an empty cell is a problem when `is_required`."""

    name: str
    is_required: bool = False
    fault: Callable[[str], str | None] | None = None


@dataclass(frozen=True)
class SeedFile:
    """A seed file: its columns in order and the key that no two rows may share.

    `subject` names the columns that say whose interval a row holds, in files with `valid_from` and `valid_to`.
    """

    name: str
    columns: tuple[Column, ...]
    key: Callable[[dict[str, str]], tuple[str, ...]]
    key_text: str
    subject: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The file's name in the seed folder."""
        return f"{self.name}.csv"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in canonical order."""
        return tuple(column.name for column in self.columns)


def timestamp_role_key(cells: dict[str, str]) -> tuple[str, ...]:
    """Role and timestamp under their aliases: `accepted` is `acknowledged`, `Resolved` is `Resolved at`."""
    role = fold(cells["role"])
    return (
        "acknowledged" if role == "accepted" else role,
        fold(cells["timestamp_name"]).removesuffix(" at").rstrip(),
    )


INTERVAL = (Column("valid_from", fault=date_fault), Column("valid_to", fault=date_fault))

SEED_FILES = (
    SeedFile(
        "teams",
        (
            Column("team_id", is_required=True),
            Column("team_name", is_required=True),
            Column("parent_team_id"),
            Column("incident_io_team"),
        ),
        # One row for each incident.io team that the team stands for.
        key=lambda cells: (cells["team_id"], cells["incident_io_team"]),
        key_text="team_id and incident_io_team",
    ),
    SeedFile(
        "team_mapping",
        (
            Column("custom_field", is_required=True),
            Column("field_value", is_required=True),
            Column("team_id", is_required=True),
            Column("field_priority", fault=priority_fault),
        ),
        key=lambda cells: (fold(cells["custom_field"]), fold(cells["field_value"]), cells["team_id"]),
        key_text="custom_field, field_value and team_id",
    ),
    SeedFile(
        "service_ownership",
        (Column("service", is_required=True), Column("team_id", is_required=True), *INTERVAL),
        key=lambda cells: (fold(cells["service"]), cells["team_id"], cells["valid_from"], cells["valid_to"]),
        key_text="service, team_id and interval",
        subject=("service", "team_id"),
    ),
    SeedFile(
        "incident_owners",
        (Column("incident", is_required=True), Column("team_id", is_required=True)),
        key=lambda cells: (fold(cells["incident"]), cells["team_id"]),
        key_text="incident and team_id",
    ),
    SeedFile(
        "team_members",
        (Column("person", is_required=True), Column("team_id", is_required=True), *INTERVAL),
        key=lambda cells: (fold(cells["person"]), cells["team_id"], cells["valid_from"], cells["valid_to"]),
        key_text="person, team_id and interval",
        subject=("person", "team_id"),
    ),
    SeedFile(
        "timestamp_roles",
        (
            Column("role", is_required=True, fault=role_fault),
            Column("timestamp_name", is_required=True),
            Column("priority", fault=priority_fault),
        ),
        key=timestamp_role_key,
        key_text="role and timestamp_name",
    ),
)
