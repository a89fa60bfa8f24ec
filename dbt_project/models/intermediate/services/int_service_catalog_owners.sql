-- One row per service and team that today's catalog names as its owner: the attributes of the service whose type is the
-- account's team type. A reference may be an entry id, an external id, an alias or, where the type allows it, a name; the
-- first kind that finds a team entry wins.
with

services as (
    select * from {{ ref('int_services') }}
    where attribute_values is not null
),

catalog_types as (
    select * from {{ ref('stg_incident_io__catalog_types') }}
),

ways_to_name as (
    select * from {{ ref('int_team_reference_names') }}
),

attributes as (
    select
        catalog_type_id,
        {{ json_elements('attributes', '{"id": "VARCHAR", "type": "VARCHAR"}') }} as attribute
    from catalog_types
),

owner_attributes as (
    select
        attributes.catalog_type_id,
        attributes.attribute.id as attribute_id
    from attributes
    inner join catalog_types as team_types
        on
            attributes.attribute.type = team_types.type_name
            and team_types.is_team_type
),

owner_values as (
    select
        services.service_id,
        {{ json_map_value('services.attribute_values', 'owner_attributes.attribute_id', catalog_value_structure()) }}
            as owner_value
    from services
    inner join owner_attributes on services.catalog_type_id = owner_attributes.catalog_type_id
),

bindings as (
    select
        service_id,
        owner_value.value as binding
    from owner_values

    union all

    select
        service_id,
        unnest(owner_value.array_value) as binding
    from owner_values
),

owner_references as (
    select distinct
        service_id,
        coalesce(nullif(binding.literal, ''), nullif(binding.label, '')) as owner_reference
    from bindings
),

found as (
    select
        owner_references.service_id,
        owner_references.owner_reference,
        ways_to_name.team_id,
        ways_to_name.matched_by,
        ways_to_name.preference,
        min(ways_to_name.preference) over (
            partition by owner_references.service_id, owner_references.owner_reference
        ) as best_preference
    from owner_references
    inner join ways_to_name on owner_references.owner_reference = ways_to_name.reference_name
)

select
    service_id,
    team_id,
    min(matched_by) as matched_by,
    min(owner_reference) as owner_reference
from found
where preference = best_preference
group by service_id, team_id
