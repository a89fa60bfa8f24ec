-- One row per follow-up: whether it counts, and whether it was completed in time. A follow-up that was deleted, that nobody
-- will do, or that a full sweep no longer finds does not count. The 30 days are elapsed ones, 720 hours: a calendar rule would
-- give two follow-ups of one age different answers around a change of clocks.
{{ config(meta={'rows_of': 'incident'}) }}

with

follow_ups as (
    select * from {{ ref('stg_incident_io__follow_ups') }}
)

select
    *,
    coalesce(status not in ('deleted', 'not_doing'), true) and deleted_at is null as is_counted,
    coalesce(
        status = 'completed' and completed_at <= created_at + interval '720 hours', false
    ) as is_completed_within_30_days,
    {{ elapsed_seconds('created_at', 'completed_at') }} as time_to_complete_seconds
from follow_ups
