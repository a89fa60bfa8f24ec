-- One row per incident and duration metric of the account with a trustworthy value, excluded incidents too: what incident.io
-- computed, and ours beside it where the two are compared.
{{ incremental_by('incident_id') }}
{%- set largest_gap_seconds = 60 %}
with

native_values as (
    select * from {{ ref('int_native_duration_values') }}
),

native_durations as (
    select * from {{ ref('int_native_durations') }}
),

incidents as (
    select * from {{ ref('int_incidents') }}
),

compared as (
    select
        native_values.incident_id,
        incidents.reference,
        native_values.duration_metric_id,
        native_durations.duration_metric_name,
        native_durations.metric,
        native_values.seconds,
        native_durations.compared_with,
        case native_durations.compared_with
            {% for family in duration_families() %}
                when '{{ family.name }}' then incidents.{{ family.name }}_seconds
            {% endfor %}
        end as computed_seconds
    from native_values
    inner join native_durations on native_values.duration_metric_id = native_durations.duration_metric_id
    inner join incidents on native_values.incident_id = incidents.incident_id
)

select
    *,
    seconds - computed_seconds as gap_seconds,
    coalesce(abs(seconds - computed_seconds) > {{ largest_gap_seconds }}, false) as has_gap
from compared
