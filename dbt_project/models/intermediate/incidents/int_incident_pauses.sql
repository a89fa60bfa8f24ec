-- One row per resolved incident that was ever paused: the whole seconds of pause between occurrence and resolution.
-- The last entry of a history lasts until the resolution.
{{ incremental_by('incident_id') }}

with

paused_entries as (
    select
        incident_id,
        entered_at,
        left_at
    from {{ ref('int_incident_status_history') }}
    where status_category = 'paused'
),

instants as (
    select
        incident_id,
        occurred_at,
        resolved_at
    from {{ ref('int_incident_instants') }}
    where resolved_at is not null
),

clipped as (
    select
        paused_entries.incident_id,
        greatest(paused_entries.entered_at, instants.occurred_at) as paused_from,
        least(coalesce(paused_entries.left_at, instants.resolved_at), instants.resolved_at) as paused_until
    from paused_entries
    inner join instants on paused_entries.incident_id = instants.incident_id
)

select
    incident_id,
    cast(sum(greatest(epoch_us(paused_until) - epoch_us(paused_from), 0)) // 1000000 as bigint) as paused_seconds
from clipped
group by incident_id
