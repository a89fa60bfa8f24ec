-- One row per incident that counts: the local days of its life that periods are chosen by, none later than the instant of the run.
-- An incident with a resolution before its occurrence was never open: it ends where it began, so that the number of open incidents
-- never goes below zero.
{{ incremental_by('incident_key') }}
{{ built_after('int_former_days') }}
{%- set instants = {
    'occurred': 'occurred_at',
    'acknowledged': 'acknowledged_at',
    'mitigated': 'mitigated_at',
    'resolved': 'resolved_at',
    'ended': 'case when resolved_at is not null then greatest(occurred_at, resolved_at) end',
    'impact_ended': 'coalesce(mitigated_at, resolved_at)',
} %}
with

incidents as (
    select
        incident_key,
    {% for name, instant in instants.items() %}
        {{ instant }} as {{ name }}_instant{{ ',' if not loop.last }}
    {% endfor %}
    from {{ ref('int_incidents') }}
    where is_eligible
)

select
    incident_key,
{% for name in instants %}
    case
        when {{ name }}_instant <= {{ as_of() }} then {{ local_date(name ~ '_instant') }}
    end as {{ name }}_date{{ ',' if not loop.last }}
{% endfor %}
from incidents
