-- One row per service, reference to an owning team that today's catalog holds for it, and team entry that it means; none
-- where nothing answers to it. The variable service_owner_path says which attributes lead from the service to the team.
{%- set path = service_owner_path() %}
with

catalog_references as (
    select * from {{ ref('int_catalog_references') }}
),

owner_references as (
    select * from catalog_references
    where purpose = 'service_owner'
)

{% if path | length == 2 %}
    select
        components.catalog_entry_id as service_id,
        components.reference || ' > ' || owner_references.reference as owner_reference,
        owner_references.target_entry_id as team_entry_id,
        owner_references.matched_by
    from catalog_references as components
    inner join owner_references on components.target_entry_id = owner_references.catalog_entry_id
    where components.purpose = 'service_component'
{% else %}
    select
        catalog_entry_id as service_id,
        reference as owner_reference,
        target_entry_id as team_entry_id,
        matched_by
    from owner_references
{% endif %}
