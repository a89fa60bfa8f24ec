-- One row per scope and roll-up that is no person: what figures that people have none of are published for.
select
    scope_key,
    scope_type,
    scope_id,
    rollup,
    figures_key,
    scope_name
from {{ ref('int_scopes') }}
where scope_type <> 'person'
