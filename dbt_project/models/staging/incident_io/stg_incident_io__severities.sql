-- One row per severity. A larger rank is more severe.
with

severities as (
    select * from {{ source('raw_incident_io', 'severities') }}
)

select
    id as severity_id,

    name as severity_name,

    rank as severity_rank,

    created_at,
    updated_at,
    deleted_at
from severities
