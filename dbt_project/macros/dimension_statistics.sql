{# The model body of int_dimension_time_to_resolve_<grain>: one row per scope, value of a dimension and period of the grain in which
   a time to resolve of an incident with it ended, its statistics in hours. Percentiles come from the places of the sorted
   values: sorting spills to disk where an aggregate that holds all values of millions of small groups runs out of memory
   (500,000 incidents, 300 teams, two dimensions). One model per grain for the same reason. #}
{% macro dimension_statistics(grain) -%}
    {%- set percents = [50, 75, 90] -%}
with

members as (
    select * from {{ ref('int_dimension_members') }}
    where time_to_resolve_seconds is not null
),

days as (
    select
        local_date,
        {{ grain }}_key as period_key
    from {{ ref('int_period_days') }}
    where {{ grain }}_key is not null
),

placed as (
    select
        members.scope_key,
        members.dimension_key,
        days.period_key,
        members.time_to_resolve_seconds as seconds,
        100 * (row_number() over (cell order by members.time_to_resolve_seconds) - 1) as hundredfold_place,
        count(*) over cell - 1 as last_place
    from members
    inner join days on members.resolved_date = days.local_date
    window cell as (partition by members.scope_key, members.dimension_key, days.period_key)
),

-- The place of a percentile is percent * last_place / 100: it lies between the last value up to there and the first beyond it,
-- and a single value has none beyond.
summarised as (
    select
        scope_key,
        dimension_key,
        period_key,
        count(*) as n_hours,
        any_value(last_place) as last_place,
        {% for percent in percents %}
            max(seconds) filter (where hundredfold_place <= {{ percent }} * last_place) as below_{{ percent }},
            min(seconds) filter (where hundredfold_place > {{ percent }} * last_place) as above_{{ percent }},
        {% endfor %}
        sum(seconds) as total_seconds,
        max(seconds) as max_seconds
    from placed
    group by scope_key, dimension_key, period_key
)

select
    scope_key,
    dimension_key,
    period_key,
    n_hours,
    total_seconds / n_hours / 3600.0 as mean_hours,
    {% for percent in percents %}
        (
            below_{{ percent }}
            + coalesce(above_{{ percent }} - below_{{ percent }}, 0) * ({{ percent }} * last_place % 100) / 100.0
        ) / 3600.0 as p{{ percent }}_hours,
    {% endfor %}
    max_seconds / 3600.0 as max_hours
from summarised
{%- endmacro %}
