-- One row per differing total, with the reason for it.
with

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
        else coalesce(total_reasons.reason, 'other')
    end as reason,
    total_reasons.detail
from differing_totals as totals
left join total_reasons
    on
        totals.grain = total_reasons.grain
        and totals.scope_type = total_reasons.scope_type
        and totals.scope_id = total_reasons.scope_id
        and totals.rollup = total_reasons.rollup
        and totals.period_start = total_reasons.period_start
        and totals.metric = total_reasons.metric
left join redefined_metrics on totals.catalogue_metric = redefined_metrics.metric
left join lost_teams on totals.scope_id = lost_teams.team_id
