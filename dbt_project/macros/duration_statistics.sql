{# Statistics of durations in hours, by scope and period. Percentiles are not additive: they are computed from the incidents
   of every period, never from shorter periods. People have rows only with the variable person_durations.

   has_durations: whether scopes of a type have them.
   measured_memberships: CTEs of a model, the last of them incident_scopes: one row per incident and scope that durations are
   computed for. #}
{% macro has_durations(scope_type) -%}
    ({{ scope_type }} <> 'person' or {{ var('person_durations') }})
{%- endmacro %}

{% macro measured_memberships() -%}
measured_scopes as (
    select scope_key
    from {{ ref('int_scope_keys') }}
    where {{ has_durations('scope_type') }} and {{ has_no_twin('scope_key') }}
),

incident_scopes as (
    select
        incident_scopes.incident_key,
        incident_scopes.scope_key
    from {{ ref('int_incident_scopes') }} as incident_scopes
    inner join measured_scopes on incident_scopes.scope_key = measured_scopes.scope_key
    where incident_scopes.is_counted
)
{%- endmacro %}

{# Follows a `with` that defines `measured`: incident_key, local_date (of the end of the duration), seconds, and the columns
   named in `keys`, which the rows are kept apart by besides. The grains are aggregated one after another: a row for each
   grain would be three times the memberships. #}
{% macro hour_statistics(keys=[]) -%}
    {%- set keys = ['scope_key'] + keys -%}
{{ measured_memberships() }},

ended as (
    select
        incident_scopes.scope_key,
        {% for key in keys[1:] %}
            measured.{{ key }},
        {% endfor %}
        {% for grain in grains() %}
            days.{{ grain }}_key,
        {% endfor %}
        measured.seconds
    from incident_scopes
    inner join measured on incident_scopes.incident_key = measured.incident_key
    inner join {{ ref('int_period_days') }} as days on measured.local_date = days.local_date
),

summarised as (
    {% for grain in grains() %}
        select
            {{ keys | join(', ') }},
            {{ grain }}_key as period_key,
            count(*) as count_ended,
            sum(seconds) as total_seconds,
            quantile_cont(seconds, [0.5, 0.75, 0.9]) as percentiles_seconds,
            max(seconds) as max_seconds
        from ended
        where {{ grain }}_key is not null
        group by {{ keys | join(', ') }}, {{ grain }}_key
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    {{ keys | join(', ') }},
    period_key,
    count_ended as n_hours,
    total_seconds / count_ended / 3600.0 as mean_hours,
    percentiles_seconds[1] / 3600.0 as p50_hours,
    percentiles_seconds[2] / 3600.0 as p75_hours,
    percentiles_seconds[3] / 3600.0 as p90_hours,
    max_seconds / 3600.0 as max_hours
from summarised
{%- endmacro %}

{# The model body of int_<duration>_statistics: one row per scope and period in which at least one incident that counts ended
   the duration. One model per duration because a percentile holds all values of its groups in memory: at 500,000 incidents
   six durations in one statement need over 900 MB, one needs a sixth, and the six take no longer. #}
{% macro duration_statistics(duration) -%}
    {%- set family = duration_families() | selectattr('name', 'equalto', duration) | first -%}
with

measured as (
    select
        incidents.incident_key,
        dates.{{ family.ended_date }} as local_date,
        incidents.{{ duration }}_seconds as seconds
    from {{ ref('int_incident_dates') }} as dates
    inner join {{ ref('int_incidents') }} as incidents on dates.incident_key = incidents.incident_key
    where incidents.{{ duration }}_seconds is not null and dates.{{ family.ended_date }} is not null
),

{{ hour_statistics() }}
{%- endmacro %}
