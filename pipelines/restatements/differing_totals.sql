-- One row per published total of a complete period that reads otherwise now or is gone. One that had no number loses nothing.
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
    -- The organisation is one, whatever its id.
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
    and old_totals.number is distinct from new_totals.number
