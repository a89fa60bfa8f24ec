-- One row per grain, scope and period of the spine, also where nothing happened: counts, and running counts.
-- Days before the spine (incidents older than the start of coverage) carry no row, yet those incidents can still be
-- open, so the running number of open incidents begins before the spine and the cumulative count with it.
with

scopes as (
    select * from {{ ref('int_scopes') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

scope_days as (
    select * from {{ ref('int_scope_days') }}
),

grains as (
    select grains.grain
    from {{ period_grains() }} as grains (grain)
),

happened as (
    select
        grains.grain,
        scope_days.scope_key,
        {{ period_start('scope_days.local_date', 'grains.grain') }} as period_start,
        sum(scope_days.count_occurred) as count_occurred,
        sum(scope_days.weight_occurred) as weight_occurred,
        sum(scope_days.count_led) as count_led,
        sum(scope_days.count_involved) as count_involved,
        sum(scope_days.count_reported) as count_reported,
        sum(scope_days.count_resolved) as count_resolved,
        sum(scope_days.count_resolved_reopened) as count_resolved_reopened,
        sum(scope_days.count_follow_ups) as count_follow_ups,
        sum(scope_days.count_follow_ups_completed) as count_follow_ups_completed,
        {% for part in workload_parts() %}
            sum(scope_days.minutes_{{ part }}) as minutes_{{ part }},
        {% endfor %}
        sum(scope_days.count_occurred - scope_days.count_ended) as count_open_change
    from scope_days
    cross join grains
    group by all
),

spine as (
    select
        periods.grain,
        scopes.scope_key,
        periods.period_start
    from scopes
    inner join periods on periods.period_end > coalesce(scopes.first_active_date, periods.period_start)
),

combined as (
    select
        coalesce(spine.grain, happened.grain) as grain,
        coalesce(spine.scope_key, happened.scope_key) as scope_key,
        coalesce(spine.period_start, happened.period_start) as period_start,
        (spine.grain is not null) as is_in_spine,
        happened.* exclude (grain, scope_key, period_start)
    from spine
    full outer join happened
        on
            spine.grain = happened.grain
            and spine.scope_key = happened.scope_key
            and spine.period_start = happened.period_start
),

running as (
    select
        *,
        sum(count_occurred) filter (where is_in_spine) over so_far as cumulative_occurred,
        sum(count_open_change) over so_far as count_open
    from combined
    window so_far as (
        partition by grain, scope_key order by period_start rows between unbounded preceding and current row
    )
)

select
    grain,
    scope_key,
    period_start,
    {% for part in [
        'count_occurred', 'count_led', 'count_involved', 'count_reported', 'count_resolved',
        'count_resolved_reopened', 'count_follow_ups', 'count_follow_ups_completed', 'cumulative_occurred', 'count_open'
    ] %}
        cast(coalesce({{ part }}, 0) as bigint) as {{ part }},
    {% endfor %}
    {% for part in workload_parts() %}
        coalesce(minutes_{{ part }}, 0) as minutes_{{ part }},
    {% endfor %}
    coalesce(weight_occurred, 0) as weight_occurred
from running
where is_in_spine
