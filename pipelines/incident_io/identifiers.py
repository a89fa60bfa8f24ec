"""Ids are opaque texts. The vendor may change their format or length, so a number is taken as its digits.

Inside nested values a numeric id stays a number; SQL that picks it out as text gets the same digits, so keys still
join.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipelines.incident_io.errors import UnexpectedDataError, json_kind

Row = dict[str, Any]


def with_text_ids(table: str, rows: list[Any], columns: Iterable[str]) -> list[Row]:
    """The rows of one answer with every whole number in `id` and in columns named `*_id` turned into text.

    Raises :class:`UnexpectedDataError` for an entry that is no object or has no id: it could be neither merged nor
    found again.
    """
    for position, row in enumerate(rows, start=1):
        where = f"(entry {position} of a page)"
        if not isinstance(row, dict):
            raise UnexpectedDataError(
                f"{table}: the API sent {json_kind(row)} where a record is expected {where}."
            )
        identifier = row.get("id")
        if type(identifier) not in (str, int) or identifier == "":
            what = "an empty text" if identifier == "" else json_kind(identifier)
            raise UnexpectedDataError(f"{table}.id: the API sent {what} where an id is expected {where}.")
    for name in columns:
        if name == "id" or name.endswith("_id"):
            for row in rows:
                if type(row.get(name)) is int:
                    row[name] = str(row[name])
    return rows
