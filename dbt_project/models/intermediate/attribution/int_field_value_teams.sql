-- One row per distinct value of a mapped field and mapping row that fits it, or linked team where the field maps by itself.
-- Teams that do not exist are dropped, so that an old mapping row cannot beat a later step.
{{ config(materialized='table') }}

with

mapped_field_values as (
    select * from {{ ref('int_mapped_field_values') }}
),

mapping_rows as (
    select * from {{ ref('int_field_mapping_rows') }}
),

team_identifiers as (
    select * from {{ ref('int_team_identifiers') }}
),

known_teams as (
    select team_id from {{ ref('dim_teams') }}
),

-- One equality join per way of matching, because a join on alternatives compares every pair.
fitting_rows as (
    {% for matched_by, value_column, row_column in [
        ('option_id', 'option_id', 'field_value'),
        ('catalog_entry_id', 'catalog_entry_id', 'field_value'),
        ('external_id', 'external_id', 'field_value'),
        ('text', 'field_value_key', 'field_value_key'),
    ] %}
        select
            mapped_field_values.custom_field_id,
            mapped_field_values.option_id,
            mapped_field_values.catalog_entry_id,
            mapped_field_values.external_id,
            mapped_field_values.field_value,
            {{ loop.index }} as preference,
            '{{ matched_by }}' as matched_by,
            mapping_rows.team_id,
            mapping_rows.field_priority,
            mapping_rows.seed_line
        from mapped_field_values
        inner join mapping_rows
            on
                mapped_field_values.custom_field_id = mapping_rows.custom_field_id
                and mapped_field_values.{{ value_column }} = mapping_rows.{{ row_column }}
        union all
    {% endfor %}
    select
        mapped_field_values.custom_field_id,
        mapped_field_values.option_id,
        mapped_field_values.catalog_entry_id,
        mapped_field_values.external_id,
        mapped_field_values.field_value,
        5 as preference,
        'auto' as matched_by,
        team_identifiers.team_id,
        1 as field_priority,
        cast(null as integer) as seed_line
    from mapped_field_values
    inner join team_identifiers on mapped_field_values.catalog_entry_id = team_identifiers.identifier
    where mapped_field_values.is_mapped_by_itself
),

ranked as (
    select
        *,
        row_number() over (
            partition by custom_field_id, option_id, catalog_entry_id, external_id, field_value, team_id, seed_line
            order by preference
        ) as choice
    from fitting_rows
)

select
    ranked.custom_field_id,
    ranked.option_id,
    ranked.catalog_entry_id,
    ranked.external_id,
    ranked.field_value,
    ranked.matched_by,
    ranked.team_id,
    ranked.field_priority,
    ranked.seed_line
from ranked
inner join known_teams on ranked.team_id = known_teams.team_id
where ranked.choice = 1
