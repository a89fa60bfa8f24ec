-- One row per incident that counts: the local days of its life that periods are chosen by, none later than the instant of the run.
{{ incremental_by('incident_key') }}
{{ built_after('int_former_days') }}
{%- set instants = incident_instants() %}
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
