-- One row per grain, organisation or team, roll-up, period, custom field and value in which an incident with that value occurred,
-- or was resolved; absent rows mean neither. An incident with several values of a field counts in each of them. Not sorted, as
-- the other marts are: there can be millions of rows, and publishing sorts them.
{{ incremental_by('period') }}

with

counts as (
    select * from {{ ref('int_dimension_counts') }}
    where {{ only_changed('period_key', 'period_key') }}
),

durations as (
    {% for grain in grains() %}
        select * from {{ ref('int_dimension_time_to_resolve_' ~ grain) }}
        where {{ only_changed('period_key', 'period_key') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

dimensions as (
    select distinct
        dimension_key,
        custom_field_id,
        custom_field_name,
        published_value as field_value
    from {{ ref('int_dimensions') }}
),

scopes as (
    select * from {{ ref('int_team_scopes') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

cells as (
    select
        coalesce(counts.scope_key, durations.scope_key) as scope_key,
        coalesce(counts.dimension_key, durations.dimension_key) as dimension_key,
        coalesce(counts.period_key, durations.period_key) as period_key,
        coalesce(counts.count_occurred, 0) as total_incidents,
        coalesce(durations.n_hours, 0) as time_to_resolve_n_hours,
        {% for statistic in ['mean', 'p50', 'p75', 'p90', 'max'] %}
            durations.{{ statistic }}_hours as time_to_resolve_{{ statistic }}_hours,
        {% endfor %}
        coalesce(durations.n_hours, 0) < 5 as time_to_resolve_low_sample
    from counts
    full outer join durations
        on
            counts.scope_key = durations.scope_key
            and counts.dimension_key = durations.dimension_key
            and counts.period_key = durations.period_key
)

select
    periods.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    periods.period_start,
    dimensions.custom_field_id,
    dimensions.custom_field_name,
    dimensions.field_value,
    scopes.scope_name,
    periods.period_end,
    periods.is_complete,
    cells.total_incidents,
    cells.time_to_resolve_n_hours,
    {% for statistic in ['mean', 'p50', 'p75', 'p90', 'max'] %}
        cells.time_to_resolve_{{ statistic }}_hours,
    {% endfor %}
    cells.time_to_resolve_low_sample
from cells
inner join scopes on cells.scope_key = scopes.figures_key
inner join dimensions on cells.dimension_key = dimensions.dimension_key
inner join periods on cells.period_key = periods.period_key
