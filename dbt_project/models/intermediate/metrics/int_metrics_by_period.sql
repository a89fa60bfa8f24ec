-- One row per grain, scope, roll-up and period: every published metric, so that the weekly, monthly and quarterly marts
-- are the same columns by construction.
{{ config(materialized='table') }}

with

scopes as (
    select * from {{ ref('int_scopes') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

counts as (
    select * from {{ ref('int_scope_period_counts') }}
)

select
    periods.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    periods.period_start,
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
    {% for part in workload_parts() %}
        cast(counts.minutes_{{ part }} as double) / 60 as workload{{ '_' ~ part if part != 'total' }}_hours,
    {% endfor %}
    case when scopes.scope_type <> 'person' then counts.count_follow_ups end as follow_ups_created,
    -- Sooner the follow-ups of the last days would not have had their 30 days.
    case
        when scopes.scope_type <> 'person' and periods.is_settled_for_30_days
            then counts.count_follow_ups_completed / nullif(counts.count_follow_ups, 0)
    end as follow_up_completion_30d,
{% for family in duration_families() %}
    coalesce({{ family.name }}.n_hours, 0) as {{ family.name }}_n_hours,
    {% for statistic in ['mean', 'p50', 'p75', 'p90', 'max'] %}
        {{ family.name }}.{{ statistic }}_hours as {{ family.name }}_{{ statistic }}_hours,
    {% endfor %}
    coalesce({{ family.name }}.n_hours, 0) < 5 as {{ family.name }}_low_sample{{ ',' if not loop.last }}
{% endfor %}
from counts
inner join scopes on counts.scope_key = scopes.scope_key
inner join periods on counts.period_key = periods.period_key
{% for family in duration_families() %}
    left join {{ ref('int_' ~ family.name ~ '_statistics') }} as {{ family.name }}
        on
            scopes.figures_key = {{ family.name }}.scope_key
            and counts.period_key = {{ family.name }}.period_key
{% endfor %}
