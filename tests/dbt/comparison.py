"""Differences between built marts and what the oracle expects, as sentences."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from tests.dbt.account import Account, Row
from tests.dbt.oracle import Expected
from tests.dbt.oracle.follow_ups import FollowUp
from tests.dbt.oracle.incidents import Incident

TOLERANCE = 1e-9
SCOPE_AND_PERIOD = ("scope_type", "scope_id", "rollup", "period_start")
EVIDENCE = (
    *("attribution_step", "step_priority", "team_id", "is_winner", "outranked_by", "source_name", "source_value"),
    *("matched_by", "field_priority", "seed_file", "seed_line", "owned_from", "owned_to", "ownership_assumed"),
)
REFERENCE_KEY = ("reference_kind", "catalog_type", "attribute", "reference", "problem")
VALUE_KEY = ("custom_field_id", "option_id", "catalog_entry_id", "external_id", "field_value")
DIMENSION_KEY = ("grain", *SCOPE_AND_PERIOD, "custom_field_id", "field_value")
DURATION_KEY = ("grain", *SCOPE_AND_PERIOD, "metric", "duration_metric_id")
SEVERITY_KEY = ("grain", *SCOPE_AND_PERIOD, "severity_name", "severity_rank")


def differences(connection: duckdb.DuckDBPyConnection, account: Account, expected: Expected) -> list[str]:
    """One sentence for each value of the built marts that differs; empty when all is well."""
    return [
        *_compare("dim_teams", _by(connection, "dim_teams", "team_id"), _teams(expected)),
        *_compare("fct_incidents", _by(connection, "fct_incidents", "incident_id"), _incidents(account, expected)),
        *_compare(
            "fct_incident_teams",
            _by(connection, "fct_incident_teams", "incident_id", "team_id"),
            _credits(expected),
        ),
        *_evidence(connection, expected),
        *_compare("fct_follow_ups", _by(connection, "fct_follow_ups", "follow_up_id"), _follow_ups(expected)),
        *_compare("fct_incident_people", _keys_of_people(connection), _people(expected)),
        *_metrics(connection, expected),
        *_compare(
            "rpt_metrics_by_severity",
            _by(connection, "rpt_metrics_by_severity", *SEVERITY_KEY),
            expected.severities,
        ),
        *_compare(
            "rpt_metrics_trailing",
            _by(connection, "rpt_metrics_trailing", "window_weeks", *SCOPE_AND_PERIOD),
            expected.trailing,
        ),
        *_compare(
            "fct_incident_native_durations",
            _by(connection, "fct_incident_native_durations", "incident_id", "duration_metric_id"),
            expected.native_durations,
        ),
        *_compare(
            "rpt_metrics_by_duration",
            _by(connection, "rpt_metrics_by_duration", *DURATION_KEY),
            expected.durations,
        ),
        *_compare(
            "rpt_metrics_by_dimension",
            _by(connection, "rpt_metrics_by_dimension", *DIMENSION_KEY),
            expected.dimensions,
        ),
        *_compare(
            "rpt_unmapped_values",
            _by(connection, "rpt_unmapped_values", "custom_field", "field_value"),
            expected.unmapped,
        ),
        *_compare("dim_services", _by(connection, "dim_services", "service_id"), expected.services),
        *_compare(
            "rpt_unresolved_references",
            _by(connection, "rpt_unresolved_references", *REFERENCE_KEY),
            expected.unresolved,
        ),
        *_trust(connection, expected),
        *_compare("dim_custom_fields", _by(connection, "dim_custom_fields", "custom_field_id"), expected.fields),
        *_compare(
            "dim_custom_field_values",
            _by(connection, "dim_custom_field_values", *VALUE_KEY),
            expected.field_values,
        ),
        *_compare(
            "dim_team_names",
            _by(connection, "dim_team_names", "team_id", "name_kind", "name"),
            expected.team_names,
        ),
        *_compare(
            "dim_incident_timestamps",
            _by(connection, "dim_incident_timestamps", "timestamp_id"),
            expected.timestamps,
        ),
    ]


def all_marts(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Every mart's rows, sorted: publishing sorts them, the warehouse need not."""
    names = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'marts' order by table_name"
    ).fetchall()
    return {
        name: sorted(connection.execute(f"select * from marts.{name}").fetchall(), key=repr) for (name,) in names
    }


