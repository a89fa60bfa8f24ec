-- One row per block of incidents (their numbers divided by 8,192), custom field and published value on one of them: how many of the
-- block's incidents that count carry it. Every incident lies in one block, so that the counts of the blocks add up.
{%- set value_key = ['custom_field_id', 'option_id', 'catalog_entry_id', 'external_id', 'field_value'] %}
{{ incremental_by('incident_block') }}

with

field_values as (
    select * from {{ ref('fct_incident_custom_fields') }}
    where not is_masked and field_value is not null
),

incidents as (
    select
        incident_id,
        {{ incident_block('incident_key') }} as incident_block,
        is_eligible,
        occurred_at
    from {{ ref('int_incidents') }}
),

attribution as (
    select
        incident_id,
        attribution_step
    from {{ ref('int_incident_attribution') }}
),

carried as (
    select
        incidents.incident_block,
        field_values.{{ value_key | join(',\n        field_values.') }},
        case when incidents.is_eligible then field_values.incident_id end as eligible_incident_id,
        case when incidents.is_eligible then incidents.occurred_at end as eligible_occurred_at,
        attribution.attribution_step
    from field_values
    inner join incidents on field_values.incident_id = incidents.incident_id
    left join attribution on field_values.incident_id = attribution.incident_id
)

select
    incident_block,
    {{ value_key | join(',\n    ') }},
    count(distinct eligible_incident_id) as count_incidents,
    count(distinct case when attribution_step != 'custom_field' then eligible_incident_id end) as count_incidents_to_gain,
    max(eligible_occurred_at) as last_seen_at
from carried
group by incident_block, {{ value_key | join(', ') }}
