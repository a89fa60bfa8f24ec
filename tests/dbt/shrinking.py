"""Makes a failing account small enough to read: rows and nested values go as long as it still fails."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.dbt.account import Account, Row

# Lists inside an incident that can lose elements.
NESTED = ("custom_field_entries", "incident_timestamp_values", "incident_role_assignments", "team_ids")
Predicate = Callable[[Account], bool]


def shrink(account: Account, fails: Predicate, seconds: float) -> Account:
    """The smallest account found within the time that still fails; the account itself when nothing can go."""
    deadline = time.monotonic() + seconds

    def still_fails(smaller: Account) -> bool:
        return time.monotonic() < deadline and fails(smaller)

    tables = [("raw", "incidents"), ("raw", "incident_updates"), *(("seeds", name) for name in account.seeds)]
    tables += [("raw", name) for name in account.raw if ("raw", name) not in tables]
    for part, table in tables:
        account = _shrink_list(
            account,
            getattr(account, part).get(table, []),
            lambda a, rows, p=part, t=table: a.with_rows(p, t, rows),
            still_fails,
        )
    for position in range(len(account.table("incidents"))):
        for name in NESTED:
            values = account.table("incidents")[position].get(name) or []
            account = _shrink_list(account, values, _replacing(position, name), still_fails)
    return account


def _replacing(position: int, name: str) -> Callable[[Account, list[Row]], Account]:
    def replace(account: Account, values: list[Row]) -> Account:
        incidents = [*account.table("incidents")]
        incidents[position] = {**incidents[position], name: values}
        return account.with_rows("raw", "incidents", incidents)

    return replace


def _shrink_list(
    account: Account, rows: list[Row], put: Callable[[Account, list[Row]], Account], fails: Predicate
) -> Account:
    """Cut ever smaller pieces out of one list, going on behind each cut instead of starting again."""
    size = len(rows)
    while size:
        start = 0
        while start < len(rows):
            kept = rows[:start] + rows[start + size :]
            if fails(put(account, kept)):
                rows, account = kept, put(account, kept)
            else:
                start += size
        size //= 2
    return account
