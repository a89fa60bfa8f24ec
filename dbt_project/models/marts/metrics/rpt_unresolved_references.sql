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
),

team_ids as (
    select
        named.incident_id,
        unnest(named.team_ids) as identifier
    from {{ ref('stg_incident_io__incidents') }} as named
    inner join incidents on named.incident_id = incidents.incident_id
),

team_identifiers as (
    select * from {{ ref('int_team_identifiers') }}
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
        team_ids.identifier as reference,
        'unknown' as problem,
        cast(null as {{ dbt.type_string() }}) as catalog_entry_id,
        team_ids.incident_id
    from team_ids
    left join team_identifiers on team_ids.identifier = team_identifiers.identifier
    where team_identifiers.identifier is null
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
