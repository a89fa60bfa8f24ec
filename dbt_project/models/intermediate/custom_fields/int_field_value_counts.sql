-- One row per block of incidents (their numbers divided by 8,192), custom field and published value on one of them: how many of the
-- block's incidents that count carry it. Every incident lies in one block, so that the counts of the blocks add up.
{%- set value_key = ['custom_field_id', 'option_id', 'catalog_entry_id', 'external_id', 'field_value'] %}
{{ incremental_by('incident_block') }}

with

field_values as (
    select * from {{ ref('fct_incident_custom_fields') }}
    where not is_masked and field_value is not null
),

attribution as (
    select
        incident_id,
        attribution_step
    from {{ ref('int_incident_attribution') }}
),

incidents as (
    select
        incidents.incident_id,
        incidents.incident_key,
        {{ incident_block('incidents.incident_key') }} as incident_block,
        incidents.is_eligible,
        incidents.is_eligible and attribution.attribution_step != 'custom_field' as is_to_gain,
        case when incidents.is_eligible then incidents.occurred_at end as eligible_occurred_at
    from {{ ref('int_incidents') }} as incidents
    left join attribution on incidents.incident_id = attribution.incident_id
),

-- Once, however many rows of the incident say so: several times cheaper than to count distinct incidents.
carried as (
    select distinct
        incidents.incident_block,
        field_values.{{ value_key | join(',\n        field_values.') }},
        incidents.incident_key,
        incidents.is_eligible,
        incidents.is_to_gain,
        incidents.eligible_occurred_at
    from field_values
    inner join incidents on field_values.incident_id = incidents.incident_id
)

select
    incident_block,
    {{ value_key | join(',\n    ') }},
    count(*) filter (where is_eligible) as count_incidents,
    count(*) filter (where is_to_gain) as count_incidents_to_gain,
    max(eligible_occurred_at) as last_seen_at
from carried
group by incident_block, {{ value_key | join(', ') }}
