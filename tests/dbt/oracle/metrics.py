"""One row per scope and period (definitions, section 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from tests.dbt.account import Account
from tests.dbt.oracle.attribution import Credit
from tests.dbt.oracle.comparisons import add_comparisons
from tests.dbt.oracle.follow_ups import IN_TIME, FollowUp
from tests.dbt.oracle.history import Seen
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.periods import GRAINS, Calendar, Period
from tests.dbt.oracle.text import by_id

DURATIONS = (
    "time_to_resolve",
    "time_to_recover",
    "time_to_acknowledge",
    "time_to_mitigate",
    "impact_duration",
    "time_to_resolve_active",
)
LOW_SAMPLE = 5
WORKLOADS = {
    "workload_hours": "workload_minutes_total",
    "workload_working_hours": "workload_minutes_working",
    "workload_late_hours": "workload_minutes_late",
    "workload_sleeping_hours": "workload_minutes_sleeping",
}
Key = tuple[str, str, str, date]


@dataclass(frozen=True)
class Scope:
    """What is counted: incidents, the weight of each (teams), and where persons have a start of their own."""

    kind: str
    id: str
    rollup: str
    incidents: tuple[Incident, ...]
    weights: dict[str, Fraction] | None = None
    involvements: dict[str, set[str]] | None = None


def metrics(
    account: Account,
    incidents: list[Incident],
    credits: dict[str, Credit],
    seen: Seen,
    follow_ups: list[FollowUp],
) -> dict[str, dict[Key, dict[str, Any]]]:
    """Rows of the three metric marts: name of the mart's grain -> key -> columns."""
    scopes = scopes_of(account, incidents, credits, seen)
    marts: dict[str, dict[Key, dict[str, Any]]] = {}
    for mart, grain in GRAINS.items():
        calendar = Calendar(account, grain)
        spine = calendar.spine(i.occurred_at for i in scopes[0].incidents)
        marts[mart] = {}
        for scope in scopes:
            rows = _rows(account, calendar, spine, scope, follow_ups)
            add_comparisons(rows, spine)
            marts[mart].update(rows)
    return marts


def scopes_of(account: Account, incidents: list[Incident], credits: dict[str, Credit], seen: Seen) -> list[Scope]:
    """Everything that metrics are computed for, the organisation first, with the eligible incidents of each."""
    eligible = tuple(incident for incident in incidents if incident.is_eligible)
    return [
        Scope("organisation", seen.teams.root, "direct", eligible),
        *_team_scopes(account, eligible, credits, seen),
        *_person_scopes(account, eligible),
    ]


def involvements(account: Account, incident: Incident) -> dict[str, set[str]]:
    """Person id -> led, involved, reported on one incident."""
    roles = by_id(account.table("incident_roles"))
    people: dict[str, set[str]] = {}
    for assignment in incident.row.get("incident_role_assignments") or []:
        if assignment.get("assignee"):
            role = roles.get(assignment["role"]["id"], assignment["role"])
            kinds = {"lead": {"led"}, "reporter": {"reported"}}.get(role["role_type"], set())
            people.setdefault(assignment["assignee"]["id"], {"involved"}).update(kinds)
    for participant in account.table("incident_participants"):
        is_here = participant["incident_id"] == incident.id and participant["deleted_at"] is None
        if is_here and participant["participant_type"] in ("responder", "collaborator"):
            people.setdefault(participant["user"]["id"], {"involved"})
    return people


def _team_scopes(
    account: Account, eligible: tuple[Incident, ...], credits: dict[str, Credit], seen: Seen
) -> list[Scope]:
    """A subtree is that of today's chart, or of the chart of the day on which the incident occurred."""
    is_current = account.variable("hierarchy_mode") == "current"
    weights: dict[tuple[str, str], dict[str, Fraction]] = {}
    for incident in eligible:
        credit = credits[incident.id]
        for team_id in credit.teams:
            above = set(seen.teams.rows[team_id].path) if is_current else seen.above(team_id, incident.occurred_at)
            for key in [(team_id, "direct"), *((ancestor, "subtree") for ancestor in above)]:
                held = weights.setdefault(key, {})
                held[incident.id] = held.get(incident.id, Fraction()) + credit.weight
    scopes = []
    for team_id in seen.teams.rows:
        for rollup in ("direct", "subtree"):
            held = weights.get((team_id, rollup), {})
            scopes.append(Scope("team", team_id, rollup, tuple(i for i in eligible if i.id in held), held))
    return scopes


def _person_scopes(account: Account, eligible: Iterable[Incident]) -> list[Scope]:
    by_person: dict[str, list[tuple[Incident, set[str]]]] = {}
    with_private = account.variable("person_rows_include_private")
    for incident in eligible:
        if incident.is_private and not with_private:
            continue  # the people of a private incident stay masked
        for person_id, kinds in involvements(account, incident).items():
            by_person.setdefault(person_id, []).append((incident, kinds))
    return [
        Scope(
            "person",
            person_id,
            "direct",
            tuple(i for i, _ in held),
            involvements={i.id: kinds for i, kinds in held},
        )
        for person_id, held in by_person.items()
    ]


