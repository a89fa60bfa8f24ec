-- One row per grain, scope, roll-up, period and duration with at least one value in it: the durations of ours, and those that
-- the account defines for itself, which are data and therefore rows and not columns. Absent rows mean none.
with

durations as (
    {% for family in duration_families() %}
        select
            '{{ family.name }}' as metric,
            cast(null as {{ dbt.type_string() }}) as duration_metric_id,
            'computed' as duration_source,
            *
        from {{ ref('int_' ~ family.name ~ '_statistics') }}

        union all

    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as metric,
        duration_metric_id,
        'native' as duration_source,
        * exclude (duration_metric_id)
    from {{ ref('int_native_duration_statistics') }}
),

native_durations as (
    select * from {{ ref('int_native_durations') }}
),

scopes as (
    select * from {{ ref('int_scopes') }}
),

periods as (
    select * from {{ ref('int_periods') }}
)

select
    durations.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    durations.period_start,
    coalesce(durations.metric, native_durations.metric) as metric,
    durations.duration_metric_id,
    durations.duration_source,
    scopes.scope_name,
    periods.period_end,
    periods.is_complete,
    durations.n_hours,
    durations.mean_hours,
    durations.p50_hours,
    durations.p75_hours,
    durations.p90_hours,
    durations.max_hours,
    durations.n_hours < 5 as low_sample
from durations
left join native_durations on durations.duration_metric_id = native_durations.duration_metric_id
inner join scopes on durations.scope_key = scopes.scope_key
inner join periods
    on
        durations.grain = periods.grain
        and durations.period_start = periods.period_start
        and periods.period_end > coalesce(scopes.first_active_date, periods.period_start)
order by
    durations.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    durations.period_start,
    metric,
    durations.duration_metric_id
