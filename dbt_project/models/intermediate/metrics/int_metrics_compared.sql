-- One row per grain, scope, roll-up and period: its metrics, and some of them beside the same scope's period before.
-- The period before is only shown where it is complete, and a change only between two complete periods: half a week is
-- no fall. A scope without a row there (before a person's first period) had nothing.
with

metrics as (
    select * from {{ ref('int_metrics_by_period') }}
),

-- By a name of its own: a CTE that is read twice is kept in memory.
previous_metrics as (
    select * from {{ ref('int_metrics_by_period') }}
),

periods as (
    select
        grain,
        period_start,
        lag(period_start) over (partition by grain order by period_start) as previous_start,
        coalesce(lag(is_complete) over (partition by grain order by period_start), false) as is_previous_complete
    from {{ ref('int_periods') }}
),

side_by_side as (
    select
        metrics.*,
        {% for metric in compared_metrics() %}
            case
                when periods.is_previous_complete
                    then coalesce(previous_metrics.{{ metric.name }}, {{ metric.nothing }})
            end as {{ metric.name }}_previous,
        {% endfor %}
        metrics.is_complete and periods.is_previous_complete as is_comparable
    from metrics
    inner join periods on metrics.grain = periods.grain and metrics.period_start = periods.period_start
    left join previous_metrics
        on
            metrics.grain = previous_metrics.grain
            and metrics.scope_type = previous_metrics.scope_type
            and metrics.scope_id = previous_metrics.scope_id
            and metrics.rollup = previous_metrics.rollup
            and periods.previous_start = previous_metrics.period_start
),

{{ with_changes('side_by_side', compared_metrics()) }}
