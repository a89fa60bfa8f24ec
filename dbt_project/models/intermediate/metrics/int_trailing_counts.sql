-- One row per window length, scope and week that ends a window: the counts of the window and of the one before it, as
-- differences of running counts. A person's weeks begin with their first incident; up to there they count 0.
{%- set counts = {'total_incidents': 'occurred_so_far', 'incidents_resolved': 'resolved_so_far'} %}
with

windows as (
    select * from {{ ref('int_trailing_windows') }}
),

running as (
    select
        scope_key,
        period_start,
        sum(count_occurred) over so_far as occurred_so_far,
        sum(count_resolved) over so_far as resolved_so_far
    from {{ ref('int_scope_period_counts') }}
    where grain = 'week'
    window so_far as (partition by scope_key order by period_start rows between unbounded preceding and current row)
)

select
    windows.window_weeks,
    last_weeks.scope_key,
    windows.period_start,
{% for name, so_far in counts.items() %}
    cast(last_weeks.{{ so_far }} - coalesce(before_window.{{ so_far }}, 0) as bigint) as {{ name }},
    cast(case
        when windows.has_previous
            then coalesce(before_window.{{ so_far }}, 0) - coalesce(before_previous.{{ so_far }}, 0)
        end as bigint) as {{ name }}_previous{{ ',' if not loop.last }}
{% endfor %}
from windows
inner join running as last_weeks on windows.period_start = last_weeks.period_start
left join running as before_window
    on windows.week_before_window = before_window.period_start and last_weeks.scope_key = before_window.scope_key
left join running as before_previous
    on
        windows.week_before_previous = before_previous.period_start
        and last_weeks.scope_key = before_previous.scope_key
