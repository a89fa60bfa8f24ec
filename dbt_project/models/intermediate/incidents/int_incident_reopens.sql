-- One row per incident with a status history: how often it was reopened and the resolutions around that.
{{ incremental_by('incident_key') }}

with

history as (
    select * from {{ ref('int_incident_status_history') }}
),

last_reopens as (
    select
        *,
        max(entry_number) filter (where is_reopen) over (partition by incident_key) as last_reopen_number
    from history
)

select
    incident_key,
    count(*) filter (where is_reopen) as reopened_count,
    min(entered_at) filter (where status_class = 'resolved') as first_resolved_entry_at,
    max(entered_at) filter (where is_reopen) as last_reopened_at,
    min(entered_at) filter (
        where status_class = 'resolved' and entry_number > last_reopen_number
    ) as resolved_after_last_reopen_at
from last_reopens
group by incident_key
