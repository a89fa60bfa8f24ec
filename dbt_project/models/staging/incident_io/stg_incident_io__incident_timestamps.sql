-- One row per timestamp that the account defines for its incidents.
with

incident_timestamps as (
    select * from {{ source('raw_incident_io', 'incident_timestamps') }}
)

select
    id as timestamp_id,

    name as timestamp_name,

    rank as timestamp_rank,

    deleted_at
from incident_timestamps
