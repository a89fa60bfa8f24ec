-- One row per published total of a complete period that reads otherwise now or is gone, with the reason that most of the
-- incidents behind the change share.
with

differing_totals as (
    select
        old_totals.grain,
        old_totals.scope_type,
        old_totals.scope_id,
        old_totals.rollup,
        old_totals.period_start,
        old_totals.period_end,
        old_totals.metric,
        old_totals.event,
        old_totals.catalogue_metric,
        case old_totals.scope_type when 'team' then old_totals.scope_id else '' end as part_scope_id,
        old_totals.number as old_number,
        new_totals.number as new_number,
        new_totals.metric is null as is_gone
    from old_totals
    left join new_totals
        on
            old_totals.grain = new_totals.grain
            and old_totals.scope_type = new_totals.scope_type
            and old_totals.scope_id = new_totals.scope_id
            and old_totals.rollup = new_totals.rollup
            and old_totals.period_start = new_totals.period_start
            and old_totals.metric = new_totals.metric
    where
        old_totals.is_complete
        and (new_totals.metric is null or old_totals.number is distinct from new_totals.number)
),

counted_reasons as (
    select
        totals.grain,
        totals.scope_type,
        totals.scope_id,
        totals.rollup,
        totals.period_start,
        totals.metric,
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

main_reasons as (
    select
        reasons.grain,
        reasons.scope_type,
        reasons.scope_id,
        reasons.rollup,
        reasons.period_start,
        reasons.metric,
        arg_min(reasons.reason, (-reasons.count_incidents, reason_orders.reason_order)) as reason,
        string_agg(
            reasons.reason || ' ' || reasons.count_incidents, ', '
            order by reasons.count_incidents desc, reason_orders.reason_order asc
        ) as detail
    from counted_reasons as reasons
    inner join reason_orders on reasons.reason = reason_orders.reason
    group by all
),

redefined_metrics as (
    select new_catalogue.metric
    from warehouse.marts.metric_catalogue as new_catalogue
    inner join published.marts.metric_catalogue as old_catalogue on new_catalogue.metric = old_catalogue.metric
    where new_catalogue.definition_version <> old_catalogue.definition_version
),

lost_teams as (
    select team_id from published.marts.dim_teams
    except
    select team_id from warehouse.marts.dim_teams
)

select
    totals.grain,
    totals.scope_type,
    totals.scope_id,
    totals.rollup,
    totals.period_start,
    totals.metric,
    totals.old_number,
    totals.new_number,
    case
        when redefined_metrics.metric is not null then 'definition_change'
        when lost_teams.team_id is not null then 'hierarchy_edit'
        -- The period itself is gone: another first day of the week, or a later start of the coverage.
        when totals.is_gone then 'definition_change'
        else coalesce(main_reasons.reason, 'other')
    end as reason,
    main_reasons.detail
from differing_totals as totals
left join main_reasons
    on
        totals.grain = main_reasons.grain
        and totals.scope_type = main_reasons.scope_type
        and totals.scope_id = main_reasons.scope_id
        and totals.rollup = main_reasons.rollup
        and totals.period_start = main_reasons.period_start
        and totals.metric = main_reasons.metric
left join redefined_metrics on totals.catalogue_metric = redefined_metrics.metric
left join lost_teams on totals.scope_id = lost_teams.team_id
