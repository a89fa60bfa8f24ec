-- One row per incident: the first reason, in the order of the metric definitions, why it does not count; NULL when it
-- counts. A status category nobody knows yet counts.
{{ config(meta={'rows_of': 'incident'}) }}
{%- set minimum_rank = 'null' if var('minimum_severity_rank') is none else var('minimum_severity_rank') %}
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
),

rules as (
    select
        cast([{{ text_literals(var('excluded_incident_types')) }}] as varchar[]) as excluded_types,
        cast({{ minimum_rank }} as bigint) as minimum_rank
)

select
    incidents.incident_id,
    case
        when incidents.deleted_at is not null then 'deleted'
        when incidents.mode in ('test', 'tutorial') then incidents.mode
        when incidents.status_category in ('merged', 'declined', 'canceled', 'triage') then incidents.status_category
        when
            list_contains(rules.excluded_types, incidents.incident_type_id)
            or list_contains(rules.excluded_types, incidents.incident_type)
            then 'type_excluded'
        -- With a minimum set, an incident without a severity is below it.
        when
            rules.minimum_rank is not null
            and coalesce(incidents.severity_rank < rules.minimum_rank, true)
            then 'severity_below'
    end as exclusion_reason
from incidents
cross join rules
