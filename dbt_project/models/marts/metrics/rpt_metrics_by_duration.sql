-- One row per grain, scope, roll-up, period and duration with at least one value in it: the durations of ours, and those that
-- the account defines for itself, which are data and therefore rows and not columns. Absent rows mean none.
{{ incremental_by('period') }}

with

durations as (
    {% for family in duration_families() %}
        select
            '{{ family.name }}' as metric,
            cast(null as integer) as duration_metric_key,
            'computed' as duration_source,
            *
        from {{ ref('int_' ~ family.name ~ '_statistics') }}
        where {{ only_changed('period_key', 'period_key') }}

        union all

    {% endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as metric,
        duration_metric_key,
        'native' as duration_source,
        * exclude (duration_metric_key)
    from {{ ref('int_native_duration_statistics') }}
    where {{ only_changed('period_key', 'period_key') }}
),

native_durations as (
    select * from {{ ref('int_native_durations') }}
),

scopes as (
    select * from {{ ref('int_measured_scopes') }}
),

periods as (
    select * from {{ ref('int_periods') }}
)

select
    periods.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    periods.period_start,
    coalesce(durations.metric, native_durations.metric) as metric,
    native_durations.duration_metric_id,
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
left join native_durations on durations.duration_metric_key = native_durations.duration_metric_key
inner join scopes on durations.scope_key = scopes.figures_key
inner join periods
    on
        durations.period_key = periods.period_key
        and periods.period_end > coalesce(scopes.first_active_date, periods.period_start)
