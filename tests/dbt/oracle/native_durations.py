"""Duration metrics of the account beside ours (definitions, section 5: native_duration, the gap of 60 s)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.dbt.account import Account, Row
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.metrics import DURATIONS, Scope, hour_statistics
from tests.dbt.oracle.periods import GRAINS, Calendar
from tests.dbt.oracle.text import fold

LARGEST_GAP = 60


@dataclass(frozen=True)
class NativeDuration:
    """One duration metric of the account: its name today and the duration of ours it is compared with, if any."""

    id: str
    name: str
    compared_with: str | None

    @property
    def metric(self) -> str:
        """How the marts call it."""
        return f"native_duration:{self.name}"


def native_durations(account: Account) -> dict[str, NativeDuration]:
    """Every duration metric that some incident has a value of, by id."""
    names: dict[str, tuple[Any, str]] = {}
    for row in account.table("incidents"):
        for metric, _ in _values(row):
            seen = ((row["updated_at"], row["id"]), metric["name"])
            names[metric["id"]] = max(names.get(metric["id"], seen), seen)
    return {key: NativeDuration(key, name, _compared_with(account, key, name)) for key, (_, name) in names.items()}


def incident_native_durations(account: Account, incidents: list[Incident]) -> dict[tuple[str, str], Row]:
    """Rows of fct_incident_native_durations by incident and metric."""
    known = native_durations(account)
    rows = {}
    for incident in incidents:
        for metric, seconds in _values(incident.row):
            native = known[metric["id"]]
            ours = incident.durations[native.compared_with] if native.compared_with else None
            gap = None if ours is None else seconds - ours
            rows[(incident.id, native.id)] = {
                "reference": incident.row["reference"],
                "duration_metric_name": native.name,
                "metric": native.metric,
                "seconds": seconds,
                "compared_with": native.compared_with,
                "computed_seconds": ours,
                "gap_seconds": gap,
                "has_gap": gap is not None and abs(gap) > LARGEST_GAP,
            }
    return rows


def metrics_by_duration(account: Account, scopes: list[Scope]) -> dict[Any, Row]:
    """(grain, scope type, id, rollup, period start, metric, metric id) -> row; only where something ended."""
    known = native_durations(account)
    rows = {}
    for grain in GRAINS.values():
        calendar = Calendar(account, grain)
        spine = calendar.spine(i.occurred_at for i in scopes[0].incidents)
        for scope in scopes:
            if scope.kind == "person" and not account.variable("person_durations"):
                continue
            starts = {period.start for period in spine if _is_active(scope, calendar, period.start, account)}
            found: dict[tuple[Any, str, str | None], list[int]] = {}
            for incident in scope.incidents:
                for metric, key, ended_at, seconds in _durations(incident, known):
                    start = calendar.start_of(ended_at) if ended_at and ended_at <= account.as_of else None
                    if start in starts and seconds is not None:
                        found.setdefault((start, metric, key), []).append(seconds)
            for (start, metric, key), seconds_found in found.items():
                source = {"duration_source": "native" if key else "computed"}
                rows[(grain, scope.kind, scope.id, scope.rollup, start, metric, key)] = {
                    **source,
                    **hour_statistics(seconds_found),
                }
    return rows


def _durations(incident: Incident, known: dict[str, NativeDuration]) -> Iterator[tuple[str, str | None, Any, Any]]:
    """(metric, id of the native one, end that decides the period, seconds) of one incident."""
    for name in DURATIONS:
        yield name, None, incident.duration_end(name), incident.durations[name]
    for metric, seconds in _values(incident.row):
        yield known[metric["id"]].metric, metric["id"], incident.resolved_at, seconds


def _is_active(scope: Scope, calendar: Calendar, start: Any, account: Account) -> bool:
    """A person's periods begin with the first incident."""
    begun = [i.occurred_at for i in scope.incidents if i.occurred_at <= account.as_of]
    return scope.kind != "person" or (bool(begun) and start >= calendar.start_of(min(begun)))


def _values(row: Row) -> list[tuple[Row, int]]:
    """Duration metrics with a value that fits the timestamps of today."""
    return [
        (value["duration_metric"], value["value_seconds"])
        for value in row.get("duration_metrics") or []
        if value["status"] == "success" and value.get("value_seconds", -1) >= 0
    ]


def _compared_with(account: Account, key: str, name: str) -> str | None:
    stated = account.variable("native_duration_map")
    if key in stated:
        return stated[key]
    for native, ours in stated.items():
        if fold(native) == fold(name):
            return ours
    own = fold(name).replace(" ", "_").replace("-", "_")
    return own if own in DURATIONS else None
