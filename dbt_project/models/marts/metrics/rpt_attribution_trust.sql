-- One row per grain and period of the organisation: how far the other numbers can be trusted.
{%- set steps = ['custom_field', 'explicit_owner', 'service', 'organisation'] %}
with

periods as (
    select * from {{ ref('int_periods') }}
),

grains as (
    select grains.grain
    from {{ period_grains() }} as grains (grain)
),

incidents as (
    select
        grains.grain,
        incident_trust.*,
        {{ period_start('incident_trust.local_date', 'grains.grain') }} as period_start
    from {{ ref('int_incident_trust') }} as incident_trust
    cross join grains
),

eligible_counts as (
    select
        grain,
        period_start,
        count(*) as total_incidents,
        {% for step in steps %}
            count(*) filter (where attribution_step = '{{ step }}') as credited_{{ step }},
        {% endfor %}
        count(*) filter (where is_ownership_assumed) as count_ownership_assumed,
        count(*) filter (where duration_status = 'invalid_timestamps') as invalid_timestamps,
        count(*) filter (where duration_status = 'timestamps_missing') as timestamps_missing
    from incidents
    where is_eligible
    group by grain, period_start
),

reason_counts as (
    select
        grain,
        period_start,
        exclusion_reason,
        count(*) as count_incidents
    from incidents
    where not is_eligible
    group by grain, period_start, exclusion_reason
),

excluded_counts as (
    select
        grain,
        period_start,
        sum(count_incidents) as excluded_incidents,
        to_json(map(
            list(exclusion_reason order by exclusion_reason), list(count_incidents order by exclusion_reason)
        )) as excluded_by_reason
    from reason_counts
    group by grain, period_start
),

unmapped_counts as (
    select
        grains.grain,
        {{ period_start(local_date('unmapped_values.occurred_at'), 'grains.grain') }} as period_start,
        count(distinct { 'field': unmapped_values.custom_field, 'value': unmapped_values.field_value }) as unmapped_values
    from {{ ref('int_unmapped_values') }} as unmapped_values
    cross join grains
    where unmapped_values.occurred_at <= {{ as_of() }}
    group by all
),

newest_periods as (
    select
        grain,
        max(period_start) as period_start
    from periods
    group by grain
)

select
    periods.grain,
    periods.period_start,
    periods.period_end,
    periods.is_complete,
    coalesce(eligible_counts.total_incidents, 0) as total_incidents,
    eligible_counts.credited_organisation / eligible_counts.total_incidents as fallback_share,
    {% for step in steps %}
        eligible_counts.credited_{{ step }} / eligible_counts.total_incidents as attribution_step_share_{{ step }},
    {% endfor %}
    coalesce(unmapped_counts.unmapped_values, 0) as unmapped_values,
    eligible_counts.count_ownership_assumed / eligible_counts.total_incidents as ownership_assumed_share,
    coalesce(eligible_counts.invalid_timestamps, 0) as invalid_timestamps,
    coalesce(eligible_counts.timestamps_missing, 0) as timestamps_missing,
    cast(coalesce(excluded_counts.excluded_incidents, 0) as bigint) as excluded_incidents,
    coalesce(excluded_counts.excluded_by_reason, cast('{}' as json)) as excluded_by_reason,
    -- Only the newest period has a lag: in the others it would change with every run.
    case
        when newest_periods.period_start is null then null
        when {{ incidents_read_at() }} > {{ as_of() }} then 0
        else (epoch_us({{ as_of() }}) - epoch_us({{ incidents_read_at() }})) / 60000000.0
    end as source_lag_minutes,
    {{ incidents_swept_at() }} as last_full_sweep_at
from periods
left join newest_periods
    on periods.grain = newest_periods.grain and periods.period_start = newest_periods.period_start
left join eligible_counts
    on periods.grain = eligible_counts.grain and periods.period_start = eligible_counts.period_start
left join excluded_counts
    on periods.grain = excluded_counts.grain and periods.period_start = excluded_counts.period_start
left join unmapped_counts
    on periods.grain = unmapped_counts.grain and periods.period_start = unmapped_counts.period_start
order by periods.grain, periods.period_start
