"""Where the last run got to, and what this run therefore reads: the source's state and a plan for each table.

The state is plain JSON inside dlt's own, so it reaches the warehouse in the same load package as the rows it
describes and counts only once that package is complete. It is changed after the last page of a table, never
before. Times of the state:

- `seen`: per partition (the incident mode of follow-ups, else one) the latest `updated_at` read, but never later
  than the local clock when the reading began: a row changed behind the reader's back must be read again.
- `full_read_at`: `as_of` of the last full read, which decides when the next sweep is due; null when it was
  refused.
- `swept_at`: `as_of` of the last full read that was accepted.
- `start`: the first day of the history that `seen` speaks for; an earlier start means reading everything again.
- `tail`: of a list that only grows, where to go on and the newest row known; absent while its order is unclear.
- `backfill`: only while the first reading is under way, the last day loaded, the start, when it began, and the
  latest `updated_at` read so far.
- `read_at`, `load_id`: the local clock when the last reading of the table began, and the load that it went into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from pipelines.incident_io.endpoints import Endpoint

# dlt files the state under it.
PIPELINE_NAME = "incident_io"
# Incidents are filtered by day, in a zone the vendor does not name: the whole last day, and one more for the zone.
DAY_OVERLAP = timedelta(days=1)
# Rows can commit with an older stamp than rows already seen; the vendor advises "a few minutes".
INSTANT_OVERLAP = timedelta(minutes=15)

TableState = dict[str, Any]
WHOLE = ""


@dataclass(frozen=True)
class PerIncident:
    """How much of a list that costs one request for each incident is read.

    `days`: how far back, by creation of the incident, it is read first. `requests`: how many requests a run may
    make; the rest waits for the next. `setting`: the name of the setting of that budget. `is_wanted`: False when
    nothing is asked at all.
    """

    days: int
    requests: int
    setting: str
    is_wanted: bool = True


DEFAULT_PER_INCIDENT: Mapping[str, PerIncident] = {
    "incident_attachments": PerIncident(90, 1_000, "INCIDENT_MARTS_ATTACHMENT_REQUESTS"),
    "incident_participants": PerIncident(0, 1_000, "INCIDENT_MARTS_PARTICIPANT_REQUESTS", is_wanted=False),
}


@dataclass(frozen=True)
class Rules:
    """What a user decides about reading.

    `sweep_every`: how often everything is read again, because definitions embedded in records change without
    moving `updated_at` and deletions leave no trace at all. `catalog_types`: ids, type names or names of catalog
    types to read besides those that teams, services and fields need. `per_incident`: of the lists that cost one
    request for each incident, by table.
    """

    sweep_every: timedelta = timedelta(days=7)
    catalog_types: frozenset[str] = frozenset()
    per_incident: Mapping[str, PerIncident] = field(default_factory=lambda: DEFAULT_PER_INCIDENT)


@dataclass(frozen=True)
class Tail:
    """Where a list that only grows was left: the row to go on behind (None: newest first, from the start) and the
    newest row known, which must turn up again."""

    after: str | None
    until: str


@dataclass(frozen=True)
class Plan:
    """How a table is read in this run.

    `is_full`: everything is read, so what is missing is gone. `since`: per partition the moment from which
    changed rows are wanted, overlap included; a partition without one is read in full. `incident_ids`: for
    children of incidents, the only parents to ask for. `tail`: the only part of the list to read. `start`: the
    first day of the history, by creation. `first` and `last`: the days of creation to read, where a backfill
    reads the history in windows; `behind`: what changed since this moment is read as well, because earlier
    windows are as old as that.
    """

    start: date | None = None
    is_full: bool = True
    since: Mapping[str, datetime] = field(default_factory=dict)
    incident_ids: tuple[str, ...] | None = None
    tail: Tail | None = None
    first: date | None = None
    last: date | None = None
    behind: datetime | None = None


def plan(
    endpoint: Endpoint,
    state: TableState,
    start: date | None,
    as_of: datetime,
    *,
    force_full: bool,
    sweep_every: timedelta,
) -> Plan:
    """The plan for a table with this state: in full when asked to, when due, or with nothing to build on."""
    if force_full or endpoint.cursor is None or not state or _is_due(state, as_of, sweep_every):
        return Plan(start)
    if endpoint.has_start and _reaches_further_back(start, state.get("start")):
        return Plan(start)
    seen = {partition: datetime.fromisoformat(text) for partition, text in state.get("seen", {}).items()}
    tail = Tail(**state["tail"]) if state.get("tail") else None
    since = {partition: overlapped(endpoint, moment) for partition, moment in seen.items()}
    return Plan(start, False, since, tail=tail)


def overlapped(endpoint: Endpoint, moment: datetime) -> datetime:
    """The moment to ask for so that nothing at or after `moment` is missed."""
    if endpoint.cursor == "day":
        return (moment - DAY_OVERLAP).replace(hour=0, minute=0, second=0, microsecond=0)
    return moment - INSTANT_OVERLAP


def state_after(
    state: TableState,
    done: Plan,
    *,
    latest: Mapping[str, datetime],
    began: datetime,
    as_of: datetime,
    load_id: str,
    accepted: bool,
    tail: Tail | None = None,
) -> TableState:
    """The state once the table has been read by plan `done`.

    `latest`: per partition the latest `updated_at` read; `began`: the local clock before the first request;
    `accepted`: False when a full read returned so little that its deletions were refused, so that the next run
    looks again; `tail`: where the list was left.
    """
    after: TableState = {
        **state,
        "read_at": began.isoformat(),
        "load_id": load_id,
        "start": done.start.isoformat() if done.start else None,
    }
    windows = after.pop("backfill", {})
    seen = {} if done.is_full else dict(state.get("seen", {}))
    if windows.get("latest"):
        seen[WHOLE] = windows["latest"]
    for partition, moment in latest.items():
        reached = min(moment, began)
        before = seen.get(partition)
        seen[partition] = (max(reached, datetime.fromisoformat(before)) if before else reached).isoformat()
    after["seen"] = seen
    if tail is not None:
        after["tail"] = asdict(tail)
    elif done.is_full:
        after.pop("tail", None)
    if done.is_full:
        after["full_read_at"] = as_of.isoformat() if accepted else None
        if accepted:
            after["swept_at"] = as_of.isoformat()
    return after


def state_after_window(
    state: TableState, done: Plan, *, latest: Mapping[str, datetime], began: datetime
) -> TableState:
    """The state once a closed window of a backfill has been read; arguments as of :func:`state_after`."""
    assert done.last is not None
    before = state.get("backfill", {}).get("latest")
    moments = [datetime.fromisoformat(before)] if before else []
    moments += [min(latest[WHOLE], began)] if WHOLE in latest else []
    progress = {
        "last": done.last.isoformat(),
        "start": done.start.isoformat() if done.start else None,
        "began": (done.behind or began).isoformat(),
        "latest": max(moments).isoformat() if moments else None,
    }
    return {**state, "backfill": progress}


def tail_of(
    before: Tail | None, *, first_id: str | None, page_ends: list[str], direction: int | None
) -> Tail | None:
    """Where to go on next time: one page before the end of a list that is oldest first, or at its beginning.

    The page of overlap holds rows that were committed behind younger ones. Arguments as of
    :class:`~pipelines.incident_io.walkers.Walked`; `before`: where this reading went on.
    """
    if direction is None and before is not None:
        direction = -1 if before.after is None else 1
    if first_id is None or direction is None:
        return before
    if direction == -1:
        return Tail(None, first_id)
    earlier = page_ends[0] if len(page_ends) > 1 else before.after if before else None
    return Tail(earlier, page_ends[-1]) if earlier else None


def _is_due(state: TableState, as_of: datetime, sweep_every: timedelta) -> bool:
    last = state.get("full_read_at")
    # Both ways: a run with an `as_of` in the past must not be kept from sweeping by one in the future.
    return last is None or abs(as_of - datetime.fromisoformat(last)) >= sweep_every


def _reaches_further_back(start: date | None, covered: str | None) -> bool:
    if covered is None:
        return False
    return start is None or start < date.fromisoformat(covered)
