-- One row per team, team above it (itself included) and span of time: what a subtree figure of the ancestor adds up.
-- Spans are those between two changes of the chart, so that each of them has one chart.
with recursive

teams as (
    select team_id from {{ ref('int_teams') }}
),

parents as (
    select * from {{ ref('int_team_parents') }}
),

chart_starts as (
    select cast(null as timestamp with time zone) as chart_from_at
    union distinct
    select held_from_at as chart_from_at from parents
),

charts as (
    select
        chart_from_at,
        lead(chart_from_at) over (order by chart_from_at nulls first) as chart_to_at
    from chart_starts
),

parents_of_charts as (
    select
        charts.chart_from_at,
        charts.chart_to_at,
        parents.team_id,
        parents.parent_team_id
    from charts
    inner join parents
        on
            (parents.held_from_at is null or parents.held_from_at <= charts.chart_from_at)
            and (parents.held_to_at is null or charts.chart_from_at is null or parents.held_to_at > charts.chart_from_at)
),

-- Set semantics (`union`) end the walk whatever the chart.
ancestry as (
    select
        charts.chart_from_at,
        charts.chart_to_at,
        teams.team_id,
        teams.team_id as ancestor_team_id
    from charts
    cross join teams

    union

    select
        ancestry.chart_from_at,
        ancestry.chart_to_at,
        ancestry.team_id,
        parents_of_charts.parent_team_id as ancestor_team_id
    from ancestry
    inner join parents_of_charts
        on
            ancestry.ancestor_team_id = parents_of_charts.team_id
            and ancestry.chart_from_at is not distinct from parents_of_charts.chart_from_at
),

-- Whatever became of the teams between, the root is above all.
under_the_root as (
    select
        chart_from_at,
        chart_to_at,
        team_id,
        ancestor_team_id
    from ancestry

    union distinct

    select
        charts.chart_from_at,
        charts.chart_to_at,
        teams.team_id,
        {{ root_team_id() }} as ancestor_team_id
    from charts
    cross join teams
)

select
    under_the_root.team_id,
    under_the_root.ancestor_team_id,
    under_the_root.chart_from_at as held_from_at,
    under_the_root.chart_to_at as held_to_at
from under_the_root
inner join teams on under_the_root.ancestor_team_id = teams.team_id
