"""Which incidents count, their instants and their durations (definitions, sections 2, 3 and 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.dbt.account import Account, Row
from tests.dbt.oracle.text import by_id, category_of, fold, status_class, timestamp_key

DEFAULT_ROLES = {
    "declared": ["Declared at"],
    "reported": ["Reported at"],
    "acknowledged": ["Accepted at", "Acknowledged at"],
    "impact_started": ["Impact started at"],
    "mitigated": ["Mitigated at", "Fixed at"],
    "resolved": ["Resolved at"],
    "closed": ["Closed at"],
}
ROLE_ALIASES = {"accepted": "acknowledged"}


@dataclass(frozen=True)
class Incident:
    """One row of fct_incidents as far as it is derived; `excluded` is the exclusion reason or None."""

    row: Row
    category: str
    severity: Row | None
    type_name: str | None
    merged_into: str | None
    excluded: str | None
    occurred_at: datetime
    acknowledged_at: datetime | None
    impact_started_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    first_resolved_at: datetime | None
    reopened_count: int
    paused_seconds: int | None
    durations: dict[str, int | None]
    duration_status: str

    @property
    def id(self) -> str:
        """The incident's id."""
        return self.row["id"]

    @property
    def is_private(self) -> bool:
        """Masked: everything that is not known to be public."""
        return self.row["visibility"] != "public"

    @property
    def is_eligible(self) -> bool:
        """Counts in metrics."""
        return self.excluded is None

    def duration_end(self, duration: str) -> datetime | None:
        """The instant that puts a duration into a period."""
        ends = {
            "time_to_acknowledge": self.acknowledged_at,
            "time_to_mitigate": self.mitigated_at,
            "impact_duration": self.mitigated_at or self.resolved_at,
        }
        return ends.get(duration, self.resolved_at)


def derive_incidents(account: Account) -> list[Incident]:
    """Every incident of the account, excluded ones too."""
    roles = timestamp_roles(account)
    histories: dict[str, list[Row]] = {}
    for update in account.table("incident_updates"):
        histories.setdefault(update["incident_id"], []).append(update)
    return [_derive(account, row, histories.get(row["id"], []), roles) for row in account.table("incidents")]


def timestamp_roles(account: Account) -> dict[str, list[str]]:
    """Names by role, in the order they are tried; the user's rows of a role replace its defaults."""
    rows: dict[str, list[tuple[int, str]]] = {}
    for row in account.seed("timestamp_roles"):
        role = fold(row["role"])
        priority = 1 if row["priority"] is None else row["priority"]
        rows.setdefault(ROLE_ALIASES.get(role, role), []).append((priority, row["timestamp_name"]))
    return {**DEFAULT_ROLES, **{role: [name for _, name in sorted(named)] for role, named in rows.items()}}


def _derive(account: Account, row: Row, updates: list[Row], roles: dict[str, list[str]]) -> Incident:
    statuses = by_id(account.table("incident_statuses"))
    history = [
        (update["created_at"], category_of(update["new_incident_status"], statuses))
        for update in sorted(updates, key=lambda update: (update["created_at"], update["id"]))
        if update.get("new_incident_status")
    ]
    at = {role: _instant_of(account, row, names) for role, names in roles.items()}
    is_retrospective = row["mode"] == "retrospective"
    occurred_at = _first(at["declared"], at["reported"], row["created_at"])
    if is_retrospective:
        occurred_at = _first(at["impact_started"], at["reported"], at["declared"], row["created_at"])
    acknowledged_at = None if is_retrospective else at["acknowledged"]
    resolved_at, first_resolved_at, reopened = _resolution(history, _first(at["resolved"], at["closed"]))
    paused = None if resolved_at is None else _paused_seconds(history, occurred_at, resolved_at)
    category = category_of(row["incident_status"], statuses)
    severity = _current(account, "severities", row.get("severity"))
    incident_type = _current(account, "incident_types", row.get("incident_type"))
    merges = [
        u for u in sorted(updates, key=lambda u: (u["created_at"], u["id"])) if u.get("merged_into_incident_id")
    ]
    to_resolve = _seconds(occurred_at, resolved_at)
    return Incident(
        row=row,
        category=category,
        severity=severity,
        type_name=incident_type["name"] if incident_type else None,
        merged_into=merges[-1]["merged_into_incident_id"] if merges else None,
        excluded=_exclusion(account, row, category, severity, incident_type),
        occurred_at=occurred_at,
        acknowledged_at=acknowledged_at,
        impact_started_at=at["impact_started"],
        mitigated_at=at["mitigated"],
        resolved_at=resolved_at,
        first_resolved_at=first_resolved_at,
        reopened_count=reopened,
        paused_seconds=paused,
        durations={
            "time_to_resolve": to_resolve,
            "time_to_recover": _seconds(acknowledged_at, resolved_at),
            "time_to_acknowledge": _seconds(occurred_at, acknowledged_at),
            "time_to_mitigate": _seconds(occurred_at, at["mitigated"]),
            "impact_duration": _seconds(at["impact_started"], _first(at["mitigated"], resolved_at)),
            "time_to_resolve_active": None
            if to_resolve is None or paused is None
            else max(0, to_resolve - paused),
        },
        duration_status=_duration_status(occurred_at, resolved_at),
    )


