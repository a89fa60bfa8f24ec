-- One row per reference that leads nowhere and place where it stands: what to repair in the catalog, busiest first.
with

unresolved_references as (
    select * from {{ ref('int_unresolved_references') }}
),

incidents as (
    select incident_id
    from {{ ref('int_incidents') }}
    where is_eligible
),

incident_services as (
    select
        incident_services.incident_id,
        incident_services.service_id
    from {{ ref('int_incident_services') }} as incident_services
    inner join incidents on incident_services.incident_id = incidents.incident_id
    -- Few services are kept from their team, and every incident has some.
    where incident_services.service_id in (select unresolved_references.service_id from unresolved_references)
),

unresolved_team_ids as (
    select * from {{ ref('int_unresolved_team_ids') }}
),

concerned as (
    select
        unresolved_references.reference_kind,
        unresolved_references.catalog_type,
        unresolved_references.attribute,
        unresolved_references.reference,
        unresolved_references.problem,
        unresolved_references.catalog_entry_id,
        incident_services.incident_id
    from unresolved_references
    left join incident_services on unresolved_references.service_id = incident_services.service_id

    union all

    select
        'incident_team' as reference_kind,
        cast(null as {{ dbt.type_string() }}) as catalog_type,
        'team_ids' as attribute,
        identifier as reference,
        'unknown' as problem,
        cast(null as {{ dbt.type_string() }}) as catalog_entry_id,
        incident_id
    from unresolved_team_ids
)

select
    reference_kind,
    catalog_type,
    attribute,
    reference,
    problem,
    count(distinct catalog_entry_id) as count_entries,
    count(distinct incident_id) as count_incidents
from concerned
group by reference_kind, catalog_type, attribute, reference, problem
order by
    count_incidents desc,
    count_entries desc,
    reference_kind asc,
    catalog_type asc,
    attribute asc,
    reference asc,
    problem asc
