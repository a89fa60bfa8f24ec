-- One row per grain, scope, period and watched metric. `event` is what places an incident in the periods of the metric,
-- `catalogue_metric` its row in the catalogue.
with

metrics_by_period as (
    select
        'week' as grain,
        weekly.*
    from marts.rpt_metrics_weekly as weekly

    union all by name

    select
        'month' as grain,
        monthly.*
    from marts.rpt_metrics_monthly as monthly

    union all by name

    select
        'quarter' as grain,
        quarterly.*
    from marts.rpt_metrics_quarterly as quarterly
)

select
    metrics_by_period.grain,
    metrics_by_period.scope_type,
    metrics_by_period.scope_id,
    metrics_by_period.rollup,
    metrics_by_period.period_start,
    metrics_by_period.period_end,
    metrics_by_period.is_complete,
    watched_metrics.metric,
    watched_metrics.event,
    watched_metrics.catalogue_metric,
    case watched_metrics.metric
        when 'total_incidents' then metrics_by_period.total_incidents
        when 'incidents_resolved' then metrics_by_period.incidents_resolved
        when 'time_to_resolve_mean_hours' then metrics_by_period.time_to_resolve_mean_hours
        when 'time_to_resolve_p50_hours' then metrics_by_period.time_to_resolve_p50_hours
    end as number
from metrics_by_period
cross join watched_metrics
where metrics_by_period.scope_type in ('organisation', 'team')
