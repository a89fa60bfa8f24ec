"""Queries of the published marts: the only thing `explain`, `metrics` and the run's summary read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import duckdb

from pipelines.warehouse import read_only

Rows = list[dict[str, Any]]


class Marts:
    """A read-only connection to `marts.duckdb`; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise click.ClickException(f"{path} does not exist yet; `incident-marts run` creates it")
        self._path = path
        self._connection = read_only(path)

    def __enter__(self) -> Marts:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def rows(self, query: str, values: list[Any] | None = None) -> Rows:
        """Rows of a query, each a dict by column name."""
        try:
            cursor = self._connection.execute(query, values or [])
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise click.ClickException(
                f"{self._path} was published by another version and lacks what this command reads; "
                f"`incident-marts run` renews it ({str(error).splitlines()[0]})"
            ) from error
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


METRIC_COLUMNS = """
    scope_type, scope_id, scope_name, rollup, period_start, period_end, is_complete, total_incidents,
    incidents_per_week, incidents_resolved, open_at_period_end, time_to_resolve_n_hours,
    time_to_resolve_mean_hours, time_to_resolve_p50_hours, time_to_resolve_p90_hours
"""


def organisation_periods(marts: Marts, grain: str, count: int) -> Rows:
    """The organisation's last complete periods, newest first."""
    return marts.rows(
        f"""
        select {METRIC_COLUMNS} from marts.rpt_metrics_{grain}
        where scope_type = 'organisation' and is_complete
        order by period_start desc limit ?
        """,
        [count],
    )


def top_teams(marts: Marts, count: int) -> Rows:
    """Teams with the most incidents credited to themselves in the last complete quarter that has any."""
    return marts.rows(
        f"""
        with last_quarter as (
            select max(period_start) as period_start from marts.rpt_metrics_quarterly
            where scope_type = 'organisation' and is_complete and total_incidents > 0
        )

        select {METRIC_COLUMNS} from marts.rpt_metrics_quarterly
        where scope_type = 'team' and rollup = 'direct' and total_incidents > 0
            and period_start = (select period_start from last_quarter)
        order by total_incidents desc, scope_name, scope_id limit ?
        """,
        [count],
    )


def example_references(marts: Marts) -> Rows:
    """The newest incident credited by each step of the chain, in the order of the steps."""
    return marts.rows("""
        select fct_incident_teams.attribution_step, max_by(reference, occurred_at) as reference
        from marts.fct_incident_teams
        inner join marts.fct_incidents using (incident_id, reference)
        where is_eligible
        group by fct_incident_teams.attribution_step
        order by fct_incident_teams.attribution_step
    """)
