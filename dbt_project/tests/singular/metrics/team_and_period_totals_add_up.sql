-- A failing row is a period in which the numbers of two scopes or grains contradict each other:
-- the weights of all teams do not add up to the organisation, the root's subtree is not the organisation, a team's subtree
-- holds fewer incidents than the team itself, or the months of a complete quarter do not add up to it.
with

metrics as (
    select * from {{ ref('int_metrics_by_period') }}
),

organisation as (
    select
        grain,
        period_start,
        scope_id,
        total_incidents
    from metrics
    where scope_type = 'organisation'
),

team_weights as (
    select
        grain,
        period_start,
        sum(incidents_weighted) as weighted
    from metrics
    where scope_type = 'team' and rollup = 'direct'
    group by grain, period_start
),

months_of_quarters as (
    select
        scope_type,
        scope_id,
        rollup,
        cast(date_trunc('quarter', period_start) as date) as period_start,
        sum(total_incidents) as total_incidents
    from metrics
    where grain = 'month'
    group by all
)

select
    'weights of teams' as contradiction,
    organisation.scope_id,
    organisation.grain,
    organisation.period_start,
    team_weights.weighted as found,
    organisation.total_incidents as expected
from organisation
inner join team_weights
    on organisation.grain = team_weights.grain and organisation.period_start = team_weights.period_start
where abs(team_weights.weighted - organisation.total_incidents) > 1e-9

union all

select
    'subtree of the root' as contradiction,
    organisation.scope_id,
    organisation.grain,
    organisation.period_start,
    metrics.total_incidents as found,
    organisation.total_incidents as expected
from organisation
inner join metrics
    on
        organisation.scope_id = metrics.scope_id
        and organisation.grain = metrics.grain
        and organisation.period_start = metrics.period_start
        and metrics.rollup = 'subtree'
where metrics.total_incidents <> organisation.total_incidents

union all

select
    'subtree below direct' as contradiction,
    direct.scope_id,
    direct.grain,
    direct.period_start,
    subtree.total_incidents as found,
    direct.total_incidents as expected
from metrics as direct
inner join metrics as subtree
    on
        direct.scope_id = subtree.scope_id
        and direct.grain = subtree.grain
        and direct.period_start = subtree.period_start
        and subtree.rollup = 'subtree'
where
    direct.scope_type = 'team'
    and direct.rollup = 'direct'
    and (
        subtree.total_incidents < direct.total_incidents
        or subtree.open_at_period_end < direct.open_at_period_end
        or subtree.incidents_resolved < direct.incidents_resolved
    )

union all

select
    'months of a quarter' as contradiction,
    metrics.scope_id,
    metrics.grain,
    metrics.period_start,
    months_of_quarters.total_incidents as found,
    metrics.total_incidents as expected
from metrics
inner join months_of_quarters
    on
        metrics.scope_type = months_of_quarters.scope_type
        and metrics.scope_id = months_of_quarters.scope_id
        and metrics.rollup = months_of_quarters.rollup
        and metrics.period_start = months_of_quarters.period_start
where
    metrics.grain = 'quarter'
    and metrics.is_complete
    and metrics.total_incidents <> months_of_quarters.total_incidents
