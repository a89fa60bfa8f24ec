-- One row per published metric: the definitions beside the data. definition_version rises when a number changes meaning.
with

catalogue as (
    select metrics.*
    from (
        values
        (
            'total_incidents',
            'Incidents',
            'Distinct eligible incidents credited to the scope',
            'incidents',
            'occurred_at',
            'An incident credited to two teams counts once in each of them and once in the organisation.'
        ),
        (
            'incidents_weighted',
            'Incidents, weighted',
            'Sum of team_weight (1 / number of credited teams)',
            'incidents',
            'occurred_at',
            'Adds up over the direct rows of all teams; NULL for people.'
        ),
        (
            'incidents_per_week',
            'Incidents per week',
            'total_incidents * 7 / elapsed_days',
            'incidents per week',
            'occurred_at',
            'NULL below one elapsed day; jumpy in a young period.'
        ),
        (
            'cumulative_incidents',
            'Incidents so far',
            'Running sum of total_incidents over the periods of the scope',
            'incidents',
            'occurred_at',
            'Begins with the first period, so it moves with the start of coverage.'
        ),
        (
            'incidents_by_severity',
            'Incidents by severity',
            'total_incidents by severity rank',
            'incidents',
            'occurred_at',
            'In rpt_metrics_by_severity; severity as of today, larger rank is more severe.'
        ),
        (
            'incidents_resolved',
            'Incidents resolved',
            'Distinct eligible incidents resolved',
            'incidents',
            'resolved_at',
            'Resolved in the period, whenever they occurred.'
        ),
        (
            'open_at_period_end',
            'Open at the end of the period',
            'Occurred before the end and not resolved before the end',
            'incidents',
            'period end',
            'In the running period: open at the instant of the run.'
        ),
        (
            'incidents_led',
            'Incidents led',
            'Incidents on which the person holds a role of type lead',
            'incidents',
            'occurred_at',
            'People only; a lead is involved as well.'
        ),
        (
            'incidents_involved',
            'Incidents involved in',
            'Incidents on which the person holds any role',
            'incidents',
            'occurred_at',
            'People only; observers get nothing.'
        ),
        (
            'incidents_reported',
            'Incidents reported',
            'Incidents on which the person holds the reporter role',
            'incidents',
            'occurred_at',
            'People only.'
        ),
        (
            'reopen_rate',
            'Reopen rate',
            'Resolved with reopened_count > 0 / resolved',
            'share',
            'resolved_at',
            'NULL when nothing was resolved.'
        ),
        (
            'time_to_resolve',
            'Time to resolve',
            'resolved_at - occurred_at',
            'hours',
            'resolved_at',
            'Headline MTTR; calendar time. A period of few incidents (low_sample) says little.'
        ),
        (
            'time_to_recover',
            'Time to recover',
            'resolved_at - acknowledged_at',
            'hours',
            'resolved_at',
            'Only incidents with an acknowledgement; retrospective ones have none.'
        ),
        (
            'time_to_acknowledge',
            'Time to acknowledge',
            'acknowledged_at - occurred_at',
            'hours',
            'acknowledged_at',
            'Standard mode only; nobody acknowledged a retrospective incident live.'
        ),
        (
            'time_to_mitigate',
            'Time to mitigate',
            'mitigated_at - occurred_at',
            'hours',
            'mitigated_at',
            'Only incidents with a mitigation.'
        ),
        (
            'impact_duration',
            'Impact duration',
            'coalesce(mitigated_at, resolved_at) - impact_started_at',
            'hours',
            'mitigated_at, else resolved_at',
            'Only incidents with a start of impact.'
        ),
        (
            'time_to_resolve_active',
            'Active time to resolve',
            'time_to_resolve - paused_seconds',
            'hours',
            'resolved_at',
            'Needs the status history; pauses nobody recorded are not known.'
        ),
        (
            'elapsed_days',
            'Elapsed days',
            'Complete: local calendar days; else local days from max(start, coverage) to the instant of the run',
            'days',
            'period',
            'The denominator of rates per week.'
        ),
        (
            'fallback_share',
            'Fallback share',
            'Credited by the step organisation / total_incidents',
            'share',
            'occurred_at',
            'High: map more values, or name owners.'
        ),
        (
            'attribution_step_share',
            'Share by attribution step',
            'Credited by the step / total_incidents',
            'share',
            'occurred_at',
            'One column for each step; they add up to 1.'
        ),
        (
            'unmapped_values',
            'Unmapped values',
            'Distinct values of mapped fields that lead to no team',
            'values',
            'occurred_at',
            'rpt_unmapped_values names them.'
        ),
        (
            'ownership_assumed_share',
            'Share of assumed ownership',
            'Credited by an ownership not known to hold at the time / total_incidents',
            'share',
            'occurred_at',
            'Owners in the catalog are known as of today only.'
        ),
        (
            'invalid_timestamps',
            'Invalid timestamps',
            'Incidents resolved before they occurred',
            'incidents',
            'occurred_at',
            'Their time to resolve is NULL.'
        ),
        (
            'timestamps_missing',
            'Missing timestamps',
            'Incidents without a resolution',
            'incidents',
            'occurred_at',
            'Incidents that are still open are among them.'
        ),
        (
            'excluded_by_reason',
            'Excluded incidents by reason',
            'Incidents that do not count, by exclusion_reason',
            'incidents',
            'occurred_at',
            'Each incident has the first reason that applies.'
        ),
        (
            'source_lag_minutes',
            'Source lag',
            'Instant of the run - latest change of any incident',
            'minutes',
            'period of the run',
            'A quiet account looks like a late one.'
        ),
        (
            'last_full_sweep_at',
            'Last full sweep',
            'When the account was last read in full to notice deletions',
            'instant',
            'none',
            'NULL while it is not recorded.'
        )
    ) as metrics (metric, title, formula, unit, period_rule, caveat)
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
