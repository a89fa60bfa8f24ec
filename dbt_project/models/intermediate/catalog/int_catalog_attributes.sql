-- One row per purpose, catalog type and attribute of it whose values lead from a service to its team or from a team to the
-- team above it.
{%- set path = service_owner_path() %}
with

catalog_types as (
    select
        *,
        {{ json_elements('attributes', '{"id": "VARCHAR", "name": "VARCHAR", "type": "VARCHAR"}') }} as attribute
    from {{ ref('stg_incident_io__catalog_types') }}
),

target_types as (
    select
        catalog_type_id,
        type_name,
        is_team_type
    from {{ ref('stg_incident_io__catalog_types') }}
),

service_types as (
    select catalog_type_id from {{ ref('int_service_types') }}
),

reference_attributes as (
    select
        catalog_types.catalog_type_id,
        catalog_types.catalog_type_name,
        catalog_types.is_team_type,
        service_types.catalog_type_id is not null as is_service_type,
        catalog_types.attribute.id as attribute_id,
        catalog_types.attribute.name as attribute_name,
        {{ fold_text('catalog_types.attribute.name') }} as attribute_name_key,
        target_types.catalog_type_id as target_type_id,
        target_types.is_team_type as leads_to_teams
    from catalog_types
    inner join target_types on catalog_types.attribute.type = target_types.type_name
    left join service_types on catalog_types.catalog_type_id = service_types.catalog_type_id
),

placed as (
    select
        *,
        {{ attribute_place(path[:1]) }} as first_place,
        {{ attribute_place(path[1:]) }} as second_place,
        {{ attribute_place(var('team_parent_attribute')) }} as parent_place
    from reference_attributes
),

{% if path | length == 2 %}
    component_types as (
        select distinct target_type_id as catalog_type_id
        from placed
        where is_service_type and first_place is not null
    ),

    service_purposes as (
        select
            'service_component' as purpose,
            placed.*
        from placed
        where is_service_type and first_place is not null

        union all

        select
            'service_owner' as purpose,
            placed.*
        from placed
        inner join component_types on placed.catalog_type_id = component_types.catalog_type_id
        where placed.leads_to_teams and placed.second_place is not null
    ),
{% else %}
    service_purposes as (
        select
            'service_owner' as purpose,
            placed.*
        from placed
        where is_service_type and leads_to_teams {{ 'and first_place is not null' if path }}
    ),
{% endif %}

purposes as (
    select * from service_purposes

    union all

    select
        'team_parent' as purpose,
        placed.*
    from placed
    where is_team_type and leads_to_teams and parent_place is not null
)

select
    purpose,
    catalog_type_id,
    catalog_type_name,
    attribute_id,
    attribute_name,
    target_type_id,
    parent_place
from purposes
