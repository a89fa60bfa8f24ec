{# The days of an incident that periods are chosen by, as the instants they are the days of. An incident with a resolution before its
   occurrence was never open: it ends where it began, so that the number of open incidents never goes below zero. #}
{% macro incident_instants() -%}
    {{ return({
        'occurred': 'occurred_at',
        'acknowledged': 'acknowledged_at',
        'mitigated': 'mitigated_at',
        'resolved': 'resolved_at',
        'ended': 'case when resolved_at is not null then greatest(occurred_at, resolved_at) end',
        'impact_ended': 'coalesce(mitigated_at, resolved_at)',
    }) }}
{%- endmacro %}

{# CTE `days`: local_date, the days of the incidents in the CTE changed_incidents and of their follow-ups; some of them NULL.
   `incident_dates` and `follow_up_days` are relations with the columns of int_incident_dates and int_follow_up_days. #}
{% macro days_of_changed_incidents(incident_dates, follow_up_days) -%}
days as (
    select unnest([{{ incident_instants() | join('_date, ') }}_date]) as local_date
    from {{ incident_dates }}
    where incident_key in (select changed_incidents.incident_key from changed_incidents)

    union all

    select created_date as local_date
    from {{ follow_up_days }}
    where incident_key in (select changed_incidents.incident_key from changed_incidents)
)
{%- endmacro %}