def rows_of(connection: duckdb.DuckDBPyConnection, mart: str) -> list[Row]:
    """All rows of a mart."""
    cursor = connection.execute(f"select * from marts.{mart}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _by(connection: duckdb.DuckDBPyConnection, mart: str, *key: str) -> dict[Any, Row]:
    rows = rows_of(connection, mart)
    keyed = {tuple(row[name] for name in key): row for row in rows}
    assert len(keyed) == len(rows), f"{mart} is not unique by {key}"
    return keyed


def _compare(what: str, built: Mapping[Any, Row], wanted: Mapping[Any, Row]) -> list[str]:
    found = [f"{what}: row {key} is missing" for key in wanted if key not in built]
    found += [f"{what}: row {key} should not be there" for key in built if key not in wanted]
    for key in wanted.keys() & built.keys():
        for column, value in wanted[key].items():
            if not _same(built[key][column], value):
                found.append(f"{what}: row {key}: {column} is {built[key][column]!r}, expected {value!r}")
    return sorted(found)


def _same(built: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(built, float):
        return math.isclose(built, wanted, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return built == wanted and isinstance(built, bool) == isinstance(wanted, bool)


def _teams(expected: Expected) -> dict[Any, Row]:
    return {
        (team.team_id,): {
            "team_name": team.name,
            "parent_team_id": team.parent,
            "depth": len(team.path) - 1,
            "path": list(team.path),
            "is_root": team.parent is None,
            "source": team.source,
            "is_active": team.ended_at is None,
            "ended_at": team.ended_at,
        }
        for team in expected.teams.rows.values()
    }


def _incidents(account: Account, expected: Expected) -> dict[Any, Row]:
    zone = ZoneInfo(account.variable("org_timezone"))
    return {(incident.id,): _incident(incident, expected, zone) for incident in expected.incidents}


def _incident(incident: Incident, expected: Expected, zone: ZoneInfo) -> Row:
    credit = expected.credits[incident.id]
    return {
        "reference": incident.row["reference"],
        "name": "Private incident" if incident.is_private else incident.row["name"],
        "is_private": incident.is_private,
        "mode": incident.row["mode"],
        "status_category": incident.category,
        "severity_name": incident.severity["name"] if incident.severity else None,
        "severity_rank": incident.severity["rank"] if incident.severity else None,
        "incident_type": incident.type_name,
        "merged_into_incident_id": incident.merged_into,
        "is_eligible": incident.is_eligible,
        "exclusion_reason": incident.excluded,
        "occurred_at": incident.occurred_at,
        "acknowledged_at": incident.acknowledged_at,
        "impact_started_at": incident.impact_started_at,
        "mitigated_at": incident.mitigated_at,
        "resolved_at": incident.resolved_at,
        "occurred_date": incident.occurred_at.astimezone(zone).date(),
        "resolved_date": incident.resolved_at.astimezone(zone).date() if incident.resolved_at else None,
        "first_resolved_at": incident.first_resolved_at,
        "reopened_count": incident.reopened_count,
        "paused_seconds": incident.paused_seconds,
        "duration_status": incident.duration_status,
        "attribution_step": credit.step,
        "count_teams": len(credit.teams),
        **{f"{name}_seconds": length for name, length in incident.durations.items()},
    }


def _credits(expected: Expected) -> dict[Any, Row]:
    return {
        (incident_id, team_id): {"attribution_step": credit.step, "team_weight": float(credit.weight)}
        for incident_id, credit in expected.credits.items()
        for team_id in credit.teams
    }


def _evidence(connection: duckdb.DuckDBPyConnection, expected: Expected) -> list[str]:
    """Every candidate of every step, with all that is said about it; some are the same twice."""
    built: dict[str, Counter[tuple[Any, ...]]] = {incident.id: Counter() for incident in expected.incidents}
    for row in rows_of(connection, "fct_attribution_evidence"):
        built[row["incident_id"]][tuple(row[column] for column in EVIDENCE)] += 1
    found = []
    for incident in expected.incidents:
        wanted = Counter(_evidence_of(incident, expected))
        for what, rows in (
            ("lacks", wanted - built[incident.id]),
            ("should not have", built[incident.id] - wanted),
        ):
            found += [
                f"fct_attribution_evidence: {incident.id} {what} {dict(zip(EVIDENCE, row, strict=True))}"
                for row in rows
            ]
    return found


def _evidence_of(incident: Incident, expected: Expected) -> Iterator[tuple[Any, ...]]:
    credit = expected.credits[incident.id]
    for priority, (step, candidates) in enumerate(credit.candidates.items(), start=1):
        for found in candidates:
            yield (
                step,
                priority,
                found.team_id,
                step == credit.step and found.outranked_by is None,
                found.outranked_by,
                found.source_name,
                None if incident.is_private and found.is_free_text else found.source_value,
                found.matched_by,
                found.priority,
                found.seed_file,
                found.seed_line,
                found.owned_from,
                found.owned_to,
                found.assumed,
            )


def _trust(connection: duckdb.DuckDBPyConnection, expected: Expected) -> list[str]:
    built = _by(connection, "rpt_attribution_trust", "grain", "period_start")
    for row in built.values():
        row["excluded_by_reason"] = json.loads(row["excluded_by_reason"])
    return _compare("rpt_attribution_trust", built, expected.trust)


def _follow_ups(expected: Expected) -> dict[Any, Row]:
    return {(follow_up.row["id"],): _follow_up(follow_up) for follow_up in expected.follow_ups}


def _follow_up(follow_up: FollowUp) -> Row:
    row, incident = follow_up.row, follow_up.incident
    issue = row["external_issue_reference"] or {}
    told = {
        "title": row["title"],
        "person_id": row["assignee"]["id"] if row["assignee"] else None,
        "external_issue_provider": issue.get("provider"),
        "external_issue_name": issue.get("issue_name"),
        "external_issue_permalink": issue.get("issue_permalink"),
    }
    return {
        **{name: None if follow_up.is_masked else value for name, value in told.items()},
        "incident_id": row["incident_id"],
        "reference": incident.row["reference"] if incident else None,
        "incident_mode": row["incident_mode"],
        "status": row["status"],
        "team_id": follow_up.team_id,
        "is_masked": follow_up.is_masked,
        "is_incident_eligible": incident is not None and incident.is_eligible,
        "created_at": row["created_at"],
        "completed_at": row["completed_at"],
        "deleted_at": row["deleted_at"],
        "time_to_complete_seconds": follow_up.seconds,
        "is_counted": follow_up.is_counted,
        "is_completed_within_30_days": follow_up.is_in_time,
    }


def _keys_of_people(connection: duckdb.DuckDBPyConnection) -> dict[Any, Row]:
    return _by(connection, "fct_incident_people", "incident_id", "person_id", "involvement")


def _people(expected: Expected) -> dict[Any, Row]:
    public = [incident for incident in expected.incidents if not incident.is_private]
    return {
        (incident.id, person_id, kind): {"reference": incident.row["reference"]}
        for incident in public
        for person_id, kinds in expected.involvements[incident.id].items()
        for kind in kinds
    }


def _metrics(connection: duckdb.DuckDBPyConnection, expected: Expected) -> list[str]:
    found = []
    for grain, wanted in expected.metrics.items():
        mart = f"rpt_metrics_{grain}"
        found += _compare(mart, _by(connection, mart, *SCOPE_AND_PERIOD), wanted)
    return found
