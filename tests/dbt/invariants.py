"""What must hold in the marts of any account, whatever its data (definitions, section 10).

Each check is a query whose rows are violations; an empty answer is the good case.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb

Check = Callable[[duckdb.DuckDBPyConnection], list[str]]

_QUERIES = {
    "every incident is either eligible or has a reason": """
        select incident_id from marts.fct_incidents where is_eligible = (exclusion_reason is not null)
    """,
    "every incident has credits of one step whose weights add to one": """
        select incidents.incident_id, count(team_id), count(distinct credits.attribution_step), sum(team_weight)
        from marts.fct_incidents as incidents
        left join marts.fct_incident_teams as credits using (incident_id)
        group by all
        having count(team_id) = 0
            or count(distinct credits.attribution_step) <> 1
            or abs(sum(team_weight) - 1) > 1e-9
    """,
    "credits and winning evidence are the same teams": """
        select * from (
            select incident_id, team_id, attribution_step from marts.fct_incident_teams
            except
            select incident_id, team_id, attribution_step from marts.fct_attribution_evidence where is_winner
        )
        union all
        select * from (
            select incident_id, team_id, attribution_step from marts.fct_attribution_evidence where is_winner
            except
            select incident_id, team_id, attribution_step from marts.fct_incident_teams
        )
    """,
    "credited and candidate teams are known": """
        select team_id from marts.fct_incident_teams where team_id not in (select team_id from marts.dim_teams)
        union all
        select team_id from marts.fct_attribution_evidence
        where team_id not in (select team_id from marts.dim_teams)
    """,
    "direct weights of all teams add to the organisation's total": """
        select teams.period_start, sum(teams.incidents_weighted), any_value(organisation.total_incidents)
        from marts.rpt_metrics_{grain} as teams
        inner join marts.rpt_metrics_{grain} as organisation
            on organisation.scope_type = 'organisation' and organisation.period_start = teams.period_start
        where teams.scope_type = 'team' and teams.rollup = 'direct'
        group by teams.period_start
        having abs(sum(teams.incidents_weighted) - any_value(organisation.total_incidents)) > 1e-9
    """,
    "the workload of all teams is that of the organisation": """
        select teams.period_start, sum(teams.workload_hours), any_value(organisation.workload_hours)
        from marts.rpt_metrics_{grain} as teams
        inner join marts.rpt_metrics_{grain} as organisation
            on organisation.scope_type = 'organisation' and organisation.period_start = teams.period_start
        where teams.scope_type = 'team' and teams.rollup = 'direct'
        group by teams.period_start
        having abs(sum(teams.workload_hours) - any_value(organisation.workload_hours)) > 1e-6
    """,
    "subtree is never less than direct": """
        select direct.scope_id, direct.period_start
        from marts.rpt_metrics_{grain} as direct
        left join marts.rpt_metrics_{grain} as subtree
            on
                subtree.scope_type = 'team' and subtree.rollup = 'subtree'
                and subtree.scope_id = direct.scope_id and subtree.period_start = direct.period_start
        where direct.scope_type = 'team' and direct.rollup = 'direct'
            and (
                subtree.total_incidents is null
                or subtree.total_incidents < direct.total_incidents
                or subtree.open_at_period_end < direct.open_at_period_end
                or subtree.incidents_weighted < direct.incidents_weighted - 1e-9
            )
    """,
    "the subtree of the root is the organisation": """
        select * from (
            select * exclude (scope_type, scope_id, scope_name, rollup, incidents_weighted)
            from marts.rpt_metrics_{grain} where scope_type = 'organisation'
            except
            select * exclude (scope_type, scope_id, scope_name, rollup, incidents_weighted)
            from marts.rpt_metrics_{grain}
            where rollup = 'subtree' and scope_id in (select team_id from marts.dim_teams where is_root)
        )
    """,
    "no duration is negative and no rate leaves its range": """
        select period_start
        from marts.rpt_metrics_{grain}
        where reopen_rate < 0 or reopen_rate > 1 or elapsed_days < 0 or incidents_per_week < 0
            or follow_up_completion_30d < 0 or follow_up_completion_30d > 1 or workload_hours < 0
            or time_to_resolve_p50_hours < 0 or time_to_resolve_active_p50_hours < 0
            or impact_duration_p50_hours < 0
    """,
    "an interval holds its value and a change is the difference of two rows": """
        select rows_now.scope_id, rows_now.period_start
        from marts.rpt_metrics_{grain} as rows_now
        left join marts.rpt_metrics_{grain} as rows_before
            on
                rows_before.scope_type = rows_now.scope_type and rows_before.scope_id = rows_now.scope_id
                and rows_before.rollup = rows_now.rollup and rows_before.period_end = rows_now.period_start
        where rows_now.total_incidents not between rows_now.total_incidents_low and rows_now.total_incidents_high
            or rows_now.total_incidents_change
                not between rows_now.total_incidents_change_low and rows_now.total_incidents_change_high
            or rows_now.total_incidents_change
                <> rows_now.total_incidents - coalesce(rows_before.total_incidents, 0)
            or (
                rows_now.total_incidents_change is not null
                and not (rows_now.is_complete and coalesce(rows_before.is_complete, true))
            )
    """,
    "periods follow each other without a gap in every scope": """
        select *
        from (
            select scope_type, scope_id, rollup, period_end, lead(period_start) over (
                partition by scope_type, scope_id, rollup order by period_start
            ) as next_start
            from marts.rpt_metrics_{grain}
        )
        where next_start <> period_end
    """,
}

_THREE_MONTHS = """
    with sums as (
        select
            scope_type, scope_id, rollup, cast(date_trunc('quarter', period_start) as date) as period_start,
            sum(total_incidents) as total_incidents, sum(incidents_resolved) as incidents_resolved
        from marts.rpt_metrics_monthly
        group by all
        having count(*) = 3
    )
    select sums.*
    from sums
    left join marts.rpt_metrics_quarterly as quarters using (scope_type, scope_id, rollup, period_start)
    where sums.total_incidents is distinct from quarters.total_incidents
        or sums.incidents_resolved is distinct from quarters.incidents_resolved
