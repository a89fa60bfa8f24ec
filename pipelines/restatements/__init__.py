"""`marts.rpt_restatements`: which published numbers a run changed, from what to what, and why.

The published copy is compared with the new marts just before these replace it, by the queries beside this module.
Those of `sides/` are asked of both, as `old_...` and `new_...`; they and the steps become temporary tables that
later steps read, and `changes` puts credits and totals into the shape of the log. dbt does not own the log, so a
full refresh of the models keeps it. It is what was published plus the new rows: a run that fails before it
publishes leaves no trace.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.settings import Settings

TABLE = "rpt_restatements"
LOG = f"warehouse.marts.{TABLE}"
SQL = Path(__file__).parent
# Queries of both sides, then what is made of them; each may read those before it.
STEPS = (
    *(
        "sides/incidents",
        "changed_incidents",
        "sides/evidence",
        "sides/field_values",
        "sides/scopes",
        "sides/totals",
    ),
    *("differing_evidence", "compared_evidence", "incident_reasons", "part_changes"),
    *("differing_totals", "total_reasons", "changed_totals"),
)
SIDES = {"old": "published", "new": "warehouse"}
# Metrics whose totals are watched: the event that places an incident in their periods, their row in the catalogue.
WATCHED = (
    ("total_incidents", "occurred", "total_incidents"),
    ("incidents_resolved", "resolved", "incidents_resolved"),
    ("time_to_resolve_mean_hours", "resolved", "time_to_resolve"),
    ("time_to_resolve_p50_hours", "resolved", "time_to_resolve"),
)
MEMORY_LIMIT = "600MB"

# Where several reasons apply equally the first of them is given.
REASONS = (
    "deleted",
    "reopened",
    "mapping_edit",
    "ownership_edit",
    "late_update",
    "hierarchy_edit",
    "definition_change",
    "other",
)

COLUMNS = {
    "run_id": ("varchar not null", "Run that noticed the change."),
    "restatement_number": ("integer not null", "Number of the change within the run."),
    "as_of": ("timestamptz not null", "The instant the new number was computed for (UTC)."),
    "kind": ("varchar not null", "credit (the teams of an incident) or total (a figure of a complete period)."),
    "metric": ("varchar not null", "credited_teams, or the metric that changed."),
    "reason": ("varchar not null", f"Why: {', '.join(REASONS)}."),
    "incident_id": ("varchar", "The incident, of a credit."),
    "reference": ("varchar", "What people call the incident."),
    "grain": ("varchar", "week, month or quarter, of a total."),
    "scope_type": ("varchar", "organisation or team, of a total."),
    "scope_id": ("varchar", "Id of the team; of the root for the organisation."),
    "rollup": ("varchar", "direct or subtree, of a total."),
    "period_start": ("date", "First local date of the period, of a total."),
    "old_value": ("varchar", "The published value as text."),
    "new_value": ("varchar", "The value that replaced it; NULL when it is gone."),
    "old_number": ("double", "The published figure, of a total; NULL when it was NULL."),
    "new_number": ("double", "The figure that replaced it."),
    "old_team_ids": ("varchar[]", "Teams that had the credit."),
    "new_team_ids": ("varchar[]", "Teams that have it now."),
    "detail": ("varchar", "For a total, the reasons of the incidents behind it, each with their number."),
}
DESCRIPTION = (
    "One row per run and number it changed after it was published: the credit of an incident, or a total of a"
    " complete period. Written when the run publishes, not by a model."
)

# What is read of the published copy; a copy of an earlier version may lack some of it.
READ = {
    "dim_teams": ("team_id", "path"),
    "fct_incidents": (
        *("incident_id", "reference", "attribution_step", "is_eligible", "exclusion_reason", "occurred_date"),
        *("resolved_date", "time_to_resolve_seconds", "reopened_count", "created_at", "updated_at", "deleted_at"),
        *("mode", "visibility", "status_id", "severity_id", "incident_type_id"),
    ),
    "fct_incident_teams": ("incident_id", "team_id"),
    "fct_incident_custom_fields": (
        *("incident_id", "custom_field_name", "field_value", "option_id", "catalog_entry_id"),
    ),
    "fct_attribution_evidence": (
        *("incident_id", "attribution_step", "step_priority", "team_id", "is_winner", "source_name"),
        *("source_value", "field_priority", "seed_file"),
    ),
    "metric_catalogue": ("metric", "definition_version"),
    **dict.fromkeys(
        ("rpt_metrics_weekly", "rpt_metrics_monthly", "rpt_metrics_quarterly"),
        (
            *("scope_type", "scope_id", "rollup", "period_start", "period_end", "is_complete", "total_incidents"),
            *("incidents_resolved", "time_to_resolve_mean_hours", "time_to_resolve_p50_hours"),
        ),
    ),
}


@dataclass(frozen=True)
class Restated:
    """Changes that a run made, by kind and reason; `lacking` names what an older published copy does not hold."""

    counts: dict[str, dict[str, int]]
    lacking: list[str]

    @property
    def total(self) -> int:
        """All changes together."""
        return sum(sum(by_reason.values()) for by_reason in self.counts.values())


def log_restatements(settings: Settings, run_id: str, as_of: datetime) -> Restated:
    """Compares the marts of the warehouse with what is published and logs what differs; the caller holds the lock.

    Without a published copy nothing was promised to anybody, so nothing is logged. The same marts as the published
    ones add nothing.
    """
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        if not settings.marts.exists():
            _create_table(connection)
            return Restated({}, [])
        path = str(settings.marts.resolve()).replace("'", "''")
        connection.execute(f"attach '{path}' as published (read_only)")
        connection.execute("begin")
        _create_table(connection)
        _take_published_log(connection)
        lacking = _lacking(connection)
        counts: dict[str, dict[str, int]] = {}
        if not lacking:
            _compare(connection)
            connection.execute(
                f"insert into {LOG} by name select ? as run_id, cast(? as timestamptz) as as_of, changes.*"
                f" from ({_sql('changes')}) as changes",
                [run_id, as_of],
            )
            counts = _counts(connection, run_id)
        connection.execute("commit")
        return Restated(counts, lacking)


def _compare(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the temporary tables of the comparison."""
    connection.execute("create temporary table reason_orders (reason varchar, reason_order integer)")
    orders = [[reason, order] for order, reason in enumerate(REASONS)]
    connection.executemany("insert into reason_orders values (?, ?)", orders)
    connection.execute("create temporary table watched_metrics (metric text, event text, catalogue_metric text)")
    connection.executemany("insert into watched_metrics values (?, ?, ?)", list(map(list, WATCHED)))
    for step in STEPS:
        folder, _, name = step.rpartition("/")
        for side, catalog in SIDES.items() if folder else ():
            connection.execute(f"use {catalog}")
            connection.execute(f"create temporary table {side}_{name} as {_sql(step)}")
        if not folder:
            connection.execute(f"create temporary table {name} as {_sql(step)}")


