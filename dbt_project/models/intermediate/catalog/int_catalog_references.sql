-- One row per purpose, catalog entry, attribute, reference that stands in it and entry that this means; a reference that
-- nothing answers to stays, with no target. Several entries may answer equally well.
{{ config(materialized='table') }}

with

attributes as (
    select * from {{ ref('int_catalog_attributes') }}
),

entries as (
    select
        catalog_entry_id,
        catalog_type_id,
        attribute_values
    from {{ ref('stg_incident_io__catalog_entries') }}
),

reference_names as (
    select * from {{ ref('int_catalog_reference_names') }}
),

held as (
    select
        attributes.*,
        entries.catalog_entry_id,
        {{ json_map_value('entries.attribute_values', 'attributes.attribute_id', catalog_value_structure()) }} as held_value
    from entries
    inner join attributes on entries.catalog_type_id = attributes.catalog_type_id
),

bindings as (
    select
        *,
        held_value.value as binding,
        0 as place_in_value
    from held

    union all

    select
        *,
        unnest(held_value.array_value) as binding,
        generate_subscripts(held_value.array_value, 1) as place_in_value
    from held
),

-- The literal is what was written; where the account keeps none, the label is the name of the target.
written as (
    select
        purpose,
        catalog_type_id,
        catalog_type_name,
        attribute_id,
        attribute_name,
        target_type_id,
        parent_place,
        catalog_entry_id,
        coalesce(nullif(binding.literal, ''), nullif(binding.label, '')) as reference,
        min(place_in_value) as place_in_value
    from bindings
    where coalesce(nullif(binding.literal, ''), nullif(binding.label, '')) is not null
    group by all
),

answers as (
    select
        written.*,
        reference_names.catalog_entry_id as target_entry_id,
        reference_names.matched_by,
        reference_names.preference,
        min(reference_names.preference) over (
            partition by
                written.purpose, written.catalog_entry_id, written.attribute_id, written.target_type_id, written.reference
        ) as best_preference
    from written
    left join reference_names
        on
            written.target_type_id = reference_names.catalog_type_id
            and written.reference = reference_names.reference_name
)

select
    purpose,
    catalog_type_id,
    catalog_type_name,
    attribute_id,
    attribute_name,
    parent_place,
    place_in_value,
    catalog_entry_id,
    reference,
    target_entry_id,
    matched_by
from answers
where preference is not distinct from best_preference
