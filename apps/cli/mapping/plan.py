"""What edited seeds would change: the incidents that move and the totals that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from apps.cli.marts import Rows
from orchestration.rehearsal import AFTER, BEFORE

GRAINS = {"week": "weekly", "month": "monthly", "quarter": "quarterly"}
FIGURES = (
    "total_incidents",
    "incidents_weighted",
    "incidents_resolved",
    "open_at_period_end",
    "time_to_resolve_n_hours",
    "time_to_resolve_mean_hours",
    "time_to_resolve_p50_hours",
)
EVIDENCE = (
    "attribution_step",
    "team_id",
    "source_name",
    "source_value",
    "matched_by",
    "field_priority",
    "seed_file",
    "seed_line",
    "owned_from",
    "owned_to",
    "ownership_assumed",
)


@dataclass(frozen=True)
class Plan:
    """Incidents that move, newest first, and figures of teams and the organisation that change, by period."""

    incidents: Rows
    totals: Rows

    @property
    def moves(self) -> bool:
        """Whether anything would change."""
        return bool(self.incidents or self.totals)


def marts_of(grain: str) -> list[str]:
    """The marts that :func:`compare` reads on both sides."""
    return [
        *("fct_incidents", "fct_incident_teams", "fct_attribution_evidence", "dim_teams"),
        f"rpt_metrics_{GRAINS[grain]}",
    ]


def compare(connection: duckdb.DuckDBPyConnection, grain: str) -> Plan:
    """Compares the catalogs of a rehearsal; `connection` is that of the rehearsal."""
    return Plan(_moving_incidents(connection), _changing_totals(connection, f"marts.rpt_metrics_{GRAINS[grain]}"))


def _moving_incidents(connection: duckdb.DuckDBPyConnection) -> Rows:
    """Incidents whose step, teams, instants or eligibility differ, each with both credits and their evidence."""
    incidents = _rows(
        connection,
        f"""
        with

        {_states(BEFORE, "old")},

        {_states(AFTER, "new")}

        select
            new.incident_id,
            new.reference,
            new.is_eligible,
            {{
                'attribution_step': old.attribution_step, 'team_ids': old.team_ids, 'is_eligible': old.is_eligible,
                'occurred_at': old.occurred_at, 'resolved_at': old.resolved_at
            }} as before,
            {{
                'attribution_step': new.attribution_step, 'team_ids': new.team_ids, 'is_eligible': new.is_eligible,
                'occurred_at': new.occurred_at, 'resolved_at': new.resolved_at
            }} as after
        from new
        inner join old on new.incident_id = old.incident_id
        where before is distinct from after
        order by new.occurred_at desc, new.incident_id
        """,
    )
    for side, catalog in (("before", BEFORE), ("after", AFTER)):
        evidence = _winning_evidence(connection, catalog, [incident["incident_id"] for incident in incidents])
        for incident in incidents:
            incident[side]["evidence"] = evidence.get(incident["incident_id"], [])
    return incidents


def _states(catalog: str, name: str) -> str:
    return f"""{name} as (
            select
                incident_id,
                any_value(fct_incidents.reference) as reference,
                any_value(fct_incidents.attribution_step) as attribution_step,
                list(team_id order by team_id) as team_ids,
                any_value(is_eligible) as is_eligible,
                any_value(occurred_at) as occurred_at,
                any_value(resolved_at) as resolved_at
            from {catalog}.marts.fct_incidents
            inner join {catalog}.marts.fct_incident_teams using (incident_id)
            group by incident_id
        )"""


def _winning_evidence(
    connection: duckdb.DuckDBPyConnection, catalog: str, incident_ids: list[str]
) -> dict[str, Rows]:
    """The rows that give the credit, by incident."""
    found: dict[str, Rows] = {}
    rows = _rows(
        connection,
        f"""
        select incident_id, {", ".join(EVIDENCE)} from {catalog}.marts.fct_attribution_evidence
        where is_winner and incident_id in (select unnest(?)) order by incident_id, evidence_number
        """,
        [incident_ids],
    )
    for row in rows:
        found.setdefault(row.pop("incident_id"), []).append(row)
    return found


def _changing_totals(connection: duckdb.DuckDBPyConnection, mart: str) -> Rows:
    """Rows of teams and of the organisation in which a figure differs, newest period first."""

    def figures(side: str) -> str:
        fields = ", ".join(f"'{figure}': {side}.{figure}" for figure in FIGURES)
        return f"case when {side}.scope_id is not null then {{ {fields} }} end"

    return _rows(
        connection,
        f"""
        with

        old as (select * from {BEFORE}.{mart} where scope_type in ('organisation', 'team')),

        new as (select * from {AFTER}.{mart} where scope_type in ('organisation', 'team'))

        select
            scope_type, scope_id, coalesce(new.scope_name, old.scope_name) as scope_name, rollup, period_start,
            coalesce(new.is_complete, old.is_complete) as is_complete,
            {figures("old")} as before,
            {figures("new")} as after
        from old full outer join new using (scope_type, scope_id, rollup, period_start)
        where before is distinct from after
        order by period_start desc, scope_type, scope_name, scope_id, rollup
        """,
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any] | None = None) -> Rows:
    cursor = connection.execute(query, values or [])
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
