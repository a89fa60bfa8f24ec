-- One row per published metric: the definitions beside the data. definition_version rises when a number changes meaning.
with

catalogue as (
    select metrics.*
    from (
        values
        (
            'total_incidents', 'Incidents', 'incidents', 'occurred_at',
            'Distinct eligible incidents credited to the scope',
            'An incident credited to two teams counts once in each of them and once in the organisation.'
        ),
        (
            'incidents_weighted', 'Incidents, weighted', 'incidents', 'occurred_at',
            'Sum of team_weight (1 / number of credited teams)',
            'Adds up over the direct rows of all teams; NULL for people.'
        ),
        (
            'incidents_per_week', 'Incidents per week', 'incidents per week', 'occurred_at',
            'total_incidents * 7 / elapsed_days',
            'NULL below one elapsed day; jumpy in a young period.'
        ),
        (
            'cumulative_incidents', 'Incidents so far', 'incidents', 'occurred_at',
            'Running sum of total_incidents over the periods of the scope',
            'Begins with the first period, so it moves with the start of coverage.'
        ),
        (
            'incidents_by_severity', 'Incidents by severity', 'incidents', 'occurred_at',
            'total_incidents by severity rank',
            'In rpt_metrics_by_severity; severity as of today, larger rank is more severe.'
        ),
        (
            'incidents_resolved', 'Incidents resolved', 'incidents', 'resolved_at',
            'Distinct eligible incidents resolved',
            'Resolved in the period, whenever they occurred.'
        ),
        (
            'open_at_period_end', 'Open at the end of the period', 'incidents', 'period end',
            'Occurred before the end and not resolved before the end',
            'In the running period: open at the instant of the run.'
        ),
        (
            'incidents_led', 'Incidents led', 'incidents', 'occurred_at',
            'Incidents on which the person holds a role of type lead',
            'People only; a lead is involved as well.'
        ),
        (
            'incidents_involved', 'Incidents involved in', 'incidents', 'occurred_at',
            'Incidents on which the person holds any role',
            'People only; observers get nothing.'
        ),
        (
            'incidents_reported', 'Incidents reported', 'incidents', 'occurred_at',
            'Incidents on which the person holds the reporter role',
            'People only.'
        ),
        (
            'reopen_rate', 'Reopen rate', 'share', 'resolved_at',
            'Resolved with reopened_count > 0 / resolved',
            'NULL when nothing was resolved.'
        ),
        (
            'workload_hours', 'Workload', 'hours', 'occurred_at',
            'Sum of workload_minutes_total / 60, times team_weight for teams',
            'All people together, as incident.io reports it; of a person the whole incidents, not only the own part.'
        ),
        (
            'workload_working_hours', 'Workload in working hours', 'hours', 'occurred_at',
            'Sum of workload_minutes_working / 60, times team_weight for teams',
            'A part of workload_hours.'
        ),
        (
            'workload_late_hours', 'Workload late in the day', 'hours', 'occurred_at',
            'Sum of workload_minutes_late / 60, times team_weight for teams',
            'A part of workload_hours.'
        ),
        (
            'workload_sleeping_hours', 'Workload in sleeping hours', 'hours', 'occurred_at',
            'Sum of workload_minutes_sleeping / 60, times team_weight for teams',
            'A part of workload_hours.'
        ),
        (
            'follow_ups_created', 'Follow-ups created', 'follow-ups', 'follow-up creation',
            'Follow-ups of eligible incidents, without deleted ones and those not going to be done',
            'Credited to the teams of the incident, not to the assignee.'
        ),
        (
            'follow_up_completion_30d', 'Follow-ups completed within 30 days', 'share', 'follow-up creation',
            'Completed at most 720 hours after their creation / follow_ups_created',
            'NULL until 30 days after the end of the period.'
        ),
        (
            'time_to_resolve', 'Time to resolve', 'hours', 'resolved_at',
            'resolved_at - occurred_at',
            'Headline MTTR; calendar time. A period of few incidents (low_sample) says little.'
        ),
        (
            'time_to_recover', 'Time to recover', 'hours', 'resolved_at',
            'resolved_at - acknowledged_at',
            'Only incidents with an acknowledgement; retrospective ones have none.'
        ),
        (
            'time_to_acknowledge', 'Time to acknowledge', 'hours', 'acknowledged_at',
            'acknowledged_at - occurred_at',
            'Standard mode only; nobody acknowledged a retrospective incident live.'
        ),
        (
            'time_to_mitigate', 'Time to mitigate', 'hours', 'mitigated_at',
            'mitigated_at - occurred_at',
            'Only incidents with a mitigation.'
        ),
        (
            'impact_duration', 'Impact duration', 'hours', 'mitigated_at, else resolved_at',
            'coalesce(mitigated_at, resolved_at) - impact_started_at',
            'Only incidents with a start of impact.'
        ),
        (
            'time_to_resolve_active', 'Active time to resolve', 'hours', 'resolved_at',
            'time_to_resolve - paused_seconds',
            'Needs the status history; pauses nobody recorded are not known.'
        ),
        (
            'native_duration', 'Duration metrics of the account', 'hours', 'resolved_at',
            'value_seconds by incident.io, only with status success',
            'In rpt_metrics_by_duration, one native_duration:<name> for each; the account defines what it measures.'
        ),
        (
            'elapsed_days', 'Elapsed days', 'days', 'period',
            'Complete: local calendar days; else local days from max(start, coverage) to the instant of the run',
            'The denominator of rates per week.'
        ),
        (
            'fallback_share', 'Fallback share', 'share', 'occurred_at',
            'Credited by the step organisation / total_incidents',
            'High: map more values, or name owners.'
        ),
        (
            'attribution_step_share', 'Share by attribution step', 'share', 'occurred_at',
            'Credited by the step / total_incidents',
            'One column for each step; they add up to 1.'
        ),
        (
            'unmapped_values', 'Unmapped values', 'values', 'occurred_at',
            'Distinct values of mapped fields that lead to no team',
            'rpt_unmapped_values names them.'
        ),
        (
            'ownership_assumed_share', 'Share of assumed ownership', 'share', 'occurred_at',
            'Credited by an ownership not known to hold at the time / total_incidents',
            'Owners in the catalog are known as of today only.'
        ),
        (
            'invalid_timestamps', 'Invalid timestamps', 'incidents', 'occurred_at',
            'Incidents resolved before they occurred',
            'Their time to resolve is NULL.'
        ),
        (
            'timestamps_missing', 'Missing timestamps', 'incidents', 'occurred_at',
            'Incidents without a resolution',
            'Incidents that are still open are among them.'
        ),
        (
            'excluded_incidents', 'Excluded incidents', 'incidents', 'occurred_at',
            'Incidents that do not count',
            'Never part of any other metric.'
        ),
        (
            'excluded_by_reason', 'Excluded incidents by reason', 'incidents', 'occurred_at',
            'Incidents that do not count, by exclusion_reason',
            'Each incident has the first reason that applies.'
        ),
        (
            'source_lag_minutes', 'Source lag', 'minutes', 'period of the run',
            'Instant of the run - latest change of any incident',
            'A quiet account looks like a late one.'
        ),
        (
            'last_full_sweep_at', 'Last full sweep', 'instant', 'none',
            'When the account was last read in full to notice deletions',
            'NULL while it is not recorded.'
        )
    ) as metrics (metric, title, unit, period_rule, formula, caveat)
)

select
    metric,
    title,
    formula,
    unit,
    period_rule,
    caveat,
    '1' as definition_version
from catalogue
order by metric