"""

_TRAILING = """
    select windows.scope_type, windows.scope_id, windows.rollup, windows.window_weeks, windows.period_start
    from marts.rpt_metrics_trailing as windows
    inner join marts.rpt_metrics_weekly as weeks
        on
            weeks.scope_type = windows.scope_type and weeks.scope_id = windows.scope_id
            and weeks.rollup = windows.rollup
            and weeks.period_start >= windows.window_start and weeks.period_start <= windows.period_start
    group by all
    having any_value(windows.total_incidents) <> sum(weeks.total_incidents)
        or any_value(windows.incidents_resolved) <> sum(weeks.incidents_resolved)
        or any_value(windows.time_to_resolve_n_hours) <> sum(weeks.time_to_resolve_n_hours)
        or any_value(windows.time_to_resolve_p50_hours)
            not between min(weeks.time_to_resolve_p50_hours) and max(weeks.time_to_resolve_p50_hours)
        or not bool_and(weeks.is_complete)
        or (count(*) <> any_value(windows.window_weeks) and windows.scope_type <> 'person')
"""

# Names, people and free text of private incidents; the generator writes nothing else that they could leak through.
_PRIVATE = """
    select incident_id from marts.fct_incidents where is_private and name <> 'Private incident'
    union all
    select incident_id from marts.fct_incident_people
    where incident_id in (select incident_id from marts.fct_incidents where is_private)
    union all
    select custom_values.incident_id from marts.fct_incident_custom_fields as custom_values
    inner join marts.fct_incidents as incidents on custom_values.incident_id = incidents.incident_id
    inner join raw_incident_io.custom_fields as fields on custom_values.custom_field_id = fields.id
    where incidents.is_private and fields.field_type in ('text', 'link') and fields.catalog_type_id is null
        and (custom_values.field_value is not null or not custom_values.is_masked)
"""


def _check(query: str) -> Check:
    queries = (
        [query.format(grain=grain) for grain in ("weekly", "monthly", "quarterly")]
        if "{grain}" in query
        else [query]
    )

    def violations(connection: duckdb.DuckDBPyConnection) -> list[str]:
        return [str(row) for text in queries for row in connection.execute(text).fetchall()]

    return violations


INVARIANTS: dict[str, Check] = {
    **{name: _check(query) for name, query in _QUERIES.items()},
    "three monthly totals are the quarterly total": _check(_THREE_MONTHS),
    "a trailing window is the sum of its complete weeks": _check(_TRAILING),
    "private incidents show neither name nor people nor free text": _check(_PRIVATE),
}
