-- One row per resolved incident that was ever paused: the whole seconds of pause between occurrence and resolution.
-- The last entry of a history lasts until the resolution.
{{ incremental_by('incident_key') }}

with

paused_entries as (
    select
        incident_key,
        entered_at,
        left_at
    from {{ ref('int_incident_status_history') }}
    where status_category = 'paused'
),

instants as (
    select
        incident_key,
        occurred_at,
        resolved_at
    from {{ ref('int_incident_instants') }}
    where resolved_at is not null
),

clipped as (
    select
        paused_entries.incident_key,
        greatest(paused_entries.entered_at, instants.occurred_at) as paused_from,
        least(coalesce(paused_entries.left_at, instants.resolved_at), instants.resolved_at) as paused_until
    from paused_entries
    inner join instants on paused_entries.incident_key = instants.incident_key
)

select
    incident_key,
    cast(sum(greatest(epoch_us(paused_until) - epoch_us(paused_from), 0)) // 1000000 as bigint) as paused_seconds
from clipped
group by incident_key