def _rows(
    account: Account, calendar: Calendar, spine: list[Period], scope: Scope, follow_ups: list[FollowUp]
) -> dict[Key, dict[str, Any]]:
    def is_seen(instant: datetime | None) -> bool:
        return instant is not None and instant <= account.as_of

    def within(period: Period, pick: Callable[[Incident], datetime | None]) -> list[Incident]:
        seen = [incident for incident in scope.incidents if is_seen(pick(incident))]
        return [
            incident for incident in seen if period.start == calendar.start_of(pick(incident) or account.as_of)
        ]

    first = min((i.occurred_at for i in scope.incidents if is_seen(i.occurred_at)), default=None)
    if scope.kind == "person":
        spine = [period for period in spine if first is not None and period.start >= calendar.start_of(first)]
    members = {incident.id for incident in scope.incidents}
    counted = [
        f for f in follow_ups if f.is_counted and f.row["incident_id"] in members and is_seen(f.row["created_at"])
    ]
    rows: dict[Key, dict[str, Any]] = {}
    cumulative = 0
    for period in spine:
        occurred = within(period, lambda incident: incident.occurred_at)
        resolved = within(period, lambda incident: incident.resolved_at)
        started = [
            i
            for i in scope.incidents
            if is_seen(i.occurred_at) and calendar.start_of(i.occurred_at) <= period.start
        ]
        still_open = [
            i
            for i in started
            if not is_seen(i.resolved_at) or calendar.start_of(i.resolved_at or account.as_of) > period.start
        ]
        cumulative += len(occurred)
        row: dict[str, Any] = {
            "period_end": period.end,
            "is_complete": period.is_complete,
            "elapsed_days": float(period.elapsed_days),
            "total_incidents": len(occurred),
            "incidents_weighted": _weighted(scope, occurred),
            "incidents_per_week": float(len(occurred) * 7 / period.elapsed_days)
            if period.elapsed_days >= 1
            else None,
            "cumulative_incidents": cumulative,
            "incidents_resolved": len(resolved),
            "open_at_period_end": len(still_open),
            "reopen_rate": sum(i.reopened_count > 0 for i in resolved) / len(resolved) if resolved else None,
        }
        row.update(_workload(scope, occurred))
        created = [f for f in counted if calendar.start_of(f.row["created_at"]) == period.start]
        row.update(_follow_up_completion(scope, created, is_settled=calendar.is_over_since(period, IN_TIME)))
        for kind in ("led", "involved", "reported"):
            held = scope.involvements
            row[f"incidents_{kind}"] = None if held is None else sum(kind in held[i.id] for i in occurred)
        for duration in DURATIONS:
            ended = within(period, lambda incident, name=duration: incident.duration_end(name))
            is_measured = scope.kind != "person" or account.variable("person_durations")
            lengths = [i.durations[duration] for i in ended] if is_measured else []
            row.update(hour_statistics([length for length in lengths if length is not None], duration))
        rows[(scope.kind, scope.id, scope.rollup, period.start)] = row
    return rows


def _weighted(scope: Scope, occurred: list[Incident]) -> float | None:
    if scope.kind == "organisation":
        return float(len(occurred))
    return None if scope.weights is None else float(sum((scope.weights[i.id] for i in occurred), Fraction()))


def _workload(scope: Scope, occurred: list[Incident]) -> dict[str, float]:
    hours = {}
    for metric, minutes in WORKLOADS.items():
        shares = [
            Fraction(incident.row.get(minutes) or 0) * (scope.weights[incident.id] if scope.weights else 1)
            for incident in occurred
        ]
        hours[metric] = float(sum(shares, Fraction()) / 60)
    return hours


def _follow_up_completion(scope: Scope, created: list[FollowUp], *, is_settled: bool) -> dict[str, Any]:
    if scope.kind == "person":
        return {"follow_ups_created": None, "follow_up_completion_30d": None}
    in_time = sum(follow_up.is_in_time for follow_up in created)
    return {
        "follow_ups_created": len(created),
        "follow_up_completion_30d": in_time / len(created) if created and is_settled else None,
    }


def hour_statistics(seconds: list[int], duration: str | None = None) -> dict[str, Any]:
    """The six statistics in hours and whether they rest on few values, named after a duration or plainly."""
    hours = sorted(Fraction(length, 3600) for length in seconds)
    numbers = {
        "mean": sum(hours, Fraction()) / len(hours) if hours else None,
        "p50": percentile(hours, Fraction(50, 100)),
        "p75": percentile(hours, Fraction(75, 100)),
        "p90": percentile(hours, Fraction(90, 100)),
        "max": hours[-1] if hours else None,
    }
    named = {f"{name}_hours": None if number is None else float(number) for name, number in numbers.items()}
    columns: dict[str, Any] = {"n_hours": len(hours), **named, "low_sample": len(hours) < LOW_SAMPLE}
    return {f"{duration}_{name}" if duration else name: value for name, value in columns.items()}


def percentile(ordered: list[Fraction], share: Fraction) -> Fraction | None:
    """Interpolated between the two nearest of the sorted values; None without values."""
    if not ordered:
        return None
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
