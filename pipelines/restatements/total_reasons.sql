-- One row per differing total with changed incidents behind it: the reason that most of them share, and all reasons.
with

of_the_scope as (
    select
        totals.grain,
        totals.scope_type,
        totals.scope_id,
        totals.rollup,
        totals.period_start,
        totals.metric,
        1 as distance,
        part_changes.reason,
        count(distinct part_changes.incident_id) as count_incidents
    from differing_totals as totals
    inner join part_changes
        on
            totals.scope_type = part_changes.scope_type
            and totals.part_scope_id = part_changes.scope_id
            and totals.rollup = part_changes.rollup
            and totals.event = part_changes.event
            and totals.period_start <= part_changes.local_date
            and totals.period_end > part_changes.local_date
    group by all
),

-- A subtree by the chart of another day may count incidents that today's chart does not show below the team: then what
-- changed anywhere in the period is the nearest there is.
of_the_period as (
    select
        totals.grain,
        totals.scope_type,
        totals.scope_id,
        totals.rollup,
        totals.period_start,
        totals.metric,
        2 as distance,
        part_changes.reason,
        count(distinct part_changes.incident_id) as count_incidents
    from differing_totals as totals
    inner join part_changes
        on
            totals.event = part_changes.event
            and totals.period_start <= part_changes.local_date
            and totals.period_end > part_changes.local_date
    where totals.rollup = 'subtree' and part_changes.scope_type = 'team' and part_changes.rollup = 'direct'
    group by all
),

found as (
    select * from of_the_scope
    union all
    select * from of_the_period
),

nearest as (
    select found.*
    from found
    qualify
        found.distance = min(found.distance) over (
            partition by
                found.grain, found.scope_type, found.scope_id, found.rollup, found.period_start, found.metric
        )
)

select
    nearest.grain,
    nearest.scope_type,
    nearest.scope_id,
    nearest.rollup,
    nearest.period_start,
    nearest.metric,
    arg_min(nearest.reason, (-nearest.count_incidents, reason_orders.reason_order)) as reason,
    string_agg(
        nearest.reason || ' ' || nearest.count_incidents, ', '
        order by nearest.count_incidents desc, reason_orders.reason_order asc
    ) as detail
from nearest
inner join reason_orders on nearest.reason = reason_orders.reason
group by all
