-- One row per incident: its durations in whole elapsed seconds. A duration that cannot be measured is NULL, never 0.
{{ config(meta={'rows_of': 'incident'}) }}

with

instants as (
    select * from {{ ref('int_incident_instants') }}
),

pauses as (
    select * from {{ ref('int_incident_pauses') }}
),

measured as (
    select
        instants.incident_id,
        {{ elapsed_seconds('instants.occurred_at', 'instants.resolved_at') }} as time_to_resolve_seconds,
        {{ elapsed_seconds('instants.acknowledged_at', 'instants.resolved_at') }} as time_to_recover_seconds,
        {{ elapsed_seconds('instants.occurred_at', 'instants.acknowledged_at') }} as time_to_acknowledge_seconds,
        {{ elapsed_seconds('instants.occurred_at', 'instants.mitigated_at') }} as time_to_mitigate_seconds,
        {{ elapsed_seconds(
            'instants.impact_started_at', 'coalesce(instants.mitigated_at, instants.resolved_at)'
        ) }} as impact_duration_seconds,
        case
            when instants.resolved_at is null then 'timestamps_missing'
            when instants.resolved_at < instants.occurred_at then 'invalid_timestamps'
            else 'ok'
        end as duration_status,
        case when instants.resolved_at is not null then coalesce(pauses.paused_seconds, 0) end as paused_seconds
    from instants
    left join pauses on instants.incident_key = pauses.incident_key
)

select
    *,
    -- greatest() skips NULLs, so an unmeasured duration needs its own condition to stay NULL.
    case
        when time_to_resolve_seconds is not null then greatest(time_to_resolve_seconds - paused_seconds, 0)
    end as time_to_resolve_active_seconds
from measured