def _instant_of(account: Account, row: Row, names: list[str]) -> datetime | None:
    definitions = by_id(account.table("incident_timestamps"))
    found = {}
    for entry in row.get("incident_timestamp_values") or []:
        timestamp = entry["incident_timestamp"]
        value = (entry.get("value") or {}).get("value")
        if value:
            name = definitions.get(timestamp["id"], timestamp)["name"]
            found[timestamp_key(name)] = datetime.fromisoformat(value)
    return _first(*(found.get(timestamp_key(name)) for name in names))


def _resolution(
    history: list[tuple[datetime, str]], stated: datetime | None
) -> tuple[datetime | None, datetime | None, int]:
    """(resolved_at, first_resolved_at, reopened_count); `stated` is the resolved or closed timestamp."""
    classes = [status_class(category) for _, category in history]
    resolved_entries = [position for position, name in enumerate(classes) if name == "resolved"]
    reopens = [n for n in range(1, len(classes)) if classes[n] == "open" and classes[n - 1] == "resolved"]
    first_entry = history[resolved_entries[0]][0] if resolved_entries else None
    resolved = _first(stated, first_entry)
    if reopens and resolved is not None and resolved <= history[reopens[-1]][0]:
        later = [history[position][0] for position in resolved_entries if position > reopens[-1]]
        resolved_at = later[0] if later else None
    else:
        resolved_at = resolved
    return resolved_at, _first(first_entry, resolved), len(reopens)


def _paused_seconds(history: list[tuple[datetime, str]], start: datetime, end: datetime) -> int:
    total = timedelta()
    for position, (begins, category) in enumerate(history):
        ends = history[position + 1][0] if position + 1 < len(history) else end
        if category == "paused":
            total += max(timedelta(), min(ends, end) - max(begins, start))
    return total // timedelta(seconds=1)


def _exclusion(account: Account, row: Row, category: str, severity: Row | None, kind: Row | None) -> str | None:
    least = account.variable("minimum_severity_rank")
    type_keys = {kind["id"], kind["name"]} if kind else set()
    reasons = [
        ("deleted", row.get("deleted_at") is not None),
        (row["mode"], row["mode"] in ("test", "tutorial")),
        (category, category in ("merged", "declined", "canceled", "triage")),
        ("type_excluded", bool(type_keys & set(account.variable("excluded_incident_types")))),
        ("severity_below", least is not None and (severity is None or severity["rank"] < least)),
    ]
    return next((reason for reason, holds in reasons if holds), None)


def _current(account: Account, table: str, embedded: Row | None) -> Row | None:
    """Today's definition of an embedded object; the embedded one when the definition is gone."""
    return by_id(account.table(table)).get(embedded["id"], embedded) if embedded else None


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _seconds(start: datetime | None, end: datetime | None) -> int | None:
    if start is None or end is None or end < start:
        return None
    return (end - start) // timedelta(seconds=1)


def _duration_status(start: datetime, end: datetime | None) -> str:
    if end is None:
        return "timestamps_missing"
    return "invalid_timestamps" if end < start else "ok"
