-- One row per grain, scope and period of the spine, also where nothing happened: counts, and running counts.
-- Days before the spine (incidents older than the start of coverage) carry no row, yet those incidents can still be
-- open, so the running number of open incidents begins before the spine and the cumulative count with it.
with

happened as (
    select * from {{ ref('int_scope_period_sums') }}
),

spine as (
    select * from {{ ref('int_scope_periods') }}
),

combined as (
    select
        coalesce(spine.grain, happened.grain) as grain,
        coalesce(spine.scope_key, happened.scope_key) as scope_key,
        coalesce(spine.period_start, happened.period_start) as period_start,
        spine.period_key,
        spine.period_key is not null as is_in_spine,
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
    period_key,
    grain,
    scope_key,
    period_start,
    {% for part in counts_of_a_day() + ['cumulative_occurred', 'count_open'] %}
        cast(coalesce({{ part }}, 0) as bigint) as {{ part }},
    {% endfor %}
    {% for part in workload_parts() %}
        coalesce(minutes_{{ part }}, 0) as minutes_{{ part }},
    {% endfor %}
    coalesce(weight_occurred, 0) as weight_occurred
from running
where is_in_spine
