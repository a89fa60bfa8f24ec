"""The first reading of a long history: closed windows of days, oldest first, each loaded before the next is read.

The incident list allows one page a second, so a hundred thousand incidents take seven minutes and a million more
than an hour. A run that is killed then goes on at the window it was in. The windows hold whole days of creation
that are over in every time zone; the days since are read by the ordinary, open-ended run that follows, together
with everything that changed since the first window began.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipelines.incident_io.client import Client, Params
from pipelines.incident_io.cursors import TableState
from pipelines.incident_io.endpoints import BY_NAME, STATUS_CATEGORIES
from pipelines.incident_io.errors import MissingScopeError

# A window costs a load of a few seconds and, at one request a second, is read in one and a half minutes.
ROWS_PER_WINDOW = 20_000
LONGEST_SINGLE_READ = 2 * ROWS_PER_WINDOW
# A day is over everywhere once it is over twelve hours west of Greenwich.
DAYS_LEFT_OPEN = 2


@dataclass(frozen=True)
class Window:
    """Incidents created from `first` (None: since ever) to `last`, both days included."""

    first: date | None
    last: date


def resumed_from(state: TableState, start: date | None) -> date | None:
    """The first day that an interrupted backfill of this start has not loaded yet; None when there is none."""
    progress = state.get("backfill")
    if not progress or progress["start"] != (start.isoformat() if start else None):
        return None
    return date.fromisoformat(progress["last"]) + timedelta(days=1)


def windows(client: Client, state: TableState, start: date | None, now: datetime) -> Iterator[Window]:
    """The closed windows still to be loaded, ascending; none for an account that is small or read already."""
    if "read_at" in state:
        return
    resumed = resumed_from(state, start)
    count, earliest = _size(client, resumed or start)
    if earliest is None or count <= LONGEST_SINGLE_READ:
        return
    first, last = resumed or start, now.astimezone(UTC).date() - timedelta(days=DAYS_LEFT_OPEN)
    span = (last - earliest).days + 1
    count_windows = min(-(-count // ROWS_PER_WINDOW), span)
    for number in range(1, count_windows + 1):
        end = earliest + timedelta(days=span * number // count_windows - 1)
        yield Window(first, end)
        first = end + timedelta(days=1)


def _size(client: Client, first: date | None) -> tuple[int, date | None]:
    """How many incidents there are from `first` on and the day the earliest was created."""
    endpoint = BY_NAME["incidents"]
    params: Params = [*endpoint.params, ("page_size", "1")]
    params += [("status_category[one_of]", category) for category in STATUS_CATEGORIES]
    if first:
        params.append(("created_at[gte]", first.isoformat()))
    try:
        body = client.get(endpoint.path, endpoint.selector, params, scope=endpoint.scope)
    except MissingScopeError:
        return 0, None
    total = (body.get("pagination_meta") or {}).get("total_record_count")
    rows = body[endpoint.selector]
    if not isinstance(total, int) or not rows:
        return 0, None
    return total, datetime.fromisoformat(rows[0]["created_at"]).astimezone(UTC).date()
