-- One row per incident: the first reason, in the order of the metric definitions, why it does not count; NULL when it
-- counts. A status category nobody knows yet counts.
{%- set excluded_types = var('excluded_incident_types') %}
{%- set minimum_rank = var('minimum_severity_rank') %}
with

incidents as (
    select
        incident_id,
        mode,
        status_category,
        severity_rank,
        incident_type_id,
        incident_type,
        deleted_at
    from {{ ref('int_incidents_classified') }}
)

select
    incident_id,
    case
        when deleted_at is not null then 'deleted'
        when mode in ('test', 'tutorial') then mode
        when status_category in ('merged', 'declined', 'canceled', 'triage') then status_category
        {%- if excluded_types %}
        when
            incident_type_id in ({{ text_literals(excluded_types) }})
            or incident_type in ({{ text_literals(excluded_types) }})
            then 'type_excluded'
        {%- endif %}
        {%- if minimum_rank is not none %}
        -- An incident without a severity is below every minimum.
        when coalesce(severity_rank < {{ minimum_rank }}, true) then 'severity_below'
        {%- endif %}
    end as exclusion_reason
from incidents