def _counts(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    rows = connection.execute(
        f"select kind, reason, count(*) from {LOG} where run_id = ? group by all order by all", [run_id]
    ).fetchall()
    for kind, reason, count in rows:
        counts.setdefault(kind, {})[reason] = count
    return counts


def _take_published_log(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows of a run that never published are dropped, and a new warehouse gets the history back."""
    connection.execute(f"delete from {LOG}")
    if _columns(connection, "published", TABLE):
        connection.execute(f"insert into {LOG} by name select * from published.marts.{TABLE}")


def _lacking(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        f"{table}.{column}"
        for table, columns in READ.items()
        for column in sorted(set(columns) - _columns(connection, "published", table))
    ]


def _create_table(connection: duckdb.DuckDBPyConnection) -> None:
    if _columns(connection, "warehouse", TABLE):
        return
    columns = ", ".join(f"{name} {data_type}" for name, (data_type, _) in COLUMNS.items())
    connection.execute("create schema if not exists warehouse.marts")
    connection.execute(f"create table {LOG} ({columns})")
    connection.execute(f"comment on table {LOG} is '{DESCRIPTION}'")
    for name, (_, description) in COLUMNS.items():
        connection.execute(f"comment on column {LOG}.{name} is '{description}'")


def _columns(connection: duckdb.DuckDBPyConnection, catalog: str, table: str) -> set[str]:
    found = connection.execute(
        "select column_name from duckdb_columns()"
        " where database_name = ? and schema_name = 'marts' and table_name = ?",
        [catalog, table],
    )
    return {name for (name,) in found.fetchall()}


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
