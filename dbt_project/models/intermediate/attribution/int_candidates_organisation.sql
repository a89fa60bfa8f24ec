-- One row per incident: the root team, which takes what no other step can place.
{{ config(meta={'rows_of': 'incident'}) }}

select
    incident_id,
    {{ root_team_id() }} as team_id,
    'root_team_id' as source_name,
    {{ root_team_id() }} as source_value,
    false as is_free_text,
    'always' as matched_by,
    cast(null as integer) as field_priority,
    cast(null as {{ dbt.type_string() }}) as outranked_by,
    cast(null as {{ dbt.type_string() }}) as seed_file,
    cast(null as integer) as seed_line,
    cast(null as date) as owned_from,
    cast(null as date) as owned_to,
    false as ownership_assumed
from {{ ref('stg_incident_io__incidents') }}
