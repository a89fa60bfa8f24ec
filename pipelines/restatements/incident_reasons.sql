-- One row per changed incident: why its credit changed and why its part in the totals did, each NULL when it did not.
--
-- The credit is judged by the evidence that came or went in the strongest step. Where the incident carries the same value as
-- before, the files changed; where it does not, the incident did.
with

evidence_reasons as (
    select
        compared_evidence.incident_id,
        compared_evidence.step_priority,
        case
            when compared_evidence.seed_file = 'incident_owners.csv' then 'mapping_edit'
            -- incident.io still names its team, so it is ours that stands for another one now.
            when compared_evidence.attribution_step = 'explicit_owner' and compared_evidence.is_source_kept
                then 'hierarchy_edit'
            when compared_evidence.attribution_step = 'explicit_owner' then 'late_update'
            when not compared_evidence.is_still_carried and compared_evidence.is_renamed then 'other'
            when not compared_evidence.is_still_carried then 'late_update'
            when compared_evidence.attribution_step = 'service' and changed_incidents.is_day_moved then 'late_update'
            when compared_evidence.attribution_step = 'service' then 'ownership_edit'
            -- A field that maps by itself, and the same entry of it is another team of ours now.
            when
                compared_evidence.attribution_step = 'custom_field'
                and compared_evidence.seed_file is null
                and compared_evidence.is_source_kept
                then 'hierarchy_edit'
            when compared_evidence.attribution_step = 'custom_field' then 'mapping_edit'
        end as reason
    from compared_evidence
    inner join changed_incidents on compared_evidence.incident_id = changed_incidents.incident_id
),

strongest_reasons as (
    select
        evidence_reasons.incident_id,
        arg_min(evidence_reasons.reason, (evidence_reasons.step_priority, reason_orders.reason_order)) as reason
    from evidence_reasons
    inner join reason_orders on evidence_reasons.reason = reason_orders.reason
    group by evidence_reasons.incident_id
)

select
    changed_incidents.incident_id,
    case
        when not changed_incidents.is_credit_changed then null
        when not changed_incidents.is_known then 'deleted'
        -- No evidence came or went, so it was put in another order.
        else coalesce(strongest_reasons.reason, 'definition_change')
    end as credit_reason,
    case
        when not changed_incidents.is_state_changed then null
        when not changed_incidents.is_known or changed_incidents.is_newly_deleted then 'deleted'
        when changed_incidents.is_newly_reopened then 'reopened'
        when changed_incidents.is_updated then 'late_update'
        -- The same record counts otherwise: roles of timestamps, exclusions or the zone.
        else 'definition_change'
    end as state_reason
from changed_incidents
left join strongest_reasons on changed_incidents.incident_id = strongest_reasons.incident_id
