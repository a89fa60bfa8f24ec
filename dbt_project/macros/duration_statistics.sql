{# Statistics of durations in hours, by grain, scope and period. Percentiles are not additive: they are computed from the
   incidents of every period, never from shorter periods. People have rows only with the variable person_durations.

   measured_memberships: CTEs of a model, the last of them incident_scopes: one row per incident and scope that durations are
   published for. #}
{% macro measured_memberships() -%}
measured_scopes as (
    select scope_key
    from {{ ref('int_scopes') }}
    where scope_type <> 'person' or {{ var('person_durations') }}
),

incident_scopes as (
    select
        incident_scopes.incident_id,
        incident_scopes.scope_key
    from {{ ref('int_incident_scopes') }} as incident_scopes
    inner join measured_scopes on incident_scopes.scope_key = measured_scopes.scope_key
    where incident_scopes.is_counted
)
{%- endmacro %}

{# Follows a `with` that defines `measured`: incident_id, local_date (of the end of the duration), seconds, and the columns
   named in `keys`, which the rows are kept apart by besides. #}
{% macro hour_statistics(keys=[]) -%}
{{ measured_memberships() }},

grains as (
    select grains.grain
    from {{ period_grains() }} as grains (grain)
),

summarised as (
    select
        grains.grain,
        incident_scopes.scope_key,
        {% for key in keys %}
            measured.{{ key }},
        {% endfor %}
        {{ period_start('measured.local_date', 'grains.grain') }} as period_start,
        count(*) as count_ended,
        sum(measured.seconds) as total_seconds,
        quantile_cont(measured.seconds, [0.5, 0.75, 0.9]) as percentiles_seconds,
        max(measured.seconds) as max_seconds
    from incident_scopes
    inner join measured on incident_scopes.incident_id = measured.incident_id
    cross join grains
    group by all
)

select
    grain,
    scope_key,
    {% for key in keys %}
        {{ key }},
    {% endfor %}
    period_start,
    count_ended as n_hours,
    total_seconds / count_ended / 3600.0 as mean_hours,
    percentiles_seconds[1] / 3600.0 as p50_hours,
    percentiles_seconds[2] / 3600.0 as p75_hours,
    percentiles_seconds[3] / 3600.0 as p90_hours,
    max_seconds / 3600.0 as max_hours
from summarised
{%- endmacro %}

{# The model body of int_<duration>_statistics: one row per grain, scope and period in which at least one incident that
   counts ended the duration. One model per duration because a percentile holds all values of its groups in memory: at
   500,000 incidents six durations in one statement need over 900 MB, one needs a sixth, and the six take no longer. #}
{% macro duration_statistics(duration) -%}
    {%- set family = duration_families() | selectattr('name', 'equalto', duration) | first -%}
with

measured as (
    select
        incident_id,
        {{ local_date(family.ended_at) }} as local_date,
        {{ duration }}_seconds as seconds
    from {{ ref('int_incidents') }}
    where is_eligible and {{ duration }}_seconds is not null and {{ family.ended_at }} <= {{ as_of() }}
),

{{ hour_statistics() }}
{%- endmacro %}
