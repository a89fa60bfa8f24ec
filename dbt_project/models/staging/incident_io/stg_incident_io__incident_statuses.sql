-- One row per incident status. Statuses can be renamed, and their rank is no measure of progress: use the category.
with

incident_statuses as (
    select * from {{ source('raw_incident_io', 'incident_statuses') }}
)

select
    id as status_id,

    name as status_name,
    {{ status_category('category') }} as status_category,

    rank as status_rank,

    created_at,
    updated_at,
    deleted_at
from incident_statuses
