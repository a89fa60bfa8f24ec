-- One row per change, credits before totals, numbered within the run in an order that the data decides.
with

credits as (
    select
        'credit' as kind,
        'credited_teams' as metric,
        incident_reasons.credit_reason as reason,
        incidents.incident_id,
        incidents.reference,
        incidents.old_step || ': ' || array_to_string(incidents.old_team_ids, ', ') as old_value,
        incidents.new_step || ': ' || array_to_string(incidents.new_team_ids, ', ') as new_value,
        incidents.old_team_ids,
        incidents.new_team_ids
    from changed_incidents as incidents
    inner join incident_reasons on incidents.incident_id = incident_reasons.incident_id
    where incidents.is_credit_changed
),

totals as (
    select
        'total' as kind,
        metric,
        reason,
        grain,
        scope_type,
        scope_id,
        rollup,
        period_start,
        format('{:g}', round(old_number, 4)) as old_value,
        format('{:g}', round(new_number, 4)) as new_value,
        old_number,
        new_number,
        detail
    from changed_totals
),

changes as (
    select * from credits
    union all by name
    select * from totals
)

select
    cast(row_number() over (
        order by kind, incident_id, scope_type, scope_id, rollup, grain, period_start, metric
    ) as integer) as restatement_number,
    changes.*
from changes
order by restatement_number
