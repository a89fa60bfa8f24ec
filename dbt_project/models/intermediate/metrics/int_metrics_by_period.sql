{{ config(materialized='table') }}
-- One row per grain, scope, roll-up and period: every published metric, so that the weekly, monthly and quarterly marts
-- are the same columns by construction.
{%- set part_of_percentile = {'p50': 1, 'p75': 2, 'p90': 3} %}
with

scopes as (
    select * from {{ ref('int_scopes') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

counts as (
    select * from {{ ref('int_scope_period_counts') }}
),

statistics as (
    select
        *,
        total_seconds / count_ended / 3600.0 as mean_hours,
        max_seconds / 3600.0 as max_hours
    from {{ ref('int_duration_statistics') }}
),

durations as (
    select
        grain,
        scope_key,
        period_start,
        {% for family in duration_families() %}
        {% set of_family = "filter (where duration = '" ~ family.name ~ "')" %}
        max(count_ended) {{ of_family }} as {{ family.name }}_n_hours,
        max(mean_hours) {{ of_family }} as {{ family.name }}_mean_hours,
        {% for percentile, part in part_of_percentile.items() %}
        max(percentiles_seconds[{{ part }}]) {{ of_family }} / 3600.0 as {{ family.name }}_{{ percentile }}_hours,
        {% endfor %}
        max(max_hours) {{ of_family }} as {{ family.name }}_max_hours{{ ',' if not loop.last }}
        {% endfor %}
    from statistics
    group by grain, scope_key, period_start
)

select
    counts.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    counts.period_start,
    scopes.scope_name,
    periods.period_end,
    periods.is_complete,
    periods.elapsed_days,
    counts.count_occurred as total_incidents,
    case when scopes.scope_type <> 'person' then cast(counts.weight_occurred as double) end as incidents_weighted,
    case
        when periods.elapsed_days >= 1 then counts.count_occurred * 7 / periods.elapsed_days
    end as incidents_per_week,
    counts.cumulative_occurred as cumulative_incidents,
    counts.count_resolved as incidents_resolved,
    counts.count_open as open_at_period_end,
    case when scopes.scope_type = 'person' then counts.count_led end as incidents_led,
    case when scopes.scope_type = 'person' then counts.count_involved end as incidents_involved,
    case when scopes.scope_type = 'person' then counts.count_reported end as incidents_reported,
    counts.count_resolved_reopened / nullif(counts.count_resolved, 0) as reopen_rate,
    {% for family in duration_families() %}
    coalesce(durations.{{ family.name }}_n_hours, 0) as {{ family.name }}_n_hours,
    {% for statistic in ['mean', 'p50', 'p75', 'p90', 'max'] %}
    durations.{{ family.name }}_{{ statistic }}_hours,
    {% endfor %}
    coalesce(durations.{{ family.name }}_n_hours, 0) < 5 as {{ family.name }}_low_sample{{ ',' if not loop.last }}
    {% endfor %}
from counts
inner join scopes on counts.scope_key = scopes.scope_key
inner join periods on counts.grain = periods.grain and counts.period_start = periods.period_start
left join durations
    on
        counts.grain = durations.grain
        and counts.scope_key = durations.scope_key
        and counts.period_start = durations.period_start
