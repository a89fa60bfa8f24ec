-- One row per piece of differing evidence, held against the other side of the incident: does it still carry the value there, was
-- the value only renamed, does the same source speak for another team there?
with

field_values as (
    select
        'old' as side,
        old_field_values.*
    from old_field_values

    union all

    select
        'new' as side,
        new_field_values.*
    from new_field_values
),

evidence_of_both_sides as (
    select
        'old' as side,
        old_evidence.*
    from old_evidence

    union all

    select
        'new' as side,
        new_evidence.*
    from new_evidence
),

-- What the incident carries to be found so: a value of a field, or the service itself.
carried as (
    select
        differing_evidence.*,
        case attribution_step when 'custom_field' then source_value else source_name end as carried_value,
        case attribution_step when 'custom_field' then source_name end as carried_in
    from differing_evidence
),

own_values as (
    select
        carried.incident_id,
        carried.other_side,
        carried.carried_value,
        field_values.value_id
    from carried
    inner join field_values
        on
            carried.incident_id = field_values.incident_id
            and carried.other_side <> field_values.side
            and carried.carried_value = field_values.field_value
),

renamed as (
    select distinct
        own_values.incident_id,
        own_values.other_side,
        own_values.carried_value
    from own_values
    inner join field_values
        on
            own_values.incident_id = field_values.incident_id
            and own_values.other_side = field_values.side
            and own_values.value_id = field_values.value_id
),

kept_values as (
    select distinct
        side,
        incident_id,
        custom_field_name,
        field_value
    from field_values
),

kept_sources as (
    select distinct
        side,
        incident_id,
        attribution_step,
        source_name,
        source_value,
        seed_file
    from evidence_of_both_sides
)

select
    carried.incident_id,
    carried.attribution_step,
    carried.step_priority,
    carried.seed_file,
    -- A masked value cannot be compared; it is taken to be the same.
    (carried.carried_value is null or bool_or(kept_values.incident_id is not null)) as is_still_carried,
    bool_or(renamed.incident_id is not null) as is_renamed,
    bool_or(kept_sources.incident_id is not null) as is_source_kept
from carried
left join kept_values
    on
        carried.incident_id = kept_values.incident_id
        and carried.other_side = kept_values.side
        and carried.carried_value = kept_values.field_value
        and coalesce(carried.carried_in = kept_values.custom_field_name, true)
left join renamed
    on
        carried.incident_id = renamed.incident_id
        and carried.other_side = renamed.other_side
        and carried.carried_value = renamed.carried_value
left join kept_sources
    on
        carried.incident_id = kept_sources.incident_id
        and carried.other_side = kept_sources.side
        and carried.attribution_step = kept_sources.attribution_step
        and carried.source_name = kept_sources.source_name
        and carried.source_value is not distinct from kept_sources.source_value
        and carried.seed_file is not distinct from kept_sources.seed_file
group by
    carried.incident_id,
    carried.other_side,
    carried.attribution_step,
    carried.step_priority,
    carried.team_id,
    carried.source_name,
    carried.source_value,
    carried.field_priority,
    carried.seed_file,
    carried.carried_value
