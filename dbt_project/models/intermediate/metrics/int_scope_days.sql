-- One row per scope and local day on which anything happened: the additive parts of every count. All periods are
-- roll-ups of this.
{{ config(materialized='table') }}

with

incident_scopes as (
    select * from {{ ref('int_incident_scopes') }}
),

events as (
    select * from {{ ref('int_incident_events') }}
)

select
    incident_scopes.scope_key,
    events.local_date,
    count(*) filter (where events.event = 'occurred' and incident_scopes.is_counted) as count_occurred,
    coalesce(sum(incident_scopes.weight) filter (where events.event = 'occurred'), 0) as weight_occurred,
    count(*) filter (where events.event = 'occurred' and incident_scopes.is_led) as count_led,
    count(*) filter (where events.event = 'occurred' and incident_scopes.is_involved) as count_involved,
    count(*) filter (where events.event = 'occurred' and incident_scopes.is_reported) as count_reported,
    count(*) filter (where events.event = 'resolved' and incident_scopes.is_counted) as count_resolved,
    count(*) filter (
        where events.event = 'resolved' and incident_scopes.is_counted and events.was_reopened
    ) as count_resolved_reopened,
    count(*) filter (where events.event = 'ended' and incident_scopes.is_counted) as count_ended,
    count(*) filter (where events.event = 'follow_up_created') as count_follow_ups,
    count(*) filter (where events.event = 'follow_up_completed') as count_follow_ups_completed,
    -- Added up as decimals, as the weights are: a sum of doubles depends on the order in which threads add them.
    {% for part in workload_parts() %}
        coalesce(sum(cast(
            events.workload_minutes_{{ part }} * cast(coalesce(incident_scopes.weight, 1) as double) as decimal(18, 9)
        )) filter (where incident_scopes.is_counted), 0) as minutes_{{ part }}{{ ',' if not loop.last }}
    {% endfor %}
from incident_scopes
inner join events on incident_scopes.incident_id = events.incident_id
group by incident_scopes.scope_key, events.local_date
