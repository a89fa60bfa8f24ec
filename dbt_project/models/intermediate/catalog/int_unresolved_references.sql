-- One row per reference that leads nowhere, entry that holds it and incident that counts and is affected; no incident
-- where none is. References of entries that have ended are left out, and parents of teams that teams.csv places itself.
{%- set path = service_owner_path() %}
with

unanswered as (
    select catalog_references.*
    from {{ ref('int_catalog_references') }} as catalog_references
    inner join {{ ref('stg_incident_io__catalog_entries') }} as holders
        on catalog_references.catalog_entry_id = holders.catalog_entry_id
    where
        catalog_references.target_entry_id is null
        and holders.archived_at is null
        and holders.deleted_at is null
),

components as (
    select
        catalog_entry_id as service_id,
        target_entry_id as component_id
    from {{ ref('int_catalog_references') }}
    where purpose = 'service_component' and target_entry_id is not null
),

team_links as (
    select * from {{ ref('int_team_links') }}
),

account_parents as (
    select * from {{ ref('int_team_account_parents') }}
    where is_in_circle
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

named_on_incidents as (
    select
        incident_teams.incident_id,
        unnest(incident_teams.team_ids) as identifier
    from {{ ref('stg_incident_io__incidents') }} as incident_teams
    inner join incidents on incident_teams.incident_id = incidents.incident_id
),

team_identifiers as (
    select * from {{ ref('int_team_identifiers') }}
),

of_services as (
    {% if path | length == 2 %}
        select
            unanswered.*,
            components.service_id
        from unanswered
        left join components on unanswered.catalog_entry_id = components.component_id
        where unanswered.purpose = 'service_owner'

        union all

        select
            *,
            catalog_entry_id as service_id
        from unanswered
        where purpose = 'service_component'
    {% else %}
        select
            *,
            catalog_entry_id as service_id
        from unanswered
        where purpose = 'service_owner'
    {% endif %}
)

select
    of_services.purpose as reference_kind,
    of_services.catalog_type_name as catalog_type,
    of_services.attribute_name as attribute,
    of_services.reference,
    'unknown' as problem,
    of_services.catalog_entry_id,
    incident_services.incident_id
from of_services
left join incident_services on of_services.service_id = incident_services.service_id

union all

select
    unanswered.purpose as reference_kind,
    unanswered.catalog_type_name as catalog_type,
    unanswered.attribute_name as attribute,
    unanswered.reference,
    'unknown' as problem,
    unanswered.catalog_entry_id,
    cast(null as {{ dbt.type_string() }}) as incident_id
from unanswered
inner join team_links on unanswered.catalog_entry_id = team_links.catalog_entry_id and not team_links.is_declared
where unanswered.purpose = 'team_parent'

union all

select
    'team_parent' as reference_kind,
    catalog_type_name as catalog_type,
    attribute_name as attribute,
    reference,
    'circle' as problem,
    catalog_entry_id,
    cast(null as {{ dbt.type_string() }}) as incident_id
from account_parents

union all

select
    'incident_team' as reference_kind,
    cast(null as {{ dbt.type_string() }}) as catalog_type,
    'team_ids' as attribute,
    named_on_incidents.identifier as reference,
    'unknown' as problem,
    cast(null as {{ dbt.type_string() }}) as catalog_entry_id,
    named_on_incidents.incident_id
from named_on_incidents
left join team_identifiers on named_on_incidents.identifier = team_identifiers.identifier
where team_identifiers.identifier is null
