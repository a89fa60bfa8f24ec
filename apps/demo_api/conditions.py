"""Conditions over the index columns of a table, out of which the filters of the lists are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from apps.demo_api.account import CompiledAccount
from apps.demo_api.errors import invalid_value
from apps.demo_api.indexing import id_code, text_code
from apps.demo_api.query import Query, bounds, day, instant, operators, single
from apps.demo_api.records import RecordTable

Condition = Callable[[int], bool]


def positions(
    table: RecordTable, conditions: Iterable[Condition | None], among: Sequence[int] | None = None
) -> Sequence[int]:
    """Positions, of all or of those `among` which to look, that meet every condition."""
    left: Sequence[int] = range(len(table)) if among is None else among
    for condition in conditions:
        if condition is not None:
            left = [position for position in left if condition(position)]
    return left


def of_id(table: RecordTable, query: Query, name: str, column: str) -> Sequence[int] | None:
    """Positions of the records that belong to the id in a plain parameter; None, for all, when it is absent."""
    wanted = single(query, name)
    return None if wanted is None else table.having(column, id_code(wanted))


def equal(table: RecordTable, column: str, wanted: int) -> Condition:
    """The column has this value."""
    values = table.columns[column]
    return lambda position: values[position] == wanted


def one_of(table: RecordTable, column: str, wanted: set[int]) -> Condition:
    """The column has one of these values."""
    values = table.columns[column]
    return lambda position: values[position] in wanted


def public_only(
    account: CompiledAccount, table: RecordTable, sees_private: bool, *columns: str
) -> list[Condition]:
    """No private incident in the columns, which are `incident` unless named."""
    if sees_private:
        return []
    hidden = account.private_incidents

    def is_public(column: str) -> Condition:
        values = table.columns[column]
        return lambda position: values[position] not in hidden

    return [is_public(column) for column in columns or ("incident",)]


def choice(
    table: RecordTable,
    query: Query,
    name: str,
    allowed: Sequence[str] = ("one_of", "not_in"),
    *,
    known: Sequence[str] | None = None,
    default: Sequence[str] | None = None,
) -> Condition | None:
    """`one_of` and `not_in` over a coded column; `default` applies when the filter is absent."""
    asked = operators(query, name, allowed)
    for values in asked.values():
        for value in values:
            if known is not None and value not in known:
                raise invalid_value(name, f"{value!r} is not one of {', '.join(known)}")
    wanted = asked.get("one_of") or (list(default) if default and not asked else None)
    codes = table.columns[name]
    accepted = {text_code(value) for value in wanted} if wanted else None
    refused = {text_code(value) for value in asked.get("not_in", [])}
    if accepted is None and not refused:
        return None
    return lambda position: (accepted is None or codes[position] in accepted) and codes[position] not in refused


def by_day(table: RecordTable, query: Query) -> list[Condition | None]:
    """The filters of both stamps where they take whole UTC days."""
    return [_within(table, f"{name}_day", bounds(query, f"{name}_at", day)) for name in ("created", "updated")]


def by_instant(table: RecordTable, query: Query) -> list[Condition | None]:
    """The filters of both stamps where they take instants."""
    return [_within(table, name, bounds(query, name, instant)) for name in ("created_at", "updated_at")]


def _within(table: RecordTable, column: str, ends: tuple[int, int] | None) -> Condition | None:
    if ends is None:
        return None
    low, high = ends
    values = table.columns[column]
    return lambda position: low <= values[position] <= high
