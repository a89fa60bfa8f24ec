"""Makes a failing account small enough to read: rows and nested values go as long as it still fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from tests.dbt.account import Account, Row

# Lists inside an incident that can be emptied one element at a time.
NESTED = ("custom_field_entries", "incident_timestamp_values", "incident_role_assignments", "team_ids")
Predicate = Callable[[Account], bool]


def shrink(account: Account, fails: Predicate, seconds: float) -> Account:
    """The smallest account found within the time that still fails; the account itself when nothing can go."""
    deadline = time.monotonic() + seconds
    progress = True
    while progress and time.monotonic() < deadline:
        progress = False
        for smaller in _smaller(account):
            if time.monotonic() >= deadline:
                break
            if fails(smaller):
                account, progress = smaller, True
                break
    return account


def _smaller(account: Account) -> Iterator[Account]:
    """Accounts with less in them, big cuts first."""
    for part in ("raw", "seeds"):
        for table, rows in getattr(account, part).items():
            for kept in _parts(rows):
                yield account.with_rows(part, table, kept)
    incidents = account.table("incidents")
    for position, incident in enumerate(incidents):
        for name in NESTED:
            for kept in _parts(incident.get(name) or []):
                changed: list[Row] = [*incidents]
                changed[position] = {**incident, name: kept}
                yield account.with_rows("raw", "incidents", changed)


def _parts(rows: list[Row]) -> Iterator[list[Row]]:
    """The list without halves, quarters ... down to single rows."""
    size = len(rows)
    while size:
        for start in range(0, len(rows), size):
            yield rows[:start] + rows[start + size :]
        size //= 2
