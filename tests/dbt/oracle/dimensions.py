"""Incidents and time to resolve by the values of custom fields (`rpt_metrics_by_dimension`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.dbt.account import Account, Row
from tests.dbt.oracle.custom_fields import FieldValue, field_values
from tests.dbt.oracle.incidents import Incident
from tests.dbt.oracle.metrics import Scope, hour_statistics
from tests.dbt.oracle.periods import GRAINS, Calendar
from tests.dbt.oracle.text import fold

Value = tuple[str, str, str]


def metrics_by_dimension(account: Account, scopes: list[Scope]) -> dict[Any, Row]:
    """(grain, scope type, id, rollup, period start, field id, value) -> row; only where something happened."""
    values = {incident.id: _values(account, incident) for incident in scopes[0].incidents}
    chosen = _dimensions(account, {value for found in values.values() for value in found})
    rows: dict[Any, Row] = {}
    for grain in GRAINS.values():
        calendar = Calendar(account, grain)
        starts = {period.start for period in calendar.spine(i.occurred_at for i in scopes[0].incidents)}
        for scope in (scope for scope in scopes if scope.kind != "person"):
            occurred: dict[tuple[date, Value], int] = {}
            resolved: dict[tuple[date, Value], list[int]] = {}
            for incident in scope.incidents:
                for value in values[incident.id] & chosen:
                    if incident.occurred_at <= account.as_of:
                        cell = (calendar.start_of(incident.occurred_at), value)
                        occurred[cell] = occurred.get(cell, 0) + 1
                    seconds = incident.durations["time_to_resolve"]
                    if seconds is not None and incident.resolved_at and incident.resolved_at <= account.as_of:
                        resolved.setdefault((calendar.start_of(incident.resolved_at), value), []).append(seconds)
            for start, value in occurred.keys() | resolved.keys():
                if start in starts:
                    field_id, name, text = value
                    rows[(grain, scope.kind, scope.id, scope.rollup, start, field_id, text)] = {
                        "custom_field_name": name,
                        "total_incidents": occurred.get((start, value), 0),
                        **hour_statistics(resolved.get((start, value), []), "time_to_resolve"),
                    }
    return rows


def _values(account: Account, incident: Incident) -> set[Value]:
    """(field id, field name, text) of what was chosen from a list on the incident."""
    return {
        (value.field_id, value.field_name, value.text)
        for value in field_values(account, incident.row)
        if _is_chosen(value)
    }


def _is_chosen(value: FieldValue) -> bool:
    return value.option_id is not None or value.entry_id is not None


def _dimensions(account: Account, found: set[Value]) -> set[Value]:
    """Values of the fields that are dimensions: those named, or those with few values."""
    named = account.variable("dimension_fields")
    if named is not None:
        folded = {fold(name) for name in named}
        return {value for value in found if value[0] in named or fold(value[1]) in folded}
    most = account.variable("dimension_max_values")
    return {value for value in found if sum(other[0] == value[0] for other in found) <= most}
