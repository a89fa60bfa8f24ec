-- One row per grain, scope, roll-up, period and severity that any incident that counts has, also where none of them fell into the
-- period. Texts join at the end; millions of memberships are counted by small numbers.
{{ incremental_by('period') }}

with

severities as (
    select * from {{ ref('int_severities') }}
),

counted as (
    select * from {{ ref('int_severity_counts') }}
    where {{ only_changed('period_key', 'period_key') }}
),

scopes as (
    select * from {{ ref('int_scopes') }}
),

periods as (
    select * from {{ ref('int_periods') }}
),

scope_periods as (
    select * from {{ ref('int_scope_periods') }}
)

select
    periods.grain,
    scopes.scope_type,
    scopes.scope_id,
    scopes.rollup,
    periods.period_start,
    severities.severity_name,
    severities.severity_rank,
    scopes.scope_name,
    periods.period_end,
    periods.is_complete,
    coalesce(counted.total_incidents, 0) as total_incidents
from scope_periods
cross join severities
inner join scopes on scope_periods.scope_key = scopes.scope_key
inner join periods on scope_periods.period_key = periods.period_key
left join counted
    on
        scope_periods.scope_key = counted.scope_key
        and scope_periods.period_key = counted.period_key
        and severities.severity_number = counted.severity_number
