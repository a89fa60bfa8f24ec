-- One row per catalog type.
with

catalog_types as (
    select * from {{ source('raw_incident_io', 'catalog_types') }}
)

select
    id as catalog_type_id,

    name as catalog_type_name,
    type_name,
    {{ json_text_list('categories') }} as categories,

    coalesce(is_team_type, false) as is_team_type,
    coalesce(use_name_as_identifier, false) as is_name_an_identifier,

    {{ json_value('schema', '$.attributes') }} as attributes,

    created_at,
    updated_at,
    deleted_at
from catalog_types
