-- A failing row is a scope and period with a rate outside [0, 1], a negative count or duration, statistics without a sample,
-- a sample without statistics, or percentiles out of order.
select
    grain,
    scope_type,
    scope_id,
    rollup,
    period_start
from {{ ref('int_metrics_by_period') }}
where
    reopen_rate < 0
    or reopen_rate > 1
    or follow_up_completion_30d < 0
    or follow_up_completion_30d > 1
    or workload_hours < 0
    or open_at_period_end < 0
    or elapsed_days < 0
    or incidents_weighted < 0
    {% for family in duration_families() %}
        or {{ family.name }}_p50_hours < 0
        or {{ family.name }}_p50_hours > {{ family.name }}_p75_hours
        or {{ family.name }}_p75_hours > {{ family.name }}_p90_hours
        or {{ family.name }}_p90_hours > {{ family.name }}_max_hours
        or {{ family.name }}_mean_hours > {{ family.name }}_max_hours + 1e-9
        or ({{ family.name }}_n_hours = 0) <> ({{ family.name }}_mean_hours is null)
    {% endfor %}
